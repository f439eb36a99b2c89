"""Loops in loops, in branches, in `try`; branches and `try` in loops; several ways out at once."""

import tiphys as flyte

env = flyte.TaskEnvironment("loops-nested")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def inner_list_from_a_task(n: int) -> int:
    total = 0
    for item in await numbers(n):
        for inner in await numbers(item):
            total = await add(total, inner + item)
    return total


@env.task
async def three_deep(n: int) -> int:
    count = 0
    for a in await numbers(n):
        for b in await numbers(a):
            for c in await numbers(b):
                count = await add(count, a + b + c)
    return count


@env.task
async def known_outer_runtime_inner(n: int) -> list[list[int]]:
    found = []
    for offset in (100, 200):
        row = []
        for item in await numbers(n):
            row.append(await add(item, offset))
        found.append(row)
    return found


@env.task
async def runtime_outer_known_inner(n: int) -> list[int]:
    found = []
    for item in await numbers(n):
        for offset in (1, 2):
            value = await add(item, offset)
            if value == 3:
                continue
            found.append(value)
    return found


CASES = [
    *[("inner_list_from_a_task", {"n": n}) for n in (0, 1, 2, 4)],
    *[("three_deep", {"n": n}) for n in (0, 1, 2, 4)],
    *[("known_outer_runtime_inner", {"n": n}) for n in (0, 1, 2, 4)],
    *[("runtime_outer_known_inner", {"n": n}) for n in (0, 1, 2, 4)],
]
