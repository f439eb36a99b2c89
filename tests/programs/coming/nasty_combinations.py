"""Control flow in control flow, on purpose: what a careless compiler gets wrong.

Why they wait:
two_accumulators_crossed: refused: a list chosen at run time is changed in place.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("nasty")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def two_accumulators_crossed(n: int) -> list[list[int]]:
    evens: list[int] = []
    odds: list[int] = []
    for item in await numbers(n):
        target, other = (evens, odds) if item % 2 == 0 else (odds, evens)
        target.append(await add(item))
        if len(target) > 1:
            other.append(0)
    return [evens, odds]


CASES = [
    *[("two_accumulators_crossed", {"n": n}) for n in (0, 1, 2, 3, 5)],
]
