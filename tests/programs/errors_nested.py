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
async def numbers(n: int) -> list[int]:
    return list(range(n))


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
async def try_in_a_branch(n: int) -> str:
    a = await add(n)
    if a > 2:
        try:
            return f"{await risky(n)}"
        except Second:
            return "caught"
    else:
        b = await risky(n)
    return f"{b}"


@env.task
async def loop_in_a_handler(n: int) -> int:
    try:
        total = await risky(n)
    except First:
        total = 0
        for item in await numbers(n + 2):
            total = await add(total, item)
    return total


@env.task
async def same_error_twice(n: int) -> list[bool]:
    seen = []
    for _ in range(2):
        try:
            await risky(n)
            seen.append(True)
        except First:
            seen.append(False)
    return seen


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
    *[("try_in_a_branch", {"n": n}) for n in (0, 1, 3, 4)],
    ("try_in_a_branch", {"n": 2}, 1),  # CATCH
    *[("loop_in_a_handler", {"n": n}) for n in (0, 3, 4)],
    *[("loop_in_a_handler", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("same_error_twice", {"n": n}) for n in (0, 3, 4)],
    *[("same_error_twice", {"n": n}, 2) for n in (1, 2)],  # 2 CATCH
]
