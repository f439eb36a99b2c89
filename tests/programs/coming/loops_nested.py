"""Loops in loops, in branches, in `try`; branches and `try` in loops; several ways out at once."""

import tiphys as flyte

env = flyte.TaskEnvironment("loops-nested")


class Bad(Exception):
    def __init__(self, item: int) -> None:
        super().__init__(f"bad {item}")
        self.item = item


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def checked(item: int) -> int:
    if item % 3 == 2:
        raise Bad(item)
    return item * 10


@env.task
async def try_in_a_loop(n: int) -> list[object]:
    found: list[object] = []
    for item in await numbers(n):
        try:
            found.append(await checked(item))
        except Bad as error:
            found.append(f"skipped {error.item}")
    return found


@env.task
async def loop_in_a_try(n: int) -> list[object]:
    found: list[object] = []
    try:
        for item in await numbers(n):
            found.append(await checked(item))
    except Bad as error:
        found.append(str(error))
    return found


@env.task
async def break_in_a_handler(n: int) -> list[object]:
    found: list[object] = []
    for item in await numbers(n):
        try:
            value = await checked(item)
        except Bad:
            found.append("stop")
            break
        found.append(value)
    else:
        found.append("all")
    return found


@env.task
async def continue_in_a_handler(n: int) -> int:
    total, failures = 0, 0
    for item in await numbers(n):
        try:
            value = await checked(item)
        except Bad:
            failures += 1
            continue
        total = await add(total, value)
    return total * 100 + failures


@env.task
async def break_inside_try_finally_inside_for_inside_if(n: int) -> list[object]:
    trace: list[object] = []
    if await add(n, 0) > 1:
        for item in await numbers(n):
            try:
                value = await add(item, 1)
                if value == 3:
                    break
                trace.append(value)
            finally:
                trace.append(f"f{item}")
        else:
            trace.append("else")
    else:
        trace.append("small")
    return trace


@env.task
async def inner_names_leak(n: int) -> list[object]:
    inner = "unset"
    for outer in await numbers(n):
        for inner in await numbers(outer):
            last = await add(inner, outer)
    return [inner]


CASES = [
    *[("try_in_a_loop", {"n": n}) for n in (0, 1, 2, 4)],
    *[("loop_in_a_try", {"n": n}) for n in (0, 1, 2, 4)],
    *[("break_in_a_handler", {"n": n}) for n in (0, 1, 2, 4)],
    *[("continue_in_a_handler", {"n": n}) for n in (0, 1, 2, 4)],
    *[("break_inside_try_finally_inside_for_inside_if", {"n": n}) for n in (0, 1, 2, 4)],
    *[("inner_names_leak", {"n": n}) for n in (0, 1, 2, 4)],
]
