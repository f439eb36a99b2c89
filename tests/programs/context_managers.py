"""`with` and `async with`: task groups, `suppress`, `nullcontext`, `timeout`, `group`, and context managers of users."""

import asyncio
import contextlib
from collections.abc import Iterator

import tiphys as flyte

env = flyte.TaskEnvironment("contexts")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


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


CASES = [
    *[("timeout_around", {"n": n}) for n in (0, 1, 3)],
    *[("users_own", {"n": n}) for n in (0, 1, 3)],
    *[("with_in_a_loop", {"n": n}) for n in (0, 1, 3)],
]
