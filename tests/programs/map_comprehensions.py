"""`async for` over what `map.aio` gives, in loops and comprehensions; loops over what is awaited right there."""

import tiphys as flyte

env = flyte.TaskEnvironment("map-loops")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def filtered(n: int) -> list[int]:
    return [x async for x in flyte.map.aio(add, await numbers(n)) if x % 2]


@env.task
async def dicts(n: int) -> dict[int, int]:
    return {x: x * 2 async for x in flyte.map.aio(add, await numbers(n))}


@env.task
async def tasks_in_element(n: int) -> list[int]:
    return [await add(x) async for x in flyte.map.aio(add, await numbers(n))]


@env.task
async def loop_with_tasks(n: int) -> int:
    total = 0
    async for x in flyte.map.aio(add, await numbers(n)):
        total = await add(total, x)
    return total


@env.task
async def summed(n: int) -> int:
    return sum([x + n async for x in flyte.map.aio(add, await numbers(n))])


@env.task
async def changed(n: int) -> list[int]:
    xs = [x async for x in flyte.map.aio(add, await numbers(n))]
    ys = xs
    ys.append(await add(n))
    return xs + [y for y in await numbers(2)]


@env.task
async def awaited_for(n: int) -> int:
    total = 0
    for x in await numbers(n):
        total += x
    for x in await numbers(n + 1):
        if x > 2:
            return total
        total += x
    return -total


@env.task
async def nested(n: int) -> list[list[int]]:
    return [[y + x for y in await numbers(2)] for x in await numbers(n)]


CASES = [
    *[("filtered", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("dicts", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("tasks_in_element", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("loop_with_tasks", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("summed", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("changed", {"n": n}) for n in (0, 1, 4)],
    *[("awaited_for", {"n": n}) for n in (0, 1, 4)],
    *[("nested", {"n": n}) for n in (0, 1, 4)],
]
