"""`asyncio.as_completed`: any order is legal, so what is made of the results does not depend on it.

Why they wait:
failures_counted: wrong: the exception of a job leaves the `try` around its `await`.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("as-completed")


class Late(Exception):
    pass


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


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
    *[("failures_counted", {"n": n}) for n in (0, 1, 4)],
]
