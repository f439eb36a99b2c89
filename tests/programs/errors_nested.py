"""`try` in `try`, in branches, in handlers, in loops and in helpers; errors that pass several of them."""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-nested")


class First(Exception):
    pass


class Second(First):
    pass


class Third(Exception):
    def __init__(self, depth: int, note: str = "") -> None:
        super().__init__(depth, note)
        self.depth = depth
        self.note = note


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise First("first")
    if n == 2:
        raise Second("second")
    if n == 3:
        raise Third(3, "deep")
    return n


@env.task
async def recorded_and_raised_later(n: int) -> int:
    failure: Exception | None = None
    value = 0
    try:
        value = await risky(n)
    except First as error:
        failure = error
    value = await add(value, 5)
    if failure is not None and value > 4:
        raise failure
    return value


CASES = [
    *[("recorded_and_raised_later", {"n": n}) for n in (0, 1, 2, 3, 4)],
]
