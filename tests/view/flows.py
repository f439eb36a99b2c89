"""Programs with control flow on runtime values."""

from __future__ import annotations

import asyncio

import tiphys

env = tiphys.TaskEnvironment("views")


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def double(x: int) -> int:
    return 2 * x


@env.task
async def choose(n: int) -> int:
    a = await double(n)
    if a > 3:
        a = await double(a)
    return a


@env.task
async def repeat(n: int) -> int:
    x = n
    while x < 100:
        x = await double(x)
    return x


@env.task
async def spread(n: int) -> list[int]:
    return await asyncio.gather(*(double(x) for x in await numbers(n)))


@env.task
async def guard(n: int) -> int:
    try:
        a = await double(n)
    except ValueError:
        a = 0
    return a
