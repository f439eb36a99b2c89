"""`wait_for` and `asyncio.timeout` around calls; timeouts known and given at run time."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("timeouts")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def in_time(n: int) -> int:
    return await asyncio.wait_for(add(n), timeout=20)


@env.task
async def without_a_limit(n: int) -> int:
    return await asyncio.wait_for(add(n), timeout=None)


CASES = [
    *[("in_time", {"n": n}) for n in (0, 3)],
    *[("without_a_limit", {"n": n}) for n in (0, 3)],
]
