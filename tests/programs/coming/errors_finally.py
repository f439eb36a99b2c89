"""`finally`: after success, failure, `return`, `break` and `continue`; what it changes, raises and swallows.

Why they wait:
return_through_two_finallys: refused: `finally` appends to the list that a `return` in the body gives.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-finally")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def clean(n: int) -> str:
    if n == 3:
        raise OSError("cannot clean")
    return f"cleaned {n}"


@env.task
async def return_through_two_finallys(n: int) -> list[str]:
    trace: list[str] = []
    try:
        try:
            if await add(n) > 1:
                return trace
        finally:
            trace.append(await clean(0))
        trace.append("between")
    finally:
        trace.append(await clean(2))
    return trace


CASES = [
    *[("return_through_two_finallys", {"n": n}) for n in (0, 1, 2, 3)],
]
