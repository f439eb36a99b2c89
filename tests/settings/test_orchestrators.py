"""Settings of an orchestrator, which has no pod: what of them people see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.settings.rows import Row, compiled
from tiphys.compiling import compile_task
from tiphys.loading import load_module

PROGRAM = """\
import tiphys
env = tiphys.TaskEnvironment("e")

@env.task
async def f(n: int) -> int:
    return n

@env.task(short_name="Second half", triggers=tiphys.Trigger("t", tiphys.Cron("@daily")))
async def half(n: int = 1) -> int:
    return await f(n)

@env.task
async def main(n: int = 1) -> int:
    first = await half.override(short_name="First half")(n)
    return await half(first)
"""


@pytest.fixture
def program(tmp_path: Path) -> Any:
    file = tmp_path / "halves.py"
    file.write_text(PROGRAM)
    return load_module(file)


def test_its_short_name_is_shown_for_each_call(program: Any) -> None:
    """Argo shows the node of a DAG by the same annotation as that of a pod."""
    manifest = compile_task(program.main)

    templates = next(item["spec"]["templates"] for item in manifest.objects if item["kind"] == "WorkflowTemplate")
    task, title = "tiphys.dev/task", "workflows.argoproj.io/title"
    shown = {
        each["metadata"]["annotations"][title]: each["annotations"]["workflows.argoproj.io/display-name"]
        for each in templates
        if "dag" in each and each["metadata"]["annotations"][task] == "e.half"
    }
    assert shown == {"First half": "First-half", "Second half": "Second-half"}


def test_triggers_of_a_task_that_is_called_are_told(program: Any) -> None:
    """They belong to runs of that task alone."""
    notes = compile_task(program.main).notes

    assert [note for note in notes if "triggers" in note] == [
        f"{program.half.where}: the triggers of `e.half` are left out: they are made where that task is compiled"
    ]
    assert not [note for note in compile_task(program.half).notes if "left out" in note]


def test_a_trigger_that_starts_nothing_is_told(tmp_path: Path) -> None:
    found = compiled(Row("main", "triggers=tiphys.Trigger('by-hand')"), tmp_path)

    assert found.every_object == found.objects
    assert [note.partition(": ")[2] for note in found.notes] == [
        "the trigger 'by-hand' has no `automation`, so nothing starts runs of it"
    ]
