"""Comprehensions of several generators, with tasks in their conditions, and with `:=`; over known and runtime values."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("comprehensions")


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
async def flattened(n: int) -> list[object]:
    rows = [await numbers(n), await numbers(2), [7, n]]
    flat = [x for row in rows for x in row]
    pairs = [x * y for row in rows for x in row if x for y in (1, 2)]
    return [flat, pairs, {x: len(row) for row in rows for x in row}, sum(x for row in rows for x in row)]


@env.task
async def cross_product(n: int) -> list[int]:
    rates = [1, 2]
    return await asyncio.gather(*[add(x, rate) for rate in rates for x in await numbers(n)])


@env.task
async def every_row_side_by_side(n: int) -> list[int]:
    rows = [await numbers(n), [5, 6], await numbers(1)]
    return await asyncio.gather(*(add(x, len(row)) for row in rows for x in row if x != 1))


@env.task
async def one_after_the_other(n: int) -> list[list[int]]:
    awaited = [await add(x, rate) for rate in (1, 2) for x in await numbers(n)]
    return [awaited, [x + rate for rate in (1, 2) for x in await numbers(n)]]


@env.task
async def awaited_filter(n: int) -> list[int]:
    return [x for x in await numbers(n) if await keep(x)]


@env.task
async def awaited_filters(n: int) -> list[object]:
    steps = {x: y for x in await numbers(n) if x if await keep(x) for y in await numbers(x) if y}
    return [steps, sorted({await add(x) for x in await numbers(n) if await keep(x + 1)})]


@env.task
async def inner_rows_awaited(n: int) -> list[object]:
    return [await add(x, y) for x in await numbers(n) for y in await numbers(x)]


@env.task
async def walrus(n: int) -> list[object]:
    doubled = [y for x in await numbers(n) if (y := x * 2) > 1]
    return [doubled, [(z, z + 1) for x in doubled if (z := x - 1) > 2]]


CASES = [
    *[
        (name, {"n": n})
        for n in (0, 1, 2, 6)
        for name in ("flattened", "one_after_the_other", "awaited_filter", "inner_rows_awaited", "walrus")
    ],
    *[("cross_product", {"n": n}, 1) for n in (0, 1, 4)],  # JOIN
    *[("every_row_side_by_side", {"n": n}, 1) for n in (0, 1, 4)],  # JOIN
    ("awaited_filters", {"n": 0}, 1),  # BEHIND
    ("awaited_filters", {"n": 1}, 2),  # 2 BEHIND
    ("awaited_filters", {"n": 4}, 2),  # 2 BEHIND
]
