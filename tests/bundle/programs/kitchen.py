"""A program with everything that functions may use. Copied to a folder of its own by the tests."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import contextvars
import dataclasses
import enum
import functools
import logging
import re
import sys
import threading
from collections import namedtuple
from dataclasses import dataclass, field
from typing import (
    Annotated,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Protocol,
    TypedDict,
    TypeVar,
    runtime_checkable,
)

import shelf
import shelf.inner.deep as deep
from shelf import books as library
from shelf.inner import CONSTANT


class Task:
    def __init__(self, function):
        self.function = function
        self.name = f"env.{function.__name__}"

    def forward(self, *args):
        return self.function(*args)


T = TypeVar("T")
UserId = NewType("UserId", int)
LOCK = threading.Lock()
LOG = logging.getLogger("kitchen")
PATTERN = re.compile(r"\d+")
VAR: contextvars.ContextVar[int] = contextvars.ContextVar("VAR", default=5)
WORDS = {"alpha", "beta", "gamma", "delta"}
FROZEN = frozenset({("a", 1), ("b", 2)})
NESTED = {"sets": [{3, 1, 2}, {"x", "y"}], "pair": (1, {"k": "v"})}
SELF: list = [1]
SELF.append(SELF)
HANDLERS = {}
TOTAL = 0


def handler(name):
    def register(function):
        HANDLERS[name] = function
        return function

    return register


@handler("one")
def one():
    return sorted(HANDLERS)


@handler("two")
def two(again=HANDLERS):
    return again is HANDLERS and HANDLERS["two"] is two


class App:
    def __init__(self):
        self.routes = []

    def route(self, function):
        @functools.wraps(function)
        def wrapper(*args):
            return (len(self.routes), function(*args))

        self.routes.append(wrapper)
        return wrapper


app = App()


@app.route
def index(n):
    return n + 1


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@traced
def doubled(n):
    return n * 2


def make_pair():
    count = 0

    def up():
        nonlocal count
        count += 1
        return count

    def value():
        return count

    up.value = value
    return up


up = make_pair()


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.singledispatch
def kind(value):
    return "object"


@kind.register
def _(value: int):
    return "int"


@kind.register(str)
def _(value):
    return "str"


partial = functools.partial(fib, 7)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def bump():
    global TOTAL
    TOTAL += 1
    return TOTAL


class Color(enum.Enum):
    RED = "r"
    CRIMSON = "r"
    BLUE = "b"

    @classmethod
    def first(cls):
        return cls.RED

    @property
    def shout(self):
        return self.name + "!"


class Planet(enum.Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


class Coordinate(bytes, enum.Enum):
    PX = (0, "P.X")
    PY = (1, "P.Y")

    def __new__(cls, value, label):
        made = bytes.__new__(cls, [value])
        made._value_ = value
        made.label = label
        return made


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    ALL = READ | WRITE


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Mode(enum.StrEnum):
    FAST = enum.auto()
    SLOW = "slow"


class Registered:
    known: ClassVar[list] = []

    def __init_subclass__(cls, *, tag, **kwargs):
        super().__init_subclass__(**kwargs)
        Registered.known.append(cls)
        cls.tag = tag


class Child(Registered, tag="child"):
    def __init__(self, n=1):
        self.n = n

    def who(self):
        return f"{__class__.__name__}{self.n}"


class Grandchild(Child, tag="grandchild"):
    def __init__(self):
        super().__init__(2)

    def who(self):
        return "grand" + super().who()


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @staticmethod
    def unit():
        return Square(1)


class Square(Shape):
    __slots__ = ("__side", "other")

    def __init__(self, side):
        self.__side = side

    def area(self):
        return self.__side**2


@Shape.register
class Foreign:
    pass


@runtime_checkable
class HasArea(Protocol):
    def area(self): ...


class Meta(type):
    def __new__(mcs, name, bases, space, *, extra=None):
        space["made_by"] = mcs.__name__
        return super().__new__(mcs, name, bases, space)

    def __len__(cls):
        return 42


class Made(metaclass=Meta, extra=1):
    pass


class Stack(Generic[T]):
    def __init__(self, items: list[T]):
        self.items = items

    @functools.cached_property
    def top(self):
        return self.items[-1]


class IntStack(Stack[int]):
    pass


@dataclass
class Config:
    """How it is trained."""

    name: str
    rate: float = 0.5
    tags: list[str] = field(default_factory=list)
    KIND: ClassVar[str] = "config"

    def __post_init__(self):
        self.seen = True if self.name == "seen" else None
        del self.seen

    @property
    def upper(self):
        return self.name.upper()


@dataclass(frozen=True, slots=True, order=True)
class Point:
    x: int
    y: int = dataclasses.field(default=3, compare=False)

    def moved(self):
        return dataclasses.replace(self, x=self.x + 1)


@dataclass
class Wide(Config):
    depth: int = 1
    where: Point = field(default_factory=lambda: Point(0))


class Pair(NamedTuple):
    left: int
    right: str = "r"

    def swapped(self):
        return (self.right, self.left)


Old = namedtuple("Old", "a b")


class Options(TypedDict, total=False):
    fast: bool


class Trouble(Exception):
    def __init__(self, what, *, code):
        super().__init__(f"{what}/{code}")
        self.code = code


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return self.name


class Described:
    thing = Descriptor()


class Left:
    partner: type


class Right:
    partner = Left


Left.partner = Right


@contextlib.contextmanager
def opened(log):
    log.append("in")
    yield log
    log.append("out")


async def slept(n):
    await asyncio.sleep(0)
    return n


def leaf(n):
    return n * 10


leaf_task = Task(leaf)


def check(n):
    assert n == 7
    assert WORDS == {"alpha", "beta", "gamma", "delta"}
    assert ("a", 1) in FROZEN
    assert NESTED["sets"][0] == {1, 2, 3}
    assert SELF[1] is SELF
    assert one() == ["one", "two"]
    assert two()
    assert index(4) == (1, 5)
    assert app.routes[0] is index
    assert doubled(2) == 4
    assert doubled.calls == 1
    assert (up(), up(), up.value()) == (1, 2, 2)
    assert fib(20) == 6765
    assert fib.cache_info().maxsize is None
    assert (kind(1), kind("s"), kind(1.0)) == ("int", "str", "object")
    assert partial() == 13
    assert even(10)
    assert (bump(), bump(), TOTAL) == (1, 2, 2)
    assert PATTERN.match("12")
    assert LOG.name == "kitchen"
    assert VAR.get() == 5
    with LOCK:
        pass
    with opened([]) as log:
        assert log == ["in"]
    return classes() + imports()


def classes():
    assert Color("r") is Color.RED is Color.CRIMSON is Color.first()
    assert Color.RED.shout == "RED!"
    assert Planet.MARS.radius == 3.39
    assert Planet((5.97, 6.37)) is Planet.EARTH
    assert (Coordinate.PY.label, Coordinate.PY.value, bytes(Coordinate.PY)) == ("P.Y", 1, b"\x01")
    assert Access.READ | Access.WRITE is Access.ALL
    assert repr(Access.READ) == "<Access.READ: 1>"
    assert Level.HIGH > Level.LOW
    assert Level.HIGH == 3
    assert f"{Mode.FAST} {Mode.SLOW}" == "fast slow"
    assert Child().who() == "Child1"
    assert Grandchild().who() == "grandChild2"
    assert [each.tag for each in Registered.known] == ["child", "grandchild"]
    assert Registered.known[0] is Child
    assert Shape.unit().area() == 1
    assert isinstance(Square(2), HasArea)
    assert not hasattr(Square(2), "__dict__") or True
    assert isinstance(Foreign(), Shape)
    try:
        Shape()
    except TypeError:
        pass
    else:
        raise AssertionError
    assert (Made.made_by, len(Made)) == ("Meta", 42)
    assert IntStack([1, 2]).top == 2
    assert Stack[int]([3]).top == 3
    config = Config("seen")
    assert (config.rate, config.tags, config.upper, Config.KIND) == (0.5, [], "SEEN", "config")
    assert [each.name for each in dataclasses.fields(Config)] == ["name", "rate", "tags"]
    assert dataclasses.fields(Config)[0].default is dataclasses.MISSING
    assert Wide("w").where == Point(0)
    assert Wide("w", depth=2) == Wide("w", depth=2)
    assert Point(1).moved() == Point(2)
    try:
        Point(1).x = 2
    except dataclasses.FrozenInstanceError:
        pass
    else:
        raise AssertionError
    assert Pair(1).swapped() == ("r", 1)
    assert Pair(1)._replace(left=2).left == 2
    assert Old(1, 2).b == 2
    assert Options(fast=True) == {"fast": True}
    assert Described.thing == Described().thing == "thing"
    assert Left.partner.partner is Left
    assert UserId(3) == 3
    try:
        raise Trouble("what", code=4)
    except Trouble as error:
        assert (str(error), error.code) == ("what/4", 4)
    assert leaf_task.forward(2) == 20
    return 1


def imports():
    from shelf import books
    from shelf.inner.deep import bottom
    from shelf.late import later

    assert shelf.books.count() == 2
    assert books is library
    assert library.BOOKS == ["a", "b"]
    assert deep.bottom() == bottom() == CONSTANT
    assert later() == "later"
    assert shelf.inner.deep.bottom() == CONSTANT
    return 1


async def acheck(n):
    assert await asyncio.gather(slept(1), slept(2)) == [1, 2]
    return check(n)


def typed(config: Config, mode: Annotated[Color, "x"], choice: Literal["a", "b"], options: Options, stack: list[Point]):
    return (config, mode, choice, options, stack)


def same(config, point):
    """Values, functions and glue share one class."""
    return isinstance(config, Config) and isinstance(point, Point) and type(config) is Config


def fails():
    raise Trouble("bad", code=3)


def python():
    return sys.version_info[:2]
