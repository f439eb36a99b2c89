"""Task groups whose blocks raise, or with as many tasks as run time says; exceptions as values in `try` and loops."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("task-groups-failing")


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
async def many_in_a_group(n: int) -> list[int]:
    xs = await numbers(n)
    async with asyncio.TaskGroup() as group:
        jobs = [group.create_task(risky(x)) for x in xs]
    return [job.result() for job in jobs]


@env.task
async def many_and_one(n: int) -> list[int]:
    """The exceptions stand in the order in which the tasks were begun."""
    xs = await numbers(n)
    async with asyncio.TaskGroup() as group:
        jobs = [group.create_task(risky(x)) for x in xs]
        last = group.create_task(risky(n - 1))
    return [*[job.result() for job in jobs], last.result()]


@env.task
async def awaited_for_the_block(n: int) -> object:
    try:
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(risky(x)) for x in await numbers(n)]
    except* (ValueError, KeyError) as errors:
        value: object = len(errors.exceptions)
    else:
        value = [job.result() for job in jobs]
    return value


@env.task
async def block_that_fails(n: int) -> int:
    async with asyncio.TaskGroup() as group:
        job = group.create_task(risky(0))
        await risky(n)
    return job.result()


@env.task
async def block_that_raises(n: int) -> int:
    async with asyncio.TaskGroup() as group:
        job = group.create_task(risky(0))
        if n > 2:
            raise RuntimeError(f"too many: {n}")
    return job.result()


@env.task
async def argument_that_fails(n: int) -> str:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(risky(6 // n))
    except* ZeroDivisionError as errors:
        said = str(errors.exceptions[0])
    except* ValueError:
        said = "value"
    else:
        said = "fine"
    return said


@env.task
async def values_then_another_exception(n: int) -> str:
    """An exception that is a value is none that the `try` catches."""
    xs = await numbers(n)
    try:
        found = await asyncio.gather(*[risky(x) for x in xs], return_exceptions=True)
        if n > 2:
            raise RuntimeError(f"{len(found)} are too many")
        said = str(len(found))
    except Exception as error:
        said = str(error)
    return said


@env.task
async def values_last_in_a_try(n: int) -> list[str]:
    """What is skipped behind a fan-out with failed items is no failure."""
    xs = await numbers(n)
    try:
        found = await asyncio.gather(*[risky(x) for x in xs], return_exceptions=True)
    except ValueError:
        found = []
    return [str(one) for one in found]


@env.task
async def values_last_in_a_round(n: int) -> int:
    found: list[object] = []
    for x in await numbers(n):
        found = await asyncio.gather(*[risky(y) for y in range(x + 1)], return_exceptions=True)
    return len(found)


CASES = [
    *[("many_in_a_group", {"n": n}, 1) for n in (0, 1, 2, 3)],  # RAISE
    *[("many_and_one", {"n": n}, 1) for n in (1, 2, 3)],  # RAISE
    *[("awaited_for_the_block", {"n": n}, 1) for n in (0, 1)],  # RAISE
    *[("awaited_for_the_block", {"n": n}, 3) for n in (2, 3)],  # RAISE, CATCH, BEHIND
    *[("block_that_fails", {"n": n}) for n in (0, 1, 2)],
    *[("block_that_raises", {"n": n}, 1) for n in (0, 3)],  # RAISE
    *[("argument_that_fails", {"n": n}, 5) for n in (0, 3, 6)],  # 2 RAISE, 2 CATCH, BEHIND
    *[("values_then_another_exception", {"n": n}, 3) for n in (0, 2)],  # INPUT, RAISE, BEHIND
    ("values_then_another_exception", {"n": 3}, 4),  # INPUT, RAISE, CATCH, BEHIND
    *[("values_last_in_a_try", {"n": n}, 2) for n in (0, 2, 3)],  # INPUT, BEHIND
    *[("values_last_in_a_round", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
]
