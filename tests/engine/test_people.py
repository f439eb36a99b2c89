"""Runs that wait for people: answers given beforehand, the terminal, and nobody."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from standin import dag, of, task

from tiphys.answers import Answers, Typed, prompt_in
from tiphys.diagnostics import UsageError


def ask(kind: str = "int", duration: str | None = None, name: str = "size") -> dict[str, Any]:
    """Write a template that asks for the condition `size`."""
    source = {"supplied": {}} if duration is None else {"supplied": {}, "default": "nobody"}
    return {
        "name": "ask",
        "metadata": {"annotations": {"tiphys.dev/condition": name, "tiphys.dev/data-type": kind}},
        "inputs": {"parameters": [{"name": "prompt", "value": "How many?"}]},
        "outputs": {"parameters": [{"name": "v", "valueFrom": source}]},
        "suspend": {} if duration is None else {"duration": duration},
    }


MAIN = dag("main", task("a", "ask"), outputs={"r": of("a")})


def test_an_answer_given_beforehand_is_the_output(play: Any) -> None:
    run = play(MAIN, ask(), snippets={}, answers=Answers({"size": 3}))
    assert (run.phase, run.outputs, run.pods) == ("Succeeded", {"r": "3"}, 0)


def test_answers_are_taken_one_after_the_other_and_the_last_one_stays(play: Any) -> None:
    tasks = [task("a", "ask"), task("b", "ask", depends="a"), task("c", "ask", depends="b")]
    main = dag("main", *tasks, outputs={name: of(name) for name in "abc"})
    run = play(main, ask(), snippets={}, answers=Answers({"size": [Typed("1"), 2]}))
    assert run.outputs == {"a": "1", "b": "2", "c": "2"}


def test_where_nobody_answers_the_time_passes(play: Any) -> None:
    run = play(MAIN, ask(duration="1h"), snippets={}, answers=Answers({"size": None}))
    assert run.outputs == {"r": "nobody"}


def test_a_wait_that_nobody_can_end_is_told(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = play(MAIN, ask(duration="1s", name="my size"), snippets={})

    assert run.outputs == {"r": "nobody"}
    assert "`my size` waits for an answer" in (said := capsys.readouterr().err)
    assert "--signal 'my size=3'" in said


def test_a_wrong_answer_ends_the_run_with_a_sentence(play: Any) -> None:
    with pytest.raises(UsageError, match="'x' is no answer to the condition `size`, which takes a whole number"):
        play(MAIN, ask(), snippets={}, answers=Answers({"size": Typed("x")}))


def test_without_a_terminal_it_says_how_to_answer(play: Any) -> None:
    with pytest.raises(UsageError, match=r"(?s)`size` waits for an answer.*--signal size=3"):
        play(MAIN, ask(), snippets={}, answers=Answers({}))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """Put a terminal in the place of standard input and error, from when it is called; gives its other end."""
    ours, theirs = pty.openpty()
    reading, writing = os.fdopen(theirs), os.fdopen(os.dup(theirs), "w")

    def begin() -> int:
        monkeypatch.setattr(sys, "stdin", reading)
        monkeypatch.setattr(sys, "stderr", writing)
        return ours

    yield begin
    monkeypatch.undo()
    reading.close()
    writing.close()
    os.close(ours)


def test_the_terminal_is_asked_until_the_answer_fits(play: Any, terminal: Callable[[], int]) -> None:
    os.write(terminal(), b"many\n4\n")
    run = play(MAIN, ask(), snippets={})
    said = os.read(terminal(), 10_000).decode()
    assert run.outputs == {"r": "4"}
    assert said.count("? size: How many?") == 2
    assert "'many' is no answer" in said


def test_a_question_ends_with_its_time(play: Any, terminal: Callable[[], int]) -> None:
    terminal()
    run = play(MAIN, ask(duration="50ms"), snippets={}, time_scale=1.0)
    assert run.outputs == {"r": "nobody"}
    assert "? size" in os.read(terminal(), 10_000).decode()


def test_a_sleep_passes_while_a_question_waits(play: Any, terminal: Callable[[], int]) -> None:
    main = dag("main", task("a", "ask"), task("s", "sleep"), task("b", "after", depends="s"), outputs={"r": of("a")})
    pause = {"name": "sleep", "suspend": {"duration": "10ms"}}
    after = {"name": "after", "suspend": {"duration": "0"}}
    os.write(terminal(), b"4\n")
    assert play(main, ask(), pause, after, snippets={}, time_scale=1.0).outputs == {"r": "4"}


def test_the_end_of_the_terminal_is_no_answer(play: Any, terminal: Callable[[], int]) -> None:
    os.write(terminal(), b"\x04")
    with pytest.raises(UsageError, match="`size` waits for an answer"):
        play(MAIN, ask(), snippets={})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("How many?", "How many?"),
        ('{"v":"of {\\u007bx}}?"}', "of {{x}}?"),
        ('{"t":"InNhaWQi","y":0}', "said"),
        ('{"t":"c2FpZA==","y":0}', "said"),
        ('{"n": 1}', '{"n": 1}'),
    ],
)
def test_a_question_is_a_text_or_the_envelope_of_one(given: str, shown: str) -> None:
    assert prompt_in(given) == shown
