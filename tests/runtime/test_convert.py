"""What people type becomes a value of the declared type, or a sentence that says where and what was expected."""

import collections.abc
import datetime as dt
import decimal
import enum
import pathlib
import typing
import uuid
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union

import pytest
from pydantic import BaseModel

from tiphys.bundle import LiveWorld
from tiphys_runtime.convert import Mismatch, from_json, from_text

WORLD = LiveWorld()
T = TypeVar("T")
UserId = NewType("UserId", int)


class Color(enum.Enum):
    RED = "r"
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Point:
    x: int
    y: "float" = 0.5
    tags: list[str] = field(default_factory=list)
    scale: InitVar[int] = 1

    def __post_init__(self, scale: int) -> None:
        if self.x < 0:
            raise ValueError("x must not be negative")
        self.x *= scale


@dataclass
class Box(Generic[T]):
    item: T


class Pair(NamedTuple):
    left: int
    right: str = "r"


class Options(TypedDict, total=False):
    fast: typing.Required[bool]
    level: int


class Model(BaseModel):
    n: int
    when: dt.date | None = None


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("hello", str, "hello"),
        ('"hello"', str, "hello"),
        ('"half', str, '"half'),
        ("", str, ""),
        ("3", str, "3"),
        ("null", str, "null"),
        ("{{x}}", str, "{{x}}"),
        ('{"$t": [1]}', str, '{"$t": [1]}'),
        ("3", int, 3),
        ("3", float, 3.0),
        ("0.5", float, 0.5),
        ("true", bool, True),
        ("null", type(None), None),
        ("null", None, None),
        ("", int | None, None),
        ("3", int | None, 3),
        ("null", Optional[int], None),  # noqa: UP045
        ("hello", str | None, "hello"),
        ("12", str | None, "12"),
        ("null", str | None, None),
        ("3", Union[float, int], 3),  # noqa: UP007
        ("3.5", int | float, 3.5),
        ('"3"', int | str, "3"),
        ('"aGk="', bytes, b"hi"),
        ("aGk=", bytes, b"hi"),
        ("[1, 2]", list, [1, 2]),
        ("[1, 2]", list[float], [1.0, 2.0]),
        ("[1, 2]", tuple[int, ...], (1, 2)),
        ('[1, "a"]', tuple[int, str], (1, "a")),
        ("[]", tuple[()], ()),
        ("[1, 1]", set[int], {1}),
        ("[1]", frozenset[int], frozenset({1})),
        ('{"a": 1}', dict[str, float], {"a": 1.0}),
        ('{"1": [2]}', dict[int, list[int]], {1: [2]}),
        ('{"RED": 1}', dict[Color, int], {Color.RED: 1}),
        ('{"a": 1}', dict, {"a": 1}),
        ("[1]", collections.abc.Sequence[int], [1]),
        ('{"a": 1}', collections.abc.Mapping[str, int], {"a": 1}),
        ("a", Literal["a", 2], "a"),
        ("2", Literal["a", 2], 2),
        ("2", Literal["2"], "2"),
        ("RED", Color, Color.RED),
        ("r", Color, Color.RED),
        ('"r"', Color, Color.RED),
        ("2", Color, Color.BLUE),
        ("1", Level, Level.LOW),
        ("2024-01-31", dt.date, dt.date(2024, 1, 31)),
        ('"2024-01-31T08:00:00+00:00"', dt.datetime, dt.datetime(2024, 1, 31, 8, tzinfo=dt.UTC)),
        ("08:30", dt.time, dt.time(8, 30)),
        ("90.5", dt.timedelta, dt.timedelta(seconds=90.5)),
        ("0.10", decimal.Decimal, decimal.Decimal("0.1")),
        ('"0.10"', decimal.Decimal, decimal.Decimal("0.10")),
        ("12345678-1234-5678-1234-567812345678", uuid.UUID, uuid.UUID("12345678-1234-5678-1234-567812345678")),
        ("data/in.csv", pathlib.Path, pathlib.Path("data/in.csv")),
        ("1+2j", complex, 1 + 2j),
        ("[1]", Any, [1]),
        ("bare", Any, "bare"),
        ('{"a": {"$t": [1]}}', Any, {"a": (1,)}),
        ('{"$t": [1, 2]}', tuple, (1, 2)),
        ('[{"$de": "1.5"}]', list[decimal.Decimal], [decimal.Decimal("1.5")]),
        ("3", Annotated[int, "meta"], 3),
        ("3", UserId, 3),
        ("3", T, 3),
        ('{"x": 1}', Point, Point(1)),
        ('{"x": 1, "y": 2, "tags": ["a"], "scale": 2}', Point, Point(2, 2.0, ["a"])),
        ('{"item": 3}', Box[float], Box(3.0)),
        ('[{"x": 1}]', list[Point], [Point(1)]),
        ('{"left": 1}', Pair, Pair(1)),
        ('[1, "b"]', Pair, Pair(1, "b")),
        ('{"fast": true}', Options, {"fast": True}),
        ('{"n": 1, "when": "2024-01-31"}', Model, Model(n=1, when=dt.date(2024, 1, 31))),
    ],
)
def test_text_becomes_a_value(text, kind, value):
    made = from_text(text, kind, WORLD)

    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("hello", int, 'the value: expected int (as 3), not "hello"'),
        ("3.0", int, "the value: expected int (as 3), not 3.0"),
        ("true", int, "the value: expected int (as 3), not true"),
        ("1", bool, "the value: expected bool (as true), not 1"),
        ("x", float, 'the value: expected float (as 0.5), not "x"'),
        ("[1, 2, [3]]", list[int], "at [2]: expected int (as 3), not [3]"),
        ('{"a": "b"}', dict[str, int], "at ['a']: expected int (as 3), not \"b\""),
        ('{"a": 1}', dict[int, int], "the key at ['a']: expected int (as 3), not \"a\""),
        ("[1]", tuple[int, int], "the value: expected tuple[int, int] (as [3, 3]), not [1]"),
        ("{}", list[str], 'the value: expected list[str] (as ["text"]), not {}'),
        ("c", Literal["a", "b"], 'the value: expected Literal[\'a\', \'b\'] (as "a" or "b"), not "c"'),
        ("GREEN", Color, 'the value: expected Color (as "RED" or "BLUE"), not "GREEN"'),
        ("x", int | None, 'the value: expected int | None (as 3 or null), not "x"'),
        ("31.1.2024", dt.date, 'the value: expected date (as "2024-01-31"), not "31.1.2024"'),
        ("!", bytes, 'the value: expected bytes (as "aGVsbG8="), not "!"'),
        ('{"y": 1}', Point, "the value: Point needs the field 'x'"),
        ('{"x": 1, "z": 1}', Point, "the value: Point has no field 'z'; it has x, y, tags, scale"),
        ('{"x": "1"}', Point, 'at .x: expected int (as 3), not "1"'),
        ('{"x": -1}', Point, "the value: Point: x must not be negative"),
        ('[{"x": 1, "tags": [1]}]', list[Point], 'at [0].tags[0]: expected str (as "text"), not 1'),
        ('{"x": 1, "tags": [1]}', Point | None, 'at .tags[0]: expected str (as "text"), not 1'),
        ('{"level": 1}', Options, "the value: Options needs the field 'fast'"),
        ('{"n": "x"}', Model, "at .n: Input should be a valid integer, unable to parse string as an integer"),
        ("[[1]]", set[list[int]], "the value: unhashable type: 'list'"),
        ("1", object.__class__, "the value: expected type (as JSON), not 1"),
        ('{"$x": 1}', int, "the value: unknown tag '$x'"),
    ],
)
def test_a_mismatch_says_where_and_what(text, kind, said):
    with pytest.raises(Mismatch) as caught:
        from_text(text, kind, WORLD)

    assert str(caught.value) == said


def test_json_that_was_parsed_already_is_converted_too():
    assert from_json({"x": 1}, Point, WORLD) == Point(1)
