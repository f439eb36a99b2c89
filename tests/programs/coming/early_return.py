"""`return` anywhere: in arms, in loops, in `try`, in handlers, in `finally`, in helpers."""

import tiphys as flyte
import asyncio

env = flyte.TaskEnvironment("early-return")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def fails_above(limit: int, n: int) -> int:
    if n > limit:
        raise ValueError(f"{n} > {limit}")
    return n


@env.task
async def from_try(n: int) -> list[object]:
    try:
        return [await fails_above(3, n)]
    except ValueError as error:
        return [str(error), await add(n)]


@env.task
async def from_try_with_else(n: int) -> str:
    try:
        a = await fails_above(3, n)
    except ValueError:
        pass
    else:
        if a > 1:
            return "else"
        a = await add(a)
    return f"end {await add(n)}"


@env.task
async def through_finally(n: int) -> list[int]:
    trace: list[int] = []
    try:
        a = await add(n)
        if a > 3:
            return trace
        trace.append(a)
    finally:
        trace.append(await add(n, 100))
    trace.append(0)
    return trace


@env.task
async def in_finally_sometimes(n: int) -> object:
    try:
        a = await fails_above(3, n)
        if a == 2:
            return "two"
    except ValueError:
        a = 40
    finally:
        if n % 2:
            return "odd"
    return a


async def search(n: int) -> int:
    for item in await numbers(n):
        if await add(item) == 3:
            return item
    return -1


@env.task
async def in_a_helper(n: int) -> list[int]:
    first = await search(n)
    if first < 0:
        return [first]
    return [first, await search(2), await add(first)]


@env.task
async def gathered_helpers(n: int) -> list[int]:
    return await asyncio.gather(search(n), search(n + 1), search(5))


CASES = [
    *[("from_try", {"n": n}) for n in (1, 5)],
    *[("from_try_with_else", {"n": n}) for n in (1, 2, 5)],
    *[("through_finally", {"n": n}) for n in (1, 5)],
    *[("in_finally_sometimes", {"n": n}) for n in (0, 1, 2, 4, 5)],
    *[("in_a_helper", {"n": n}) for n in (0, 2, 3)],
    *[("gathered_helpers", {"n": n}) for n in (0, 2, 3)],
]
