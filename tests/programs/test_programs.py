"""Every program gives the same as plain Python, in the engine and on a cluster, with one pod per task call.

The third element of a case, `glue_pods`, are the pods of glue in that run; the comment beside it says why they are:

INPUT: what the program, a round or an item starts with, before the first call in it, and that Argo cannot read itself.
ROUND: all that a round, an item or an arm computes which makes no call.
JOIN: made of what calls gave that run side by side; no later call takes it along.
BEHIND: made of what a `try`, a branch, a loop, a fan-out or a sub-orchestrator gave; no later call takes it along.
RAISE: what raises, or may raise, where no later pod is left to do so.
CATCH: finds the exception, where a `try` fails, and for every exception that `gather` gives as a value.
ANSWER: made of what a person has answered, which no pod gives; no later call takes it along.
ONCE: gives something else each time (a clock, a random number), so that it is computed once for all who read it.
COPY: hands on a value that another pod has, as an item of a fan-out or to a sub-orchestrator. It could be spared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tiphys.loading import load_module

FOLDER = Path(__file__).parent
MODULES = {
    path.stem: load_module(path)
    for path in sorted(FOLDER.glob("*.py"))
    if path.stem != "conftest" and not path.stem.startswith("test_")
}
CASES = [
    pytest.param(getattr(module, case[0]), case[1], case[2] if len(case) > 2 else 0, id=f"{name}-{case[0]}-{index}")
    for name, module in MODULES.items()
    for index, case in enumerate(module.CASES)
]


@pytest.mark.parametrize(("task", "inputs", "glue_pods"), CASES)
def test_a_run_here_gives_what_plain_python_gives(
    task: Any, inputs: dict[str, Any], glue_pods: int, same_as_plainly: Any, here: Any
) -> None:
    """Value, types, exception and number of pods; `glue_pods` more where a case says so."""
    same_as_plainly(task, inputs, here, glue_pods)


@pytest.mark.cluster
@pytest.mark.parametrize(("task", "inputs", "glue_pods"), CASES)
def test_a_run_on_the_cluster_gives_what_plain_python_gives(
    task: Any, inputs: dict[str, Any], glue_pods: int, same_as_plainly: Any, there: Any
) -> None:
    """The same on Argo itself."""
    same_as_plainly(task, inputs, there, glue_pods)


@pytest.mark.parametrize("text", ["5", "1e5", "null", "true", "plain", "a b", "{{=1}}", "[1", "ü"])
def test_a_bare_text_stays_a_text(text: str, here: Any) -> None:
    """What people type for a `str` input is taken as it is, though it looks like a number."""
    task = MODULES["data_of_all_kinds"].odd_result

    assert here(task, {}, texts={"s": text}).value == text
