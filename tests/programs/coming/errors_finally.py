"""`finally`: after success, failure, `return`, `break` and `continue`; what it changes, raises and swallows.

Why they wait:
what_is_returned_changes_in_finally: refused: `finally` appends to the list that one of two `return`s gives.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-finally")


@env.task
async def work(n: int) -> int:
    return n


@env.task
async def clean(n: int) -> int:
    return n


@env.task
async def what_is_returned_changes_in_finally(n: int) -> list[int]:
    trace: list[int] = []
    try:
        if await work(n) == 3:
            return trace
        return [n]
    finally:
        trace.append(await clean(n))


CASES = [
    *[("what_is_returned_changes_in_finally", {"n": n}) for n in (0, 3)],
]
