"""`wait_for` and `asyncio.timeout` around calls; timeouts known and given at run time.

Why they wait:
limit_at_run_time: refused: a timeout that is known only at run time.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("timeouts")


@env.task
async def slow(n: int) -> int:
    if n > 2:
        await asyncio.sleep(30)
    return n


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


CASES = [
    *[("limit_at_run_time", {"n": n}) for n in (0, 3)],
]
