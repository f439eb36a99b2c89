"""Walrus, `and`/`or`/`not`, chained comparisons, `in`, `any`/`all`, conditional expressions: where a task call is inside."""

from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("operators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def positive(n: int) -> bool:
    return n > 0


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def maybe(n: int) -> dict[str, Any] | None:
    return {"n": n} if n > 1 else None


@env.task
async def name_of(n: int) -> str:
    return "x" * n


@env.task
async def walrus_everywhere(n: int) -> list[object]:
    found = [(a := await add(n)), a + 1]
    if (b := await maybe(n)) is not None:
        found.append(b["n"])
    found.append((c := a * 2) > 4 and (a := c))
    return [*found, a]


@env.task
async def walrus_or_default(n: int) -> list[object]:
    value = (found := await maybe(n)) and found["n"] or -1
    return [value, found]


@env.task
async def membership(n: int) -> list[bool]:
    values = await numbers(n)
    return [await add(n, -1) in values, n not in await numbers(n), "x" in await name_of(n)]


@env.task
async def conditional_arguments(n: int) -> list[int]:
    return [
        await add(n, b=(await add(n) if await positive(n) else 0)),
        await (add(1) if n > 2 else add(n, 2)),
    ]


@env.task
async def first_that_works(n: int) -> object:
    return await maybe(n) or await maybe(n + 1) or await maybe(n + 2) or "nothing"


@env.task
async def and_chain(n: int) -> object:
    return await numbers(n) and await positive(n - 1) and await name_of(n)


@env.task
async def not_and_parentheses(n: int) -> str:
    a = await positive(n)
    b = await positive(n - 2)
    if not (a and not b) and (b or n == 0):
        return await name_of(2)
    return "no"


@env.task
async def assertion_at_run_time(n: int) -> str:
    a = await add(n)
    assert a < 4, f"{a} is too big"
    return await name_of(a)


CASES = [
    *[("walrus_everywhere", {"n": n}) for n in (0, 1, 2, 3)],
    *[("walrus_or_default", {"n": n}) for n in (0, 1, 2, 3)],
    *[("membership", {"n": n}) for n in (0, 1, 2, 3)],
    *[("conditional_arguments", {"n": n}) for n in (0, 1, 2, 3)],
    *[("first_that_works", {"n": n}) for n in (0, 1, 2, 3)],
    *[("and_chain", {"n": n}) for n in (0, 1, 2, 3)],
    *[("not_and_parentheses", {"n": n}) for n in (0, 1, 2, 3)],
    *[("assertion_at_run_time", {"n": n}) for n in (0, 1, 2, 3)],
]
