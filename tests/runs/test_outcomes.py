"""Outcomes of runs as values: exceptions that were returned, and not raised."""

from __future__ import annotations

import dataclasses
import json
import pickle

import pytest

from tiphys.bundling.live import LiveWorld
from tiphys.outcomes import Ended, as_value
from tiphys_runtime.errors import TaskLostError
from tiphys_runtime.failure import record


def told(error: BaseException) -> dict[str, object]:
    return record(error, LiveWorld(), task="env.f")


def test_a_returned_exception_is_a_value() -> None:
    ended = Ended(as_value({"e": told(KeyError("k"))}))
    found = ended.value()

    assert ended.error is None
    assert isinstance(found, KeyError)
    assert (found.args, ended.text(), ended.plain()) == (("k",), "KeyError: 'k'", "KeyError: 'k'")


def test_a_returned_exception_may_be_a_part_or_a_file() -> None:
    error = told(OSError(2, "no", "file"))
    data = b"E" + json.dumps(error).encode()
    ended = Ended({"x": [{"$h": 0}, {"$h": 1}]}, lambda _envelope: data, None, (as_value({"e": error}), {"k": "key"}))

    assert [each.filename for each in ended.value()] == ["file", "file"]


def test_a_list_of_files_is_read_item_by_item() -> None:
    error = told(KeyError("k"))
    files = [b"J[1]", b"P" + pickle.dumps({2}), b"E" + json.dumps(error).encode(), None]
    ended = Ended({"k": "tiphys/u/m/map", "c": 4}, items=lambda _envelope: files)
    first, second, third, lost = ended.value()

    assert (first, second, third.args, type(lost)) == ([1], {2}, ("k",), TaskLostError)


def test_one_that_could_not_be_pickled_is_its_text() -> None:
    assert Ended(as_value({"e": {**told(KeyError("k")), "pickle": None}})).value() == "KeyError: 'k'"


def test_other_envelopes_are_values_already() -> None:
    assert as_value({"v": 1, "s": "1"}) == {"v": 1, "s": "1"}


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    item: str


def test_a_frozen_exception_is_raised_with_its_note_too() -> None:
    try:
        raise Frozen("cake")  # noqa: TRY301
    except Frozen as error:
        envelope = {"e": told(error)}
    with pytest.raises(Frozen) as caught:
        Ended(envelope).value()

    assert caught.value == Frozen("cake")
    assert "env.f" in caught.value.__notes__[0]


def test_a_failed_run_raises_what_its_task_raised_with_its_traceback() -> None:
    try:
        raise KeyError("k")  # noqa: TRY301
    except KeyError as error:
        envelope = {"e": told(error)}
    with pytest.raises(KeyError) as caught:
        Ended(envelope).value()

    assert 'raise KeyError("k")' in caught.value.__notes__[0]
    assert caught.value.__cause__ is None


def test_the_text_of_an_error_says_where_it_was_raised_again() -> None:
    error = {"type": "builtins.KeyError", "message": "k", "task": "env.f", "where": None}

    assert Ended({"e": error}).text() == "KeyError: k\n  in env.f"
    assert Ended({"e": {**error, "again": "flow.py:9"}}).text() == "KeyError: k\n  in env.f, raised again at flow.py:9"
