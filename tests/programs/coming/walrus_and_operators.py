"""Walrus, `and`/`or`/`not`, chained comparisons, `in`, `any`/`all`, conditional expressions: where a task call is inside."""

import tiphys as flyte

env = flyte.TaskEnvironment("operators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def positive(n: int) -> bool:
    return n > 0


@env.task
async def name_of(n: int) -> str:
    return "x" * n


@env.task
async def assertion_is_caught(n: int) -> str:
    try:
        a = await add(n)
        assert a < 4, "too big"
        assert await positive(n)
    except AssertionError as error:
        return f"assertion: {error}"
    return await name_of(a)


CASES = [
    *[("assertion_is_caught", {"n": n}) for n in (0, 1, 2, 3)],
]
