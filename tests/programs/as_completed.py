"""`asyncio.as_completed`: any order is legal, so what is made of the results does not depend on it."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("as-completed")


class Late(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def known_jobs(n: int) -> list[int]:
    found = []
    for job in asyncio.as_completed([add(n), add(n, 5), add(n, 3)]):
        found.append(await job)
    return sorted(found)


@env.task
async def runtime_jobs(n: int) -> list[int]:
    found = []
    for job in asyncio.as_completed([add(x) for x in await numbers(n)]):
        found.append(await job)
    return sorted(found)


@env.task
async def best_so_far(n: int) -> int:
    best = -1
    jobs = [asyncio.create_task(add(x, (x * 3) % 4)) for x in await numbers(n)]
    for job in asyncio.as_completed(jobs):
        best = max(best, await job)
    return best


@env.task
async def followed_by_a_task(n: int) -> int:
    total = 0
    for job in asyncio.as_completed([add(x) for x in await numbers(n)]):
        total = await add(total, await job)
    return total


@env.task
async def late(x: int) -> int:
    if x == 3:
        raise Late("three")
    return x


@env.task
async def failures_counted(n: int) -> list[int]:
    good, bad = 0, 0
    for job in asyncio.as_completed([late(x) for x in await numbers(n)]):
        try:
            good += await job
        except Late:
            bad += 1
    return [good, bad]


CASES = [
    *[("known_jobs", {"n": n}, 1) for n in (0, 1, 4)],  # JOIN
    *[("runtime_jobs", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("best_so_far", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("followed_by_a_task", {"n": n}) for n in (0, 1, 4)],
    *[("failures_counted", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
]
