"""`finally`: after success, failure, `return`, `break` and `continue`; what it changes, raises and swallows."""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-finally")


class Broken(Exception):
    pass


@env.task
async def work(n: int) -> int:
    if n == 1:
        raise Broken("broken")
    if n == 2:
        raise ValueError("value")
    return n


@env.task
async def clean(n: int) -> str:
    if n == 3:
        raise OSError("cannot clean")
    return f"cleaned {n}"


@env.task
async def without_except(n: int) -> list[object]:
    trace: list[object] = []
    try:
        trace.append(await work(n))
    finally:
        trace.append(await clean(0))
    return trace


CASES = [
    *[("without_except", {"n": n}) for n in (0, 1, 2, 3)],
]
