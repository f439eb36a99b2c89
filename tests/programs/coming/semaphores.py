"""`asyncio.Semaphore` around calls: the limit of a fan-out, known or given at run time."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("semaphores")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def limit_at_run_time(n: int) -> list[int]:
    limit = asyncio.Semaphore(await add(n))

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


CASES = [
    *[("limit_at_run_time", {"n": n}) for n in (0, 1, 4)],
]
