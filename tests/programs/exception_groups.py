"""`ExceptionGroup` from a `TaskGroup`, and `except*`."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("groups")


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise ValueError("one")
    if n == 2:
        raise KeyError("two")
    return n


@env.task
async def group_is_not_caught(n: int) -> int:
    async with asyncio.TaskGroup() as group:
        a = group.create_task(risky(n))
    return a.result()


CASES = [
    *[("group_is_not_caught", {"n": n}) for n in (0, 1, 2, 3)],
]
