"""`return` anywhere: in arms, in loops, in `try`, in handlers, in `finally`, in helpers.

Why they wait:
through_finally: refused: `finally` appends to the list that a `return` in the body gives.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("early-return")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def through_finally(n: int) -> list[int]:
    trace: list[int] = []
    try:
        a = await add(n)
        if a > 3:
            return trace
        trace.append(a)
    finally:
        trace.append(await add(n, 100))
    trace.append(0)
    return trace


CASES = [
    *[("through_finally", {"n": n}) for n in (1, 5)],
]
