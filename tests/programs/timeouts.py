"""`wait_for` and `asyncio.timeout` around calls; timeouts known and given at run time."""

import asyncio

import tiphys as flyte

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


CASES = [
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
]
