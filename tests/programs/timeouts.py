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


@env.task
async def too_slow_is_caught(n: int) -> str:
    try:
        return f"{await asyncio.wait_for(slow(n), timeout=0.3)}"
    except TimeoutError:
        return "too slow"


@env.task
async def asyncios_own_name(n: int) -> object:
    try:
        value = await asyncio.wait_for(slow(n), 0.3)
    except asyncio.TimeoutError:
        value = await add(n, 100)
    return value


@env.task
async def fallback_to_another(n: int) -> list[object]:
    try:
        source, value = "slow", await asyncio.wait_for(slow(n), timeout=0.3)
    except TimeoutError:
        source, value = "quick", await add(n)
    finally:
        checked = await add(0)
    return [source, value, checked]


@env.task
async def timeout_block(n: int) -> object:
    try:
        async with asyncio.timeout(0.3):
            return await slow(n)
    except TimeoutError:
        return "late"


@env.task
async def in_time(n: int) -> int:
    return await asyncio.wait_for(add(n), timeout=20)


@env.task
async def without_a_limit(n: int) -> int:
    return await asyncio.wait_for(add(n), timeout=None)


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
async def items_with_a_limit_at_run_time(n: int) -> list[object]:
    limit = await seconds(n)
    found = await asyncio.gather(
        *[asyncio.wait_for(slow(x), limit) for x in await numbers(n + 1)], return_exceptions=True
    )
    return ["late" if isinstance(one, TimeoutError) else one for one in found]


@env.task
async def blocks_with_limits_at_run_time(n: int, limit: float) -> list[object]:
    found: list[object] = []
    try:
        async with asyncio.timeout(limit):
            found.append(await add(n))
            async with asyncio.timeout(limit / 2 if n else None):
                found.append(await slow(n))
    except TimeoutError:
        found.append("late")
    return found


CASES = [
    ("limit_at_run_time", {"n": 0}),
    ("limit_at_run_time", {"n": 3}, 1),  # CATCH
    ("items_with_a_limit_at_run_time", {"n": 0}, 1),  # BEHIND
    ("items_with_a_limit_at_run_time", {"n": 3}, 1),  # BEHIND
    *[("blocks_with_limits_at_run_time", {"n": n, "limit": 20.0}, 1) for n in (0, 2)],  # INPUT
    ("blocks_with_limits_at_run_time", {"n": 3, "limit": 0.6}, 2),  # INPUT, CATCH
    *[("in_time", {"n": n}) for n in (0, 3)],
    *[("without_a_limit", {"n": n}) for n in (0, 3)],
    ("too_slow_is_caught", {"n": 0}),
    ("too_slow_is_caught", {"n": 3}, 1),  # CATCH
    ("asyncios_own_name", {"n": 0}),
    ("asyncios_own_name", {"n": 3}, 1),  # CATCH
    ("fallback_to_another", {"n": 0}),
    ("fallback_to_another", {"n": 3}, 1),  # CATCH
    ("timeout_block", {"n": 0}),
    ("timeout_block", {"n": 3}, 1),  # CATCH
    ("gathered_with_limits", {"n": 0}, 1),  # BEHIND
    ("gathered_with_limits", {"n": 3}, 2),  # CATCH, BEHIND
    ("items_with_limits", {"n": 0}),
    ("items_with_limits", {"n": 3}, 1),  # CATCH
    *[("timeout_block_of_two", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("task_timeout_error", {"n": 0}),
    ("task_timeout_error", {"n": 3}, 1),  # CATCH
]
