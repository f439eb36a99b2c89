"""Every mistake a user can make, and the text it gets: what is wrong, where, the line, how to mend it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from tests.tracing.refused import calls, concurrency, control, world
from tiphys.compiling import trace_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

HEADER = """\
import asyncio
import os
import pathlib
import socket
import subprocess
import urllib.request
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("flow")
LIST = [1]
TABLE = {}


class State:
    count = 0


STATE = State()


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def double(a: int) -> int:
    return a * 2


@env.task
async def numbers(n: int) -> list[int]:
    return [n]


@env.task
async def mapping(n: int) -> dict[str, int]:
    return {}


@env.task
async def text(n: int) -> str:
    return ""


@env.task
async def total(xs: list[int]) -> int:
    return sum(xs)


@env.task
async def untyped(n: int) -> Any:
    return n


async def inlined(x):
    return await add(x)


async def deeper(x):
    return await deeper(x + 1) + await add(x)


async def stream():
    yield 1


def first_of(values):
    if values:
        return values[0]


def remember(x):
    LIST.append(x)


def keep(x, seen=[]):
    seen.append(x)


@env.task
async def main(n: int) -> Any:
"""

ROWS = {
    f"{module.__name__.rpartition('.')[2]}: {title}": row
    for module in (calls, concurrency, control, world)
    for title, row in module.ROWS.items()
}


@pytest.mark.parametrize("title", ROWS)
def test_a_mistake_is_refused_at_its_line(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole text, so that its prose and its carets are seen in review."""
    body, expected = ROWS[title]
    path = tmp_path / "flow.py"
    path.write_text(HEADER + textwrap.indent(body, "    "))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "flow", raising=False)

    with pytest.raises(ProgramError) as caught:
        trace_task(load_module(path).main)

    assert str(caught.value) + "\n" == expected
