"""Waits that are hardly meant: what is told of them when a program is compiled."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tracing.conftest import HEADER
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module
from tiphys.tracing import trace

FIRST = HEADER.count("\n") + 3


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Trace `main` with this body; give the notes. Its first line is called 1."""

    def traced(body: str) -> list[str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delitem(sys.modules, "flow", raising=False)
        text = (
            "from datetime import timedelta\nSHORT = timedelta(seconds=-2)\n@env.task\nasync def main(n: int = 1) -> float:\n"
            + textwrap.indent(textwrap.dedent(body), "    ")
        )
        (tmp_path / "flow.py").write_text(HEADER + text)
        _, found = trace(load_module(tmp_path / "flow.py").main)
        return [note.replace(f"flow.py:{FIRST + 2}:", "flow.py:1:") for note in found]

    return traced


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("flyte.durable.sleep(-1)", "-1"),
        ("flyte.durable.sleep.aio(-0.5)", "-0.5"),
        ("asyncio.sleep(-2)", "-2"),
        ("flyte.durable.sleep(SHORT)", "-1 day, 23:59:58"),
    ],
)
def test_a_sleep_that_is_known_to_be_negative_is_over_at_once_and_told(
    notes: Callable[[str], list[str]], said: str, shown: str
) -> None:
    (note,) = notes(f"await {said}\nreturn await score(1.0)\n")

    assert note == f"flow.py:1:11: a sleep of {shown} is over at once, as in Python: a duration counts from 0"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("float('nan')", "ValueError: nobody can sleep for nan"),
        ("float('inf')", "ValueError: nobody can sleep for inf: at most 100 years"),
        ("1e300", "ValueError: nobody can sleep for 1e\\+300"),
        ("'1s'", "TypeError: '1s' is no duration; write seconds, or a timedelta"),
        ("None", "TypeError: None is no duration"),
        ("True", "TypeError: True is no duration"),
    ],
)
def test_what_is_no_duration_is_refused_where_it_stands(notes: Callable[[str], list[str]], said: str, why: str) -> None:
    with pytest.raises(ProgramError, match=f"`flow.main` always raises {why}(?s:.*)flow.py:{FIRST + 2}:11"):
        notes(f"await flyte.durable.sleep({said})\nreturn await score(1.0)\n")


@pytest.mark.parametrize("prompt", ["", ", prompt=f'{await score(1.0)}?'"])
def test_a_condition_that_nothing_waits_for_is_told_with_its_place(
    notes: Callable[[str], list[str]], prompt: str
) -> None:
    (note,) = notes(f"asked = flyte.new_condition('approve'{prompt})\nreturn await score(1.0)\n")

    assert note == (
        "flow.py:1:13: nothing waits for the condition `approve`, so nobody is asked; its `wait()` has to be awaited"
    )


def test_a_condition_that_one_way_waits_for_is_in_order(notes: Callable[[str], list[str]]) -> None:
    found = notes("""\
        asked = flyte.new_condition("approve")
        value = await score(1.0)
        if value > 3:
            await asked.wait()
        return value
    """)

    assert found == []


def test_of_several_conditions_those_are_told_that_nothing_waits_for(notes: Callable[[str], list[str]]) -> None:
    (note,) = notes("""\
        asked = [flyte.new_condition(f"approve-{n}") for n in range(3)]
        for each in asked[:2]:
            await each.wait()
        return await score(1.0)
    """)

    assert "nothing waits for the condition `approve-2`" in note


@pytest.mark.parametrize("said", ["flyte.new_condition('a').wait()", "flyte.new_condition.aio('a')", "score(1.0)",
                                  "flyte.durable.sleep(1)"])  # fmt: skip
def test_what_is_never_awaited_is_refused(notes: Callable[[str], list[str]], said: str) -> None:
    with pytest.raises(ProgramError, match="is called but never awaited"):
        notes(f"{said}\nreturn await score(1.0)\n")
