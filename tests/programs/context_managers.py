"""`with` and `async with`: task groups, `suppress`, `nullcontext`, `timeout`, `group`, and context managers of users."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import tiphys as flyte

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


@env.task
async def suppressed(n: int) -> list[object]:
    value: object = "nothing"
    with contextlib.suppress(Missing):
        value = await find(n)
        value = await add(value)
    return [value]


@env.task
async def suppressed_classes(n: int) -> int:
    total = 0
    for item in (n, n + 1, n + 2):
        with contextlib.suppress(Missing, LookupError):
            total += await find(item)
    return await add(total)


@env.task
async def null_context(n: int) -> int:
    with contextlib.nullcontext(5) as five:
        a = await add(n, five)
    return a


@env.task
async def nested_with(n: int) -> list[int]:
    found: list[int] = []
    with contextlib.nullcontext(), contextlib.suppress(Missing):
        found.append(await add(n))
        with contextlib.suppress(KeyError):
            found.append(await find(n))
        found.append(await add(n, 2))
    return found


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
async def users_own_async(n: int) -> list[object]:
    log: list[object] = []
    async with borrowed(n, log) as value:
        log.append(await add(value, 1000))
    return log


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def timeout_around(n: int) -> list[int]:
    async with asyncio.timeout(30):
        a = await add(n)
        b = await add(a)
    return [a, b]


@contextlib.contextmanager
def section(name: str, log: list[str]) -> Iterator[str]:
    log.append(f"enter {name}")
    yield name.upper()
    log.append(f"leave {name}")


@env.task
async def users_own(n: int) -> list[object]:
    log: list[str] = []
    with section("load", log) as title:
        a = await add(n)
        log.append(f"{title}")
    return [a, log]


@env.task
async def with_in_a_loop(n: int) -> list[str]:
    log: list[str] = []
    for item in await numbers(n):
        with section(f"s{item}", log):
            log.append(f"{await add(item)}")
    return log


@env.task
async def return_inside_with(n: int) -> list[object]:
    log: list[str] = []
    with careful(log):
        a = await find(n)
        if a > 5:
            return [a, log]
        log.append("small")
    return [log]


class Told:
    def __init__(self, log: list[object]) -> None:
        self.log = log
        self.depth = 0

    async def __aenter__(self) -> "Told":
        self.depth += 1
        self.log.append(f"in {await add(self.depth)}")
        return self

    async def __aexit__(self, kind: Any, error: Any, _trace: Any) -> bool:
        self.log.append(f"out {kind.__name__ if kind else None} {error}")
        self.depth -= 1
        return isinstance(error, ValueError) and "3" in str(error)


@env.task
async def odd_fails(n: int) -> int:
    if n % 2:
        raise ValueError(f"odd {n}")
    return n


@env.task
async def manager_and_handler_of_one_list(n: int) -> list[object]:
    log: list[object] = []
    try:
        async with Told(log):
            log.append(await odd_fails(n))
    except ValueError as error:
        log.append(repr(error))
    return log


@env.task
async def one_manager_twice(n: int) -> list[object]:
    log: list[object] = []
    told = Told(log)
    async with told:
        async with told:
            log.append(await odd_fails(n))
        log.append("behind")
    return [*log, told.depth]


CASES = [
    *[("timeout_around", {"n": n}) for n in (0, 1, 3)],
    *[("users_own", {"n": n}) for n in (0, 1, 3)],
    *[("with_in_a_loop", {"n": n}) for n in (0, 1, 3)],
    *[("suppressed", {"n": n}) for n in (0, 3)],
    ("suppressed", {"n": 1}, 1),  # CATCH
    *[("suppressed_classes", {"n": n}, 2) for n in (0, 1)],  # 2 CATCH
    ("suppressed_classes", {"n": 3}),
    *[("null_context", {"n": n}) for n in (0, 1, 3)],
    *[("nested_with", {"n": n}) for n in (0, 3)],
    ("nested_with", {"n": 1}, 2),  # 2 CATCH
    *[("users_own_async", {"n": n}) for n in (0, 1, 3)],
    ("task_group_in_a_branch", {"n": 0}),
    *[("task_group_in_a_branch", {"n": n}, 1) for n in (1, 3)],  # BEHIND
    *[("task_group_and_work_inside", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    *[("users_own_that_handles", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("users_own_that_handles", {"n": 1}, 2),  # CATCH, BEHIND
    *[("users_own_async_and_an_error", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("users_own_async_and_an_error", {"n": 1}, 3),  # 2 CATCH, BEHIND
    *[("users_own_class", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    *[("return_inside_with", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    # the manager's own `try` and `finally` are tried, too: a catch for each that fails, and what stands behind each
    ("manager_and_handler_of_one_list", {"n": 2}, 3),
    ("manager_and_handler_of_one_list", {"n": 1}, 8),
    ("manager_and_handler_of_one_list", {"n": 3}, 4),
    ("one_manager_twice", {"n": 2}, 4),
    ("one_manager_twice", {"n": 3}, 5),
]
