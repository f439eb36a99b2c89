"""Values survive tagged JSON exactly: types, order, odd strings."""

import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import uuid
from dataclasses import InitVar, dataclass, field
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, PrivateAttr

from tiphys.bundle import LiveWorld
from tiphys_runtime import codec

WORLD = LiveWorld()
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20) | st.sampled_from(
    ["{{", "{{=x}}", "$t", "\0", "\ud800", "\ud83d\ude00", "\ud83d" + "\ude00", "{\\u007b", ""]
)
ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.binary(max_size=20) | st.complex_numbers()
    | st.dates() | st.times() | st.datetimes() | st.datetimes(timezones=st.just(dt.UTC)) | st.timedeltas()
    | st.decimals(allow_nan=False) | st.uuids() | st.builds(bytearray, st.binary(max_size=5))
    | st.builds(range, st.integers(), st.integers(), st.integers(1, 9))
    | st.builds(pathlib.Path, st.text("abc/.", max_size=9))
)  # fmt: skip
KEYS = TEXT | st.integers() | st.booleans() | st.tuples(st.integers(), TEXT) | st.frozensets(st.integers())
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(st.integers() | TEXT, max_size=4)
        | st.frozensets(st.integers() | TEXT, max_size=4)
    ),
    max_leaves=12,
)


class Color(enum.Enum):
    RED = 1
    BLUE = ("b", 2)


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Pair(NamedTuple):
    left: int
    right: object = None


@dataclass
class Config:
    name: str
    rate: float = 0.5
    tags: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.name == "never":
            raise AssertionError("the constructor must not run again")


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    seed: InitVar[int] = 0
    y: int = field(init=False, default=2)


@dataclass
class Guarded:
    n: int

    def __getstate__(self) -> dict[str, int]:
        return {"n": self.n + 1}


class Model(BaseModel):
    n: int = 1
    inner: list[Pair] = []


class Private(BaseModel):
    n: int = 1
    _hidden: int = PrivateAttr(default=4)


class Plain:
    def __init__(self, n: object) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.n == other.n

    __hash__ = None  # type: ignore[assignment]


class Counted(dict[str, int]):
    pass


def there_and_back(value: object) -> object:
    return codec.decode(json.loads(codec.dump(value, WORLD)), WORLD)


def alike(one: object, other: object) -> bool:
    """Compare with types, and nan equal to nan: Python shows no sign of one."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one):
            return math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    if isinstance(one, complex) and isinstance(other, complex):
        return alike(one.real, other.real) and alike(one.imag, other.imag)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return alike(list(one.items()), list(other.items()))
    return one == other


@given(VALUES)
def test_values_come_back_exactly(value):
    assert alike(there_and_back(value), value)


@given(VALUES)
def test_spilled_files_come_back_exactly(value):
    assert alike(codec.from_file(codec.to_file(value, WORLD), WORLD), value)


@given(VALUES)
def test_the_text_is_ascii(value):
    assert codec.dump(value, WORLD).isascii()


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (1e300, "1e+300"),
        (-0.0, "-0.0"),
        (True, "true"),
        (math.inf, '{"$f":"inf"}'),
        ((1, "a"), '{"$t":[1,"a"]}'),
        ({3, 1, 2}, '{"$s":[1,2,3]}'),
        ({"$t": 1}, '{"$d":[["$t",1]]}'),
        ({1: "a"}, '{"$d":[[1,"a"]]}'),
        ({"a": 1}, '{"a":1}'),
        (b"hi", '{"$b":"aGk="}'),
        (dt.date(2024, 1, 31), '{"$da":"2024-01-31"}'),
        (dt.timedelta(days=1, seconds=2), '{"$td":[1,2,0]}'),
        (decimal.Decimal("0.10"), '{"$de":"0.10"}'),
        (uuid.UUID(int=0), '{"$u":"00000000-0000-0000-0000-000000000000"}'),
        (pathlib.Path("a/b"), '{"$pa":"a/b"}'),
        (1 + 2j, '{"$cx":[1.0,2.0]}'),
        (range(3), '{"$r":[0,3,1]}'),
        (Color.BLUE, f'{{"$en":["{__name__}:Color","BLUE",{{"$t":["b",2]}}]}}'),
        (Pair(1), f'{{"$nt":["{__name__}:Pair",[1,null]]}}'),
        (Point(1), f'{{"$dc":["{__name__}:Point",{{"x":1,"y":2}}]}}'),
        (Model(n=2), f'{{"$pm":["{__name__}:Model",{{"n":2,"inner":[]}},["inner"]]}}'),
    ],
)
def test_each_kind_has_its_form(value, form):
    assert codec.dump(value, WORLD) == form
    assert alike(there_and_back(value), value)


@pytest.mark.parametrize(
    "value",
    [
        Access.READ | Access.WRITE,
        Config("n", 1.0, [Pair(1, {Point(3)})]),
        Private(n=3),
        Model(inner=[Pair(1)]),
        Plain([1]),
        Counted(a=1),
        [10**20_000],
        dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2), "named")),
        dt.datetime(2024, 1, 1, fold=1),  # noqa: DTZ001
        [Plain(1), {"k": (Counted(b=2),)}],
        pathlib.PurePosixPath("a"),
        print,
        Config,
    ],
)
def test_everything_else_comes_back_too(value):
    again = there_and_back(value)

    assert alike(again, value)
    assert getattr(again, "tzinfo", None) == getattr(value, "tzinfo", None)


def test_a_dataclass_is_read_without_its_constructor():
    made = Config("n")
    made.name = "never"

    assert there_and_back(made) == made


def test_a_dataclass_with_a_state_of_its_own_is_pickled():
    assert "$p" in codec.dump(Guarded(1), WORLD)
    assert there_and_back(Guarded(1)) == Guarded(2)


def test_a_model_remembers_which_fields_were_set():
    again = there_and_back(Model(n=2))

    assert again.model_dump(exclude_unset=True) == {"n": 2}


def test_only_the_innermost_object_that_needs_it_is_pickled():
    form = json.loads(codec.dump({"a": [1, Plain(2)], "b": (3,)}, WORLD))

    assert form["a"][0] == 1
    assert list(form["a"][1]) == ["$p"]
    assert form["b"] == {"$t": [3]}


def test_a_cycle_is_pickled_where_it_closes():
    inner: list[object] = [1]
    inner.append({"again": inner})
    form = codec.dump(["outside", inner], WORLD)
    again = there_and_back(["outside", inner])

    assert form.startswith('["outside",{"$p":')
    assert again[1][1]["again"] is again[1]


def test_what_is_nested_too_deeply_for_json_is_pickled_or_refused():
    value: list[object] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(RecursionError):
        codec.dump(value, WORLD)


@pytest.mark.parametrize(
    "form", [{"$x": 1}, {"$en": ["nowhere:Color", "RED", 1]}, {"$dc": [f"{__name__}:Missing", {}]}]
)
def test_forms_that_nothing_writes_are_refused(form):
    with pytest.raises((ValueError, LookupError)):
        codec.decode(form, WORLD)


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="starts with J or P"):
        codec.from_file(b"X123", WORLD)


def test_sets_are_written_in_one_order():
    assert codec.dump({"b", "a", "c"}, WORLD) == '{"$s":["a","b","c"]}'
    assert codec.dump(frozenset({10, 9}), WORLD) == '{"$fs":[10,9]}'
