"""The passes change what a program costs, not what it does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.passes.conftest import FOLDER
from tests.passes.evaluating import Evaluation
from tiphys.compiling import trace_task
from tiphys.loading import load_module

CASES = {
    f"{path.stem}-{case[0]}-{index}": (path, case[0], case[1])
    for path in sorted(FOLDER.glob("*.py"))
    if path.stem not in ("conftest", "timeouts") and not path.stem.startswith("test_")  # the evaluation has no clock
    for index, case in enumerate(load_module(path).CASES)
}


def said(value: Any) -> str:
    """Write a value, or an exception, as it can be compared."""
    return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else repr(value)


@pytest.mark.parametrize("case", CASES)
def test_a_program_does_after_all_passes_what_it_did_before(case: str) -> None:
    """The same value, or the same exception."""
    path, name, inputs = CASES[case]
    module = load_module(path)
    task, answers = getattr(module, name), getattr(module, "ANSWERS", {}).get(name)

    before = Evaluation(trace_task(task), answers).main(inputs).value
    after = Evaluation(trace_task(task, after=None), answers).main(inputs).value

    assert said(after) == said(before)
