"""Fan-outs of some of the items, chunks, failures as values, and results that stay in their places."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out-filtered")


class Corrupt(Exception):
    pass


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def parse(x: int) -> int:
    if x % 3 == 1:
        raise Corrupt(f"item {x}")
    return x * 10


@env.task
async def one_failure_ends_all(n: int) -> list[int]:
    return await asyncio.gather(*[parse(x) for x in await numbers(n)])


CASES = [
    *[("one_failure_ends_all", {"n": n}) for n in (0, 1, 2, 6)],
]
