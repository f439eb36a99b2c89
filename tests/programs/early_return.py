"""`return` anywhere: in arms, in loops, in `try`, in handlers, in `finally`, in helpers."""

import tiphys as flyte

env = flyte.TaskEnvironment("early-return")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def nothing_returned(n: int) -> None:
    a = await add(n)
    if a > 3:
        return
    await add(a)


@env.task
async def in_a_closure(n: int) -> int:
    limit = await add(n, 0)

    async def climb(x: int) -> int:
        if x >= limit:
            return x
        y = await add(x, 2)
        if y >= limit:
            return y
        return await add(y, 2)

    return await add(await climb(1), 100)


CASES = [
    *[("nothing_returned", {"n": n}) for n in (1, 5)],
    *[("in_a_closure", {"n": n}) for n in (0, 2, 9)],
]
