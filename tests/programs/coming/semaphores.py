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
async def fragile(x: int) -> int:
    if x == 2:
        raise RuntimeError("two")
    return x


@env.task
async def limit_at_run_time(n: int) -> list[int]:
    limit = asyncio.Semaphore(await add(n))

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


@env.task
async def failures_inside(n: int) -> list[str]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await fragile(x)

    results = await asyncio.gather(*[guarded(x) for x in await numbers(n)], return_exceptions=True)
    return [repr(result) for result in results]


@env.task
async def bounded(n: int) -> int:
    limit = asyncio.BoundedSemaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return sum(await asyncio.gather(*[guarded(x) for x in await numbers(n)]))


CASES = [
    *[("limit_at_run_time", {"n": n}) for n in (0, 1, 4)],
    *[("failures_inside", {"n": n}) for n in (0, 1, 4)],
    *[("bounded", {"n": n}) for n in (0, 1, 4)],
]
