"""The source that is traced is that of the functions at hand; where it is not, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module, refresh
from tiphys.tracing import reach, trace

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


def test_helpers_that_call_many_helpers_are_looked_at_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are 5 ** 7 ways through them, and 40 helpers."""
    layers, width = 8, 5
    helpers = [
        f"def f{layer}_{number}(x):\n    return "
        + ("x" if layer == layers - 1 else " + ".join(f"f{layer + 1}_{each}(x)" for each in range(width)))
        for layer in range(layers)
        for number in range(width)
    ]
    file = tmp_path / "layered.py"
    step = "\n\n@env.task\nasync def main(n: int) -> int:\n    return f0_0(n)\n"
    file.write_text(PROGRAM.partition("@env.task")[0] + "\n\n".join(helpers) + step)
    task = load_module(file).main
    looked_at: list[object] = []
    look = reach.tree_of
    monkeypatch.setattr(reach, "tree_of", lambda code: looked_at.append(code) or look(code))

    assert not reach.is_orchestrator(task)
    assert len(looked_at) == len(set(looked_at)) == 1 + 1 + (layers - 1) * width
