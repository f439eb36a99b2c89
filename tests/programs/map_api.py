"""`map(task, xs, ...)`: several iterables, partials, `concurrency`, `return_exceptions`, `group_name`."""

import asyncio
import functools

import tiphys as flyte

env = flyte.TaskEnvironment("mapping")


class Odd(ValueError):
    pass


@env.task
def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
def even(x: int) -> int:
    if x % 2:
        raise Odd(f"{x} is odd")
    return x


@env.task
async def slow_add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def known_items(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(slow_add, [1, 2, n])]


@env.task
async def runtime_items(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(slow_add, await numbers(n))]


@env.task
async def several_iterables(n: int) -> list[int]:
    values = await numbers(n)
    found = []
    async for x in flyte.map.aio(slow_add, values, values[::-1]):
        found.append(x)
    return found


@env.task
async def unequal_iterables(n: int) -> list[int]:
    values = await numbers(n)
    return [x async for x in flyte.map.aio(slow_add, values, [10, 20])]


@env.task
async def with_a_partial(n: int) -> list[int]:
    step = functools.partial(slow_add, b=100)
    return [x async for x in flyte.map.aio(step, await numbers(n))]


@env.task
async def limited_concurrency(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(slow_add, await numbers(n), concurrency=2)]


@env.task
async def concurrency_at_run_time(n: int) -> list[int]:
    lanes = await slow_add(n)
    return [x async for x in flyte.map.aio(slow_add, await numbers(n), concurrency=lanes)]


@env.task
async def exceptions_are_values(n: int) -> list[str]:
    found = []
    async for x in flyte.map.aio(even, await numbers(n)):
        if isinstance(x, Exception):
            found.append(f"{type(x).__name__}: {x}")
        else:
            found.append(str(x))
    return found


@env.task
async def exceptions_are_raised(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(even, await numbers(n), return_exceptions=False)]


@env.task
async def grouped(n: int) -> int:
    found = [x async for x in flyte.map.aio(slow_add, await numbers(n), group_name="adding")]
    return await slow_add(sum(found))


@env.task
def from_sync_code(n: int) -> list[int]:
    return list(flyte.map(add, [n, n + 1, n + 2]))


@env.task
def sync_with_a_limit(n: int) -> int:
    return sum(flyte.map(add, range(n), concurrency=2, group_name="sums"))


@env.task
async def no_items(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(slow_add, [])] + [await slow_add(n)]


@env.task
async def map_in_a_gather(n: int) -> list[list[int]]:
    async def mapped(offset: int) -> list[int]:
        return [x async for x in flyte.map.aio(functools.partial(slow_add, b=offset), await numbers(n))]

    return await asyncio.gather(mapped(10), mapped(20))


@env.task
async def items_before_the_one_that_fails(n: int) -> list[object]:
    found: list[object] = []
    total = 0
    try:
        async for value in flyte.map.aio(even, [2 * x for x in await numbers(n)] + [5, 6], return_exceptions=False):
            found.append(value)
            total += value
    except Odd as error:
        found.append(str(error))
    return [found, total]


@env.task
async def work_before_the_one_that_fails(n: int) -> list[object]:
    found: list[object] = []
    try:
        async for value in flyte.map.aio(even, [0, 2 * n, n], return_exceptions=False):
            found.append(await add.aio(value))
    except Odd as error:
        found.append(str(error))
    else:
        found.append("all")
    return found


CASES = [
    # glue picks each value or exception and lists them
    *[("known_items", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("runtime_items", {"n": n}) for n in (0, 1, 4)],
    # glue lists what is appended
    *[("several_iterables", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("unequal_iterables", {"n": n}) for n in (0, 1, 4)],
    *[("with_a_partial", {"n": n}) for n in (0, 1, 4)],
    *[("limited_concurrency", {"n": n}) for n in (0, 1, 4)],
    # each lane lists its results; one more puts the lanes together
    *[("concurrency_at_run_time", {"n": n}, 1 + n) for n in (0, 1, 4)],  # BEHIND; COPY a lane
    # glue makes texts of the results
    *[("exceptions_are_values", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("exceptions_are_raised", {"n": n}) for n in (0, 1, 4)],
    *[("grouped", {"n": n}) for n in (0, 1, 4)],
    # as for `known_items`
    *[("from_sync_code", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    # the run's input is counted before, and the results are added up behind
    *[("sync_with_a_limit", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("no_items", {"n": n}) for n in (0, 1, 4)],
    *[("map_in_a_gather", {"n": n}) for n in (0, 1, 4)],
    # a CATCH for the item that fails, what raises it, and its CATCH; what the rounds read and leave
    *[("items_before_the_one_that_fails", {"n": n}, 5) for n in (0, 2)],
    ("work_before_the_one_that_fails", {"n": 1}, 3),  # RAISE, 2 CATCH
    ("work_before_the_one_that_fails", {"n": 2}, 1),  # BEHIND
]
