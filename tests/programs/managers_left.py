"""`with` over generators of the user's: what stands behind `yield` runs, however the code inside was left.

The code inside may return, break, continue, fail or go through; the manager's `try`, `else` and `finally` see it as Python does.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("managers-left")


class Empty(Exception):
    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def load(n: int) -> int:
    if n == 1:
        raise Empty(7)
    if n == 3:
        raise ValueError("three")
    return n * 10


@env.task
async def clean(name: str) -> str:
    return f"cleaned {name}"


@contextlib.contextmanager
def noted(log: list[Any]) -> Iterator[list[Any]]:
    log.append("begun")
    try:
        yield log
        log.append("through")
    except Empty as error:
        log.append(f"empty {error.row}")
    else:
        log.append("else")
    finally:
        log.append("finally")
    log.append("end")


@contextlib.asynccontextmanager
async def noted_by_tasks(log: list[Any]) -> AsyncIterator[list[Any]]:
    log.append(await clean("before"))
    try:
        yield log
        log.append(await clean("through"))
    except Empty as error:
        log.append(await clean(str(error)))
    finally:
        log.append(await clean("finally"))


async def loaded(n: int, log: list[Any]) -> Any:
    with noted(log):
        if await add(n) > 4:
            return "early"
        log.append(await load(n))
    return "late"


@env.task
async def return_inside(n: int) -> list[Any]:
    log: list[Any] = []
    try:
        return [await loaded(n, log), log]
    except ValueError as error:
        return [str(error), log]


@env.task
async def break_and_continue_inside(n: int) -> list[Any]:
    log: list[Any] = []
    for item in await numbers(n):
        with noted(log):
            if await add(item) == 3:
                break
            if item == 0:
                continue
            log.append(item)
        log.append("round")
    else:
        log.append("else")
    return log


@env.task
async def tasks_around(n: int) -> list[Any]:
    log: list[Any] = []

    async def inner() -> Any:
        async with noted_by_tasks(log):
            return await load(n)
        return "swallowed"

    try:
        return [await inner(), log]
    except ValueError as error:
        return [str(error), log]


@contextlib.asynccontextmanager
async def checked_at_the_end(n: int) -> AsyncIterator[int]:
    try:
        yield n
        await load(n)
    except ValueError:
        pass


@env.task
async def the_exit_fails(n: int) -> Any:
    try:
        async with checked_at_the_end(n) as given:
            value = await add(given)
            if value > 2:
                return ["early", value]
    except Empty as error:
        return ["at the end", error.row]
    return "end"


@contextlib.contextmanager
def given_if(some: bool) -> Iterator[int]:  # noqa: FBT001  it says whether it yields
    if some:
        yield 1


@env.task
async def may_not_yield(n: int) -> Any:
    try:
        with given_if(await add(n) > 3) as one:
            value = await add(n)
    except RuntimeError as error:
        return str(error)
    return [value, one]


@contextlib.contextmanager
def outer(log: list[Any]) -> Iterator[list[Any]]:
    with noted(log) as inner:
        try:
            yield inner
        finally:
            inner.append("outer")


@env.task
async def manager_in_a_manager(n: int) -> list[Any]:
    log: list[Any] = []
    with outer(log) as given:
        given.append(await load(n))
    return log


@env.task
async def one_list_twice(n: int) -> Any:
    log: list[Any] = []
    with noted(log) as given, noted(log):
        given.append("inside")
        return [await load(n)]
    return log


@env.task
async def one_of_several(n: int) -> Any:
    log: list[Any] = []
    if await add(n) > 2:
        manager = contextlib.suppress(ValueError)
    else:
        manager = contextlib.nullcontext()
    with manager:
        log.append(await load(n))
    with noted(log) if n > 3 else contextlib.nullcontext(log) as given:
        given.append(await load(n + 2))
    return log


# BEHIND and CATCH: the code inside, the manager's `try` with its `else`, and its `finally` are tried one in the other; what
# follows each is computed behind it, and each that fails has a catch
CASES = [
    *[("return_inside", {"n": n}, 5) for n in (0, 1, 4)],
    ("return_inside", {"n": 3}, 6),
    ("break_and_continue_inside", {"n": 0}, 1),
    ("break_and_continue_inside", {"n": 1}, 4),
    ("break_and_continue_inside", {"n": 2}, 7),
    ("break_and_continue_inside", {"n": 4}, 10),
    ("tasks_around", {"n": 0}, 2),
    ("tasks_around", {"n": 1}, 4),
    ("tasks_around", {"n": 3}, 6),
    *[("the_exit_fails", {"n": n}, 2) for n in (0, 2)],
    ("the_exit_fails", {"n": 1}, 4),
    ("the_exit_fails", {"n": 3}, 3),
    *[("may_not_yield", {"n": n}, 1) for n in (0, 3)],
    ("manager_in_a_manager", {"n": 0}, 3),
    ("manager_in_a_manager", {"n": 1}, 5),
    ("manager_in_a_manager", {"n": 3}),
    ("one_list_twice", {"n": 0}, 3),
    ("one_list_twice", {"n": 1}, 5),
    ("one_list_twice", {"n": 3}),
    *[("one_of_several", {"n": n}) for n in (0, 1)],
    *[("one_of_several", {"n": n}, 1) for n in (2, 3)],  # CATCH
    ("one_of_several", {"n": 4}, 4),
]
