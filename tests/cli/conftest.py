"""The command line, called in this process."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from tiphys.cli import command as run_command
from tiphys.cli.failures import told

NUMBERS = itertools.count()


@dataclass
class Printed:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def tiphys(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Command]:
    """Run a command in a folder and with caches of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path, modules = list(sys.path), set(sys.modules)

    def command(*words: str) -> Printed:
        capsys.readouterr()
        code = told(lambda: run_command(list(words)), "--json" in words)
        printed = capsys.readouterr()
        return Printed(code, printed.out, printed.err)

    yield command
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """Write a program into a file of its own, and give the file's name."""

    def write(source: str) -> str:
        name = f"flow{next(NUMBERS)}.py"
        (tmp_path / name).write_text("import asyncio\nimport tiphys\n" + dedent(source))
        return name

    return write


FLOW = '''
env = tiphys.TaskEnvironment("shop")

@env.task
async def price(item: str, count: int = 1) -> float:
    return len(item) * 1.5 * count

@env.task
async def refuse(item: str) -> float:
    raise ValueError(f"no {item}")

@env.task
async def main(item: str, count: int = 2, gift: bool = False) -> dict:
    """Price a basket.

    Args:
        item: what is bought
    """
    one, many = await asyncio.gather(price(item), price(item, count=count))
    return {"one": one, "many": many, "gift": gift}

@env.task
async def broken(item: str = "tea") -> float:
    return await refuse(item)
'''


@pytest.fixture
def flow(program: Callable[[str], str]) -> str:
    """Give a program with a task that works and one that fails."""
    return program(FLOW)
