"""`retries`, `timeout` and `cache` on orchestrators; orchestrators called in branches, loops and fan-outs."""

import tiphys as flyte

env = flyte.TaskEnvironment("settings")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def fragile(n: int) -> int:
    if n == 2:
        raise ValueError("two")
    return n


@env.task(retries=2)
async def retried(n: int) -> int:
    a = await add(n)
    return await add(a, a)


@env.task(retries=1)
async def always_fails_at_two(n: int) -> int:
    a = await fragile(n)
    return await add(a)


@env.task(timeout=60)
async def limited(n: int) -> int:
    a = await add(n)
    if a > 2:
        a = await add(a, 100)
    return a


@env.task
async def inner(n: int, scale: int = 2) -> dict[str, int]:
    a = await add(n)
    if a % 2:
        a = await add(a, scale)
    return {"a": a, "scale": scale}


@env.task
async def retried_once(n: int) -> int:
    return await retried(n)


@env.task
async def limited_orchestrator(n: int) -> list[int]:
    return [await limited(n), await limited(n + 5)]


@env.task
async def in_a_branch(n: int) -> dict[str, int]:
    a = await add(n)
    if a > 2:
        found = await inner(a)
    else:
        found = await inner(a, scale=5)
    return found


@env.task
async def overridden(n: int) -> list[int]:
    patient = retried.override(retries=0)
    a = await patient(n)
    b = await limited.override(timeout=120)(n)
    return [a, b]


CASES = [
    *[("retried_once", {"n": n}) for n in (0, 1, 3)],
    *[("limited_orchestrator", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_branch", {"n": n}) for n in (0, 1, 3)],
    *[("overridden", {"n": n}) for n in (0, 1, 3)],
    *[("retried", {"n": n}) for n in (0, 3)],
    ("always_fails_at_two", {"n": 2}),
]
