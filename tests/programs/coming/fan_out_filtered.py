"""Fan-outs of some of the items, chunks, failures as values, and results that stay in their places.

Why they wait:
awaited_filter: refused: `await` in the condition of a comprehension.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out-filtered")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def keep(x: int) -> bool:
    return x % 2 == 0


@env.task
async def awaited_filter(n: int) -> list[int]:
    return [x for x in await numbers(n) if await keep(x)]


CASES = [
    *[("awaited_filter", {"n": n}) for n in (0, 1, 2, 6)],
]
