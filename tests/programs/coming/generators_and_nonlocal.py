"""Closures, `nonlocal`, `del`, generator helpers, callbacks, methods with state, default arguments: under control flow.

Why they wait:
default_arguments: refused: a default argument that is changed in place.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("generators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


async def remembering(x: int, seen: list[int] | None = None) -> list[int]:
    seen = [] if seen is None else seen
    value = await add(x)
    if value > 2:
        seen.append(value)
    return seen


@env.task
async def default_arguments(n: int) -> list[list[int]]:
    shared: list[int] = []
    first = await remembering(n, shared)
    second = await remembering(n + 1, shared)
    third = await remembering(n + 2)
    return [first, second, third, shared]


CASES = [
    *[("default_arguments", {"n": n}) for n in (0, 1, 2, 5)],
]
