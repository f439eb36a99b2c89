"""The source that is traced is that of the functions at hand; where it is not, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module, refresh
from tiphys.tracing import trace

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """import tiphys

env = tiphys.TaskEnvironment("changed")


@env.task
async def step(n: int) -> int:
    return n + 1


@env.task
async def main(n: int) -> int:
    return await step(n)
"""


def test_an_orchestrator_whose_file_has_changed_is_not_taken_for_a_task(tmp_path: Path) -> None:
    """It calls a task, as its compiled code tells: in a pod it could not."""
    file = tmp_path / "changed.py"
    file.write_text(PROGRAM)
    module = load_module(file)
    file.write_text("# nothing is where it was\n" * 40)
    refresh()  # what was read while the file was imported is what was compiled

    with pytest.raises(ProgramError) as caught:
        trace(module.main)

    assert "the source of `main` cannot be read, so it cannot be traced" in str(caught.value)
    assert "if that has changed since it was imported, start again" in str(caught.value)
