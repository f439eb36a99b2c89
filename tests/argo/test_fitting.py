"""What a trigger may give for an input: what a run would take, looked at with all that is in it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

import pytest

from tests.argo.conftest import Load
from tiphys.argo.fitting import misfit
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError


@dataclasses.dataclass
class Row:
    day: str
    counts: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Other:
    day: str


class Mode(enum.Enum):
    FAST = "fast"


class Named(TypedDict):
    size: int


FITS: list[tuple[Any, Any]] = [
    ([1, 2], list[int]),
    ([], list[int]),
    ((1, 2), tuple[int, ...]),
    ((1, "a"), tuple[int, str]),
    ([1, "a"], tuple[int, str]),
    ({"a": [1]}, dict[str, list[int]]),
    ({1}, set[int]),
    ((1,), Sequence[int]),
    ((1, 2), Sequence[int]),  # what the type names is each item, however many there are
    (1, float),
    (None, int | None),
    (Row("mon", [1]), Row),
    ({"day": "mon", "counts": [1]}, Row),
    ([Row("mon")], list[Row]),
    ("fast", Mode),
    (Mode.FAST, Mode),
    ("2026-01-31", datetime),
    ({"size": 1}, Named),
    ("a", Literal["a", "b"]),
    (object(), Any),
    (len, Callable[..., int]),
]
MISFITS: list[tuple[Any, Any, str]] = [
    (["a"], list[int], "at [0] it takes `int`, not 'a'"),
    ([1, "a"], Sequence[int], "at [1] it takes `int`, not 'a'"),
    ((1, "a"), Sequence[int], "at [1] it takes `int`, not 'a'"),
    ((1, 2), list[int], "it takes `list[int]`"),
    ((1, 2), tuple[int], "it takes `tuple[int]`"),
    (("a",), tuple[int, ...], "at [0] it takes `int`, not 'a'"),
    ({"a": [1, None]}, dict[str, list[int]], "at ['a'][1] it takes `int`, not None"),
    ({1: 1}, dict[str, int], "at [key 1] it takes `str`, not 1"),
    ({"a"}, set[int], "at ['a'] it takes `int`, not 'a'"),
    (True, int, "it takes `int`"),
    (None, int, "it takes `int`"),
    (Other("mon"), Row, "it takes `Row`"),
    ({"day": 1}, Row, 'at .day: expected str (as "text"), not 1'),
    ({"days": "mon"}, Row, "the value: Row has no field 'days'; it has day, counts"),
    ("slow", Mode, "it takes `Mode`"),
    ("soon", datetime, "it takes `datetime`"),
    ({"size": "1"}, Named, 'at .size: expected int (as 3), not "1"'),
    ("c", Literal["a", "b"], "it takes `typing.Literal['a', 'b']`"),
]


@pytest.mark.parametrize(("value", "kind"), FITS)
def test_what_a_run_takes_fits(value: Any, kind: Any) -> None:
    assert misfit(value, kind) is None


@pytest.mark.parametrize(("value", "kind", "why"), MISFITS)
def test_what_a_run_would_refuse_does_not(value: Any, kind: Any, why: str) -> None:
    assert misfit(value, kind) == why


def test_a_trigger_says_which_item_of_its_input_does_not_fit(load: Load) -> None:
    main = load(
        "env = tiphys.TaskEnvironment('e')\n"
        "@env.task(triggers=tiphys.Trigger('t', tiphys.Cron('@daily'), inputs={'xs': [1, 'a']}))\n"
        "async def main(xs: list[int]) -> int: return sum(xs)"
    )
    with pytest.raises(ProgramError, match=r"gives \[1, 'a'\] for the input `xs` of `e.main`: at \[1\] it takes `int`"):
        compile_task(main)
