"""Control flow in control flow, on purpose: what a careless compiler gets wrong."""

import tiphys as flyte

env = flyte.TaskEnvironment("nasty")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def swap_in_a_loop(n: int) -> list[int]:
    a, b = 0, 1
    for _ in await numbers(n):
        a, b = b, await add(a, b)
    return [a, b]


CASES = [
    *[("swap_in_a_loop", {"n": n}) for n in (0, 1, 2, 3, 5)],
]
