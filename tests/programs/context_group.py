"""`group` and `custom_context`: names and context around calls change no value and cost no pod."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("context-group")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def grouped(n: int) -> list[int]:
    with flyte.group("first"):
        a = await add(n)
        b = await add(a)
    return [a, b]


@env.task
async def grouped_fan_out(n: int) -> list[int]:
    with flyte.group("many"):
        return await asyncio.gather(*[add(x) for x in await numbers(n)])


@env.task
async def groups_in_a_loop(n: int) -> list[int]:
    found = []
    for name in ("train", "test"):
        with flyte.group(name):
            found.append(await add(n, len(name)))
    return found


@env.task
async def group_in_a_branch(n: int) -> int:
    a = await add(n)
    if a > 2:
        with flyte.group("big"):
            a = await add(a, 10)
    return a


@env.task
async def nested_groups(n: int) -> list[int]:
    with flyte.group("outer"):
        a = await add(n)
        with flyte.group("inner"):
            b = await add(a, 3)
    return [a, b]


@env.task
async def with_context(n: int) -> int:
    with flyte.custom_context(project="demo"):
        return await add(n)


CASES = [
    *[("grouped", {"n": n}) for n in (0, 1, 3)],
    *[("grouped_fan_out", {"n": n}) for n in (0, 1, 3)],
    *[("groups_in_a_loop", {"n": n}) for n in (0, 1, 3)],
    *[("group_in_a_branch", {"n": n}) for n in (0, 1, 3)],
    *[("nested_groups", {"n": n}) for n in (0, 1, 3)],
    *[("with_context", {"n": n}) for n in (0, 1, 3)],
]
