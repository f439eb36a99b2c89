"""`retries`, `timeout` and `cache` on orchestrators; orchestrators called in branches, loops and fan-outs."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("settings")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def fragile(n: int) -> int:
    if n == 2:
        raise ValueError("two")
    return n


@env.task(retries=1)
async def always_fails_at_two(n: int) -> int:
    a = await fragile(n)
    return await add(a)


@env.task
async def inner(n: int, scale: int = 2) -> dict[str, int]:
    a = await add(n)
    if a % 2:
        a = await add(a, scale)
    return {"a": a, "scale": scale}


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
    *[("in_a_loop", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_fan_out", {"n": n}) for n in (0, 1, 3)],
    ("retried_and_caught", {"n": 1}),
    ("retried_and_caught", {"n": 2}, 1),
]
