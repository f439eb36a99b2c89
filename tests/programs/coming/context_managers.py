"""`with` and `async with`: task groups, `suppress`, `nullcontext`, `timeout`, `group`, and context managers of users."""

import asyncio
import contextlib
from collections.abc import Iterator

import tiphys as flyte
from collections.abc import AsyncIterator, Iterator

env = flyte.TaskEnvironment("contexts")


class Missing(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def find(n: int) -> int:
    if n == 1:
        raise Missing("one")
    if n == 2:
        raise KeyError("two")
    return n * 10


@env.task
async def task_group_in_a_branch(n: int) -> list[int]:
    a = await add(n)
    if a > 1:
        async with asyncio.TaskGroup() as group:
            b = group.create_task(add(a))
            c = group.create_task(add(a, 2))
        return [b.result(), c.result()]
    return [a]


@env.task
async def task_group_and_work_inside(n: int) -> list[int]:
    async with asyncio.TaskGroup() as group:
        job = group.create_task(add(n))
        a = await add(n, 5)
        if a > 6:
            more = group.create_task(add(a))
        else:
            more = group.create_task(add(a, 100))
    return [job.result(), a, more.result()]


@contextlib.contextmanager
def careful(log: list[str]) -> Iterator[None]:
    try:
        yield
    except Missing as error:
        log.append(f"handled {error}")
    finally:
        log.append("closed")


@contextlib.asynccontextmanager
async def borrowed(n: int, log: list[object]) -> AsyncIterator[int]:
    value = await add(n, 100)
    log.append(value)
    try:
        yield value
    finally:
        log.append(await add(value, 1))


class Timer:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def __enter__(self) -> "Timer":
        self.log.append("start")
        return self

    def __exit__(self, *problem: object) -> bool:
        self.log.append("stop" if problem[0] is None else "stop early")
        return False


@env.task
async def users_own_that_handles(n: int) -> list[object]:
    log: list[str] = []
    value = 0
    with careful(log):
        value = await find(n)
        log.append("found")
    return [value, log]


@env.task
async def users_own_async_and_an_error(n: int) -> list[object]:
    log: list[object] = []
    try:
        async with borrowed(n, log) as value:
            log.append(await find(n))
    except Missing:
        log.append("missing")
    return log


@env.task
async def users_own_class(n: int) -> list[object]:
    log: list[str] = []
    with Timer(log) as timer:
        a = await add(n)
        timer.log.append("inside")
    return [a, log]


@env.task
async def return_inside_with(n: int) -> list[object]:
    log: list[str] = []
    with careful(log):
        a = await find(n)
        if a > 5:
            return [a, log]
        log.append("small")
    return [log]


CASES = [
    *[("task_group_in_a_branch", {"n": n}) for n in (0, 1, 3)],
    *[("task_group_and_work_inside", {"n": n}) for n in (0, 1, 3)],
    *[("users_own_that_handles", {"n": n}) for n in (0, 1, 3)],
    *[("users_own_async_and_an_error", {"n": n}) for n in (0, 1, 3)],
    *[("users_own_class", {"n": n}) for n in (0, 1, 3)],
    *[("return_inside_with", {"n": n}) for n in (0, 1, 3)],
]
