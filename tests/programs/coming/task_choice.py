"""A task picked at run time: by a key, by a ternary, by a flag; with arguments of its own.

Why they wait:
key_with_default: refused: a task chosen by `get` with a default.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("choice")


@env.task
async def plus(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def minus(a: int, b: int = 1) -> int:
    return a - b


@env.task
async def times(a: int, b: int = 1) -> int:
    return a * b


@env.task
async def pick(n: int) -> str:
    return ["plus", "minus", "times"][n % 3]


@env.task
async def key_with_default(n: int) -> int:
    name = await pick(n)
    return await {"plus": plus}.get(name, times)(n, 4)


CASES = [
    *[("key_with_default", {"n": n}) for n in (0, 1)],
]
