"""Every pass gives a valid program, and a second run of it changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tiphys.compiling import trace_task
from tiphys.diagnostics import UsageError
from tiphys.passes import PIPELINE, run
from tiphys.passes.check import check


def test_a_second_run_of_a_pass_changes_nothing(task: Any) -> None:
    """For every pass, on every program."""
    program = trace_task(task)
    for step in PIPELINE:
        program = check(step(program))

        again = check(step(program))

        assert str(again) == str(program)
        assert again.plans.keys() == program.plans.keys()


def test_tracing_twice_gives_the_same_text(task: Any) -> None:
    """Nothing of one trace is left over for the next."""
    assert str(trace_task(task, after=None)) == str(trace_task(task, after=None))


def test_an_unknown_pass_is_refused_with_the_nearest() -> None:
    """As every misspelt word."""
    with pytest.raises(UsageError, match="Did you mean `place_glue`"):
        run(None, after="place_gleu")  # type: ignore[arg-type]
