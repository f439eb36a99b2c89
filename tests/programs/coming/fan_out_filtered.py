"""Fan-outs of some of the items, chunks, failures as values, and results that stay in their places."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out-filtered")


class Corrupt(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def parse(x: int) -> int:
    if x % 3 == 1:
        raise Corrupt(f"item {x}")
    return x * 10


@env.task
async def keep(x: int) -> bool:
    return x % 2 == 0


@env.task
async def awaited_filter(n: int) -> list[int]:
    return [x for x in await numbers(n) if await keep(x)]


@env.task
async def appended_if(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        if item == 2:
            continue
        jobs.append(add(item, 3))
    return await asyncio.gather(*jobs)


async def parse_or_none(x: int) -> int | None:
    try:
        return await parse(x)
    except Corrupt:
        return None


@env.task
async def each_item_has_a_try(n: int) -> list[int | None]:
    return await asyncio.gather(*[parse_or_none(x) for x in await numbers(n)])


@env.task
async def one_failure_is_caught(n: int) -> list[int] | str:
    try:
        return await asyncio.gather(*[parse(x) for x in await numbers(n)])
    except Corrupt as error:
        return f"batch failed: {error}"


@env.task
async def first_failure_wins(n: int) -> str:
    try:
        await asyncio.gather(add(n), parse(n), parse(n + 3))
    except Corrupt as error:
        return str(error)
    return "none"


CASES = [
    *[("awaited_filter", {"n": n}) for n in (0, 1, 2, 6)],
    *[("appended_if", {"n": n}) for n in (0, 1, 2, 6)],
    *[("each_item_has_a_try", {"n": n}) for n in (0, 1, 2, 6)],
    *[("one_failure_is_caught", {"n": n}) for n in (0, 1, 2, 6)],
    *[("first_failure_wins", {"n": n}) for n in (0, 1, 2, 6)],
]
