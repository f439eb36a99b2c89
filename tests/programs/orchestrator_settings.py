"""`retries`, `timeout` and `cache` on orchestrators; orchestrators called in branches, loops and fan-outs."""

import asyncio

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


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def in_a_loop(n: int) -> int:
    total = 0
    for item in await numbers(n):
        found = await inner(item, scale=item)
        total += found["a"]
    return await add(total, 0)


@env.task
async def in_a_fan_out(n: int) -> list[int]:
    found = await asyncio.gather(*[inner(x) for x in await numbers(n)])
    return [each["a"] for each in found]


@env.task
async def retried_and_caught(n: int) -> str:
    try:
        return f"{await always_fails_at_two(n)}"
    except ValueError as error:
        return f"failed for good: {error}"


CASES = [
    *[("retried_once", {"n": n}) for n in (0, 1, 3)],
    *[("limited_orchestrator", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_branch", {"n": n}) for n in (0, 1, 3)],
    *[("overridden", {"n": n}) for n in (0, 1, 3)],
    *[("retried", {"n": n}) for n in (0, 3)],
    ("always_fails_at_two", {"n": 2}),
    # a pod for each sum: the call before it ends in a branch
    *[("in_a_loop", {"n": n}, n) for n in (0, 1, 3)],
    # one for each dict that an item is, and one for the list that is made of them
    *[("in_a_fan_out", {"n": n}, n + 1) for n in (0, 1, 3)],
    ("retried_and_caught", {"n": 1}, 1),  # the text is made of what the tries gave
    ("retried_and_caught", {"n": 2}, 5),  # the second try, a catch for each, the catch around them, the text
]
