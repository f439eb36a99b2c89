"""A task picked at run time: by a key, by a ternary, by a flag; with arguments of its own."""

from typing import Any

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
async def number(n: int) -> int:
    return n


OPS: dict[str, Any] = {"plus": plus, "minus": minus, "times": times}


@env.task
async def child(a: int, b: int = 1) -> int:
    return await times(await plus(a, b), 2)


@env.task
async def key_with_default(n: int) -> int:
    name = await pick(n)
    return await {"plus": plus}.get(name, times)(n, 4)


@env.task
async def assigned_in_arms(n: int) -> int:
    a = await number(n)
    if a > 4:
        step = child
    elif a > 2:
        step = plus
    else:
        step = minus
    return await step(a, 10)


@env.task
async def list_of_chosen(n: int) -> list[int]:
    names = [await pick(n), await pick(n + 1)]
    return [await OPS[name](n, 2) for name in names]


@env.task
async def optional_step(n: int) -> int:
    a = await number(n)
    step = plus if a > 2 else None
    if step is not None:
        a = await step(a, 40)
    return a


CASES = [
    *[("key_with_default", {"n": n}) for n in (0, 1)],
    *[("assigned_in_arms", {"n": n}) for n in (1, 3, 9)],
    *[("list_of_chosen", {"n": n}) for n in (1, 5)],
    *[("optional_step", {"n": n}) for n in (1, 5)],
]
