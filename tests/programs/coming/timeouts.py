"""`wait_for` and `asyncio.timeout` around calls; timeouts known and given at run time."""

import asyncio

import tiphys as flyte
from tiphys import errors

env = flyte.TaskEnvironment("timeouts")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def slow(n: int) -> int:
    if n > 2:
        await asyncio.sleep(30)
    return n


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def seconds(n: int) -> float:
    return 0.3 if n else 20.0


@env.task
async def limit_at_run_time(n: int) -> str:
    limit = await seconds(n)
    try:
        return f"{await asyncio.wait_for(slow(n), timeout=limit)}"
    except TimeoutError:
        return f"not within {limit}"


@env.task
async def gathered_with_limits(n: int) -> list[object]:
    results = await asyncio.gather(asyncio.wait_for(slow(n), 0.3), asyncio.wait_for(add(n), 20), return_exceptions=True)
    return ["late" if isinstance(result, TimeoutError) else result for result in results]


@env.task
async def items_with_limits(n: int) -> list[object]:
    async def limited(x: int) -> object:
        try:
            return await asyncio.wait_for(slow(x), timeout=0.3)
        except TimeoutError:
            return "late"

    return await asyncio.gather(*[limited(x) for x in await numbers(n + 1)])


@env.task
async def timeout_block_of_two(n: int) -> object:
    try:
        async with asyncio.timeout(20):
            a = await add(n)
            b = await add(a)
    except TimeoutError:
        return "late"
    return [a, b]


@env.task(timeout=20)
async def patient(n: int) -> int:
    if n == 3:
        raise errors.TaskTimeoutError("said so itself")
    return n


@env.task
async def task_timeout_error(n: int) -> str:
    try:
        return f"{await patient(n)}"
    except errors.TaskTimeoutError as error:
        return f"caught {error}"


CASES = [
    *[("limit_at_run_time", {"n": n}) for n in (0, 3)],
    *[("gathered_with_limits", {"n": n}) for n in (0, 3)],
    *[("items_with_limits", {"n": n}) for n in (0, 3)],
    *[("timeout_block_of_two", {"n": n}) for n in (0, 3)],
    *[("task_timeout_error", {"n": n}) for n in (0, 3)],
]
