"""`ExceptionGroup` from a `TaskGroup`, and `except*`.

Why they wait:
group_over_runtime_items: our bug: the graph refers to what does not come before it.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("groups")


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise ValueError("one")
    if n == 2:
        raise KeyError("two")
    return n


@env.task
async def group_over_runtime_items(n: int) -> object:
    try:
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(risky(x)) for x in await numbers(n)]
    except* (ValueError, KeyError) as errors:
        return_value = len(errors.exceptions)
    else:
        return_value = [job.result() for job in jobs]
    return return_value


CASES = [
    *[("group_over_runtime_items", {"n": n}) for n in (0, 1, 2, 3)],
]
