"""Programs whose names and values are odd run as plain Python does, through what they were lowered to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import tiphys
from tests.argo.conftest import Load

ODD = """
import os
odd = env.clone_with("odd", env_vars={"A": "$$ $(B) {{workflow.name}}", "B": "b"})
@odd.task
async def let(größe: int, at: int, item: str = "$$ $(PYTHONHASHSEED) {{x}} {{{{") -> str:
    return f"{größe}{at}{item}{os.environ.get('A', '$$ $(B) {{workflow.name}}')}"
@env.task
async def nil(x: str) -> str: return x
@env.task
async def größer(x: str) -> str: return x + "$(HOME)$$$$("
@env.task
async def join(at: str, item: str, n: int) -> str:
    if n == 0:
        return at
    return await nil(at + item)
@env.task
async def empty(k: int) -> int:
    return await nil(str(k)) if k > 3 else 7
@env.task
async def main(at: int = 1, n: int = 3, d: str = "$$ $(HOME) {{x}}") -> str:
    höhe = at + 1
    a = await let(n, at)
    b = await nil(a + str(höhe) + d)
    c = await größer(b)
    f = await join(c, a, 1)
    g = await join(c, "x", 0)
    e = await empty(2)
    return f"{f}{g}{e}{höhe}"
"""
WIDE = """
@env.task
async def f(i: {kind}) -> {kind}: return i
@env.task
async def main() -> {kind}:
    xs = await asyncio.gather(*(f({kind}(i)) for i in range(200)))
    ys = await asyncio.gather(*(f(x + x) for x in xs))
    return ys[0] + ys[199] + sum([y == x + x for x, y in zip(xs, ys)]) * {kind}(1)
"""


def agree(task: Any) -> None:
    run = tiphys.with_runcontext(executor="in-process").run(task)
    assert run.result() == asyncio.run(task())


@pytest.mark.slow
def test_odd_names_and_texts(load: Load) -> None:
    agree(load(ODD))


@pytest.mark.slow
def test_values_cross_the_parts_of_a_wide_graph(load: Load) -> None:
    agree(load(WIDE.format(kind="int")))


@pytest.mark.slow
def test_many_small_values_are_read_as_a_directory(load: Load) -> None:
    agree(
        load("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def main() -> list[int]:
    return sorted(await asyncio.gather(*(f(i % 7) for i in range(300))))
""")
    )
