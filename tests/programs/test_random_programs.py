"""Random orchestrators over a few fixed leaf tasks give what plain Python gives: the value, or the exception."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.programs.writing.control import CONSTRUCTS, control_programs
from tests.programs.writing.header import HEADER
from tests.programs.writing.values import Writer
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

EXAMPLES = int(os.environ.get("TIPHYS_TEST_RANDOM_PROGRAMS", "120"))
LANDED = frozenset(os.environ.get("TIPHYS_TEST_CONSTRUCTS", "branch for map return try while").split())
"""The control flow on run-time values that is written: of branch, for, while, map, try, return."""


@st.composite
def programs(draw: Any) -> str:
    """Write a whole program."""
    writer = Writer(draw)
    for _ in range(draw(st.integers(2, 9))):
        writer.statement(2)
    writer.write_return()
    return HEADER + "\n".join(writer.lines) + "\n"


UNFOLLOWED = ("in place", "would be lost", "could not be followed", "what this loop carries")
"""Changes whose effect on other names the compiler cannot follow are refused: rightly, whatever plain Python does."""
RAISES = {"always raises": BaseException, "is read before it is set": UnboundLocalError}
"""What is refused because it fails on every way, and what plain Python raises there."""


# plain Python warns of the coroutines that an exception leaves behind
@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="TIPHYS_TEST_RANDOM_PROGRAMS" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
)  # fmt: skip
@given(source=programs(), n=st.integers(-1, 4), s=st.sampled_from(["", "q", "{{=1}}"]))
def test_a_random_program_gives_what_plain_python_gives(source: str, n: int, s: str, checked: Any) -> None:
    """The value and its types, or the exception and its message."""
    checked(source, {"n": n, "s": s})


@pytest.mark.skipif(not LANDED, reason="no control flow on run-time values is switched on")
@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="TIPHYS_TEST_RANDOM_PROGRAMS" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
)  # fmt: skip
@given(source=control_programs(LANDED), n=st.integers(-1, 4), s=st.sampled_from(["", "q"]))
def test_random_control_flow_gives_what_plain_python_gives(source: str, n: int, s: str, checked: Any) -> None:
    """The same for programs that branch, loop, fan out and catch."""
    checked(source, {"n": n, "s": s})


def test_every_construct_that_is_switched_on_is_known() -> None:
    """A misspelt name would switch nothing on."""
    assert set(CONSTRUCTS) >= LANDED


@pytest.fixture
def checked(tmp_path: Path, plainly: Any, here: Any, agree: Any) -> Any:
    """Run a program both ways and compare."""
    count = [0]

    def check(source: str, inputs: dict[str, Any]) -> None:
        count[0] += 1
        path = tmp_path / f"random_program_{count[0]}.py"
        path.write_text(source)
        try:
            task = load_module(path).main
            expected = plainly(task, inputs)
            try:
                actual = here(task, inputs)
            except ProgramError as error:
                assert_refused(error, expected.value)
            else:
                agree(expected.value, actual.value)
        finally:
            sys.modules.pop(path.stem, None)

    return check


def assert_refused(error: ProgramError, expected: object) -> None:
    """Check that a refusal is one that has to be: of a change that cannot be followed, or of a program that always raises."""
    for mistake in error.mistakes:
        if any(word in mistake.message for word in UNFOLLOWED):
            return
        for words, kind in RAISES.items():
            if words in mistake.message:
                assert isinstance(expected, kind), error
                return
    raise error
