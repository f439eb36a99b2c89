"""What makes a task another one for the cache, and what does not: programs that differ in one place."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from tiphys.loading import load_module, tasks_of
from tiphys.tracing.versions import version_of

COUNT = itertools.count()
BASE = '''
import enum
import functools
import logging
import re
from dataclasses import dataclass, field
from decimal import Decimal
import tiphys
from tiphys.extras import ContainerTask
import {folder}.other as other
from {folder}.other import borrowed

log = logging.getLogger("here")
env = tiphys.TaskEnvironment("versions")
NUMBER = 3
TABLE = {{"a": [1, 2], "b": (3, None)}}
NAMES = {{"x", "y", "z"}}
PRICE = Decimal("1.5")
PATTERN = re.compile("a+")
UNUSED = 1

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Base:
    rate = 2
    def scaled(self, x):
        return x * self.rate

@dataclass
class Model(Base):
    """A model."""
    bias: int = 1
    parts: list = field(default_factory=list)
    def apply(self, x):
        return self.scaled(x) + self.bias
    @property
    def wide(self):
        return self.bias > 10

    @functools.cached_property
    def deep(self):
        return self.bias * 10

@dataclass(slots=True)
class Narrow:
    rate: int

MODEL = Model(4)
NARROW = Narrow(3)

@functools.lru_cache(maxsize=8)
def remembered(x):
    return x + 11

def twice(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args) + function(*args)
    return inner

@twice
def helper(x):
    return x + NUMBER

def counter(step):
    def count(x):
        return x + step
    return count

plus = counter(1)
minus = functools.partial(helper, 5)
square = lambda x: x * x

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

@env.task
async def leaf(x: int) -> int:
    return x - 1

count = ContainerTask("count", "alpine:3", ["/bin/count", "--all"], inputs={{"x": int}}, outputs={{"n": int}})

class Hooked(tiphys.extend.AsyncFunctionTaskTemplate):
    async def post(self, value):
        return value + 12

@dataclass(frozen=True)
class Config:
    size: int = 13

tiphys.extend.register_plugin(Config, Hooked)
plugged = tiphys.TaskEnvironment("plugged", plugin_config=Config())

@plugged.task
async def hooked(x: int) -> int:
    return x

@env.task(retries=1)
async def f(x: int = 7) -> int:
    """What it does."""
    log.info("x")
    total = helper(x) + MODEL.apply(x) + plus(x) + minus() + square(x)  # the sum
    if even(x) and Color.RED in (Color.RED,) and PATTERN.match("a") and PRICE > 1:
        total += len(TABLE) + len(NAMES) + other.K + other.inner.deep(x) + borrowed(x)
    total += remembered(x) + NARROW.rate + await count(x=x) + await hooked(x)
    return total + await leaf.forward(x)
'''
OTHER = """
import {folder}.inner as inner
K = 5
SECRET = 9
def borrowed(x):
    return x + SECRET
"""
INNER = """
def deep(x):
    return x + 100
"""

SAME = {
    "a comment": ("# the sum", "# the whole"),
    "a docstring": ('"""What it does."""', '"""What it did."""'),
    "a docstring of a class": ('"""A model."""', ""),
    "blank lines": ("def helper(x):", "\n\n\ndef helper(x):"),
    "spaces": ("x: x * x", "x: x   *  x"),
    "settings": ("retries=1", "retries=2, timeout=5"),
    "what is not used": ("UNUSED = 1", "UNUSED = 2"),
    "another variable's name order": ("NUMBER = 3\nTABLE", "NUMBER = 1 + 2\nTABLE"),
}
OTHERWISE = {
    "the body": ("total += len(TABLE)", "total -= len(TABLE)"),
    "a default": ("x: int = 7", "x: int = 8"),
    "a type": ("async def f(x: int = 7) -> int", "async def f(x: int = 7) -> float"),
    "a constant": ("NUMBER = 3", "NUMBER = 4"),
    "a constant of another type": ("NUMBER = 3", "NUMBER = 3.0"),
    "something in a table": ("(3, None)", "(3, 0)"),
    "a set": ('"z"}', '"w"}'),
    "a decimal": ('Decimal("1.5")', 'Decimal("1.6")'),
    "a pattern": ('compile("a+")', 'compile("a*")'),
    "a member of an enum": ("RED = 1", "RED = 3"),
    "a method": ("+ self.bias", "- self.bias"),
    "a method of a base class": ("return x * self.rate", "return self.rate * x"),
    "an attribute of a class": ("rate = 2", "rate = 3"),
    "a field": ("bias: int = 1", "bias: int = 2"),
    "a property": ("self.bias > 10", "self.bias > 11"),
    "an object": ("Model(4)", "Model(5)"),
    "an object with slots": ("Narrow(3)", "Narrow(4)"),
    "a property that is computed once": ("self.bias * 10", "self.bias * 11"),
    "a function that remembers its results": ("x + 11", "x + 10"),
    "the command of a container": ("--all", "--some"),
    "the image of a container": ("alpine:3", "alpine:4"),
    "the type of what a container gives": ('"n": int', '"n": float'),
    "what a plugin does": ("value + 12", "value + 13"),
    "how a plugin is set": ("size: int = 13", "size: int = 14"),
    "a wrapper": ("function(*args) + function(*args)", "function(*args) * 2"),
    "what a wrapper wraps": ("return x + NUMBER", "return NUMBER + x"),
    "a closure": ("counter(1)", "counter(2)"),
    "what a closure does": ("return x + step", "return step + x"),
    "a partial": ("partial(helper, 5)", "partial(helper, 6)"),
    "a lambda": ("x * x", "x + x"),
    "one of two that call each other": ("n != 0 and even", "n and even"),
    "a task that is called plainly": ("return x - 1", "return x - 2"),
}
OTHERWISE_ELSEWHERE = {
    "a constant of another module": ("K = 5", "K = 6"),
    "a function of another module": ("return x + SECRET", "return SECRET + x"),
    "what that reads": ("SECRET = 9", "SECRET = 8"),
    "a function of a module of a module": ("return x + 100", "return x + 101"),
}


def version(folder: Path, change: tuple[str, str] = ("", "")) -> str:
    """Write the program with a change in it, and give the version of its task."""
    package = folder / f"package_{next(COUNT)}"
    package.mkdir()
    texts = {"__init__": "", "flow": BASE, "other": OTHER, "inner": INNER}
    assert any(change[0] in text.replace("{{", "{").replace("}}", "}") for text in texts.values())
    for name, text in texts.items():
        made = text.format(folder="package") if text else ""
        (package / f"{name}.py").write_text(made.replace(*change) if change[0] else made)
    package = package.rename(folder / "package") if not (folder / "package").exists() else package
    for name in [name for name in sys.modules if name.split(".")[0] == "package"]:
        del sys.modules[name]
    try:
        return version_of(tasks_of(load_module(package / "flow.py"))["f"].code)
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "package"]:
            del sys.modules[name]
        sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return version(tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize("name", SAME)
def test_it_is_the_same_task(name: str, base: str, tmp_path: Path) -> None:
    assert version(tmp_path, SAME[name]) == base


@pytest.mark.parametrize("name", [*OTHERWISE, *OTHERWISE_ELSEWHERE])
def test_it_is_another_task(name: str, base: str, tmp_path: Path) -> None:
    assert version(tmp_path, {**OTHERWISE, **OTHERWISE_ELSEWHERE}[name]) != base


IMAGE = """
import tiphys
from tiphys.extras import ContainerTask
env = tiphys.TaskEnvironment("kept")
image = tiphys.Image.{begin}.clone(name="ours", extendable=True).with_source_file("{file}")
count = ContainerTask("count", image=image, command=["wc"], outputs={{"n": int}})

@env.task(cache="auto")
async def f() -> int:
    return await count()
"""


@pytest.mark.parametrize("begin", ["from_base('alpine:3')", "from_ref_name('ours')"])
def test_an_image_counts_by_what_is_in_it(begin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by where that lies: others that check the program out find the same results."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def of(folder: str, content: str) -> str:
        file = tmp_path / folder / "rows.txt"
        file.parent.mkdir()
        file.write_text(content)
        flow = file.with_name(f"{folder}.py")
        flow.write_text(IMAGE.format(begin=begin, file=file))
        return version_of(tasks_of(load_module(flow))["f"].code)

    assert of("here", "1") == of("there", "1")
    assert of("changed", "2") != of("another", "1")
