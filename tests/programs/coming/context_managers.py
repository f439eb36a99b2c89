"""A return value that a context manager changes at its end.

Why it waits:
return_inside_with: refused: `with` appends, at its end, to a list that is part of what was returned.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
import tiphys as flyte

env = flyte.TaskEnvironment("context-managers-later")


class Missing(Exception):
    pass


@env.task
async def find(n: int) -> int:
    if n == 1:
        raise Missing("one")
    if n == 2:
        raise KeyError("two")
    return n * 10


@contextlib.contextmanager
def careful(log: list[str]) -> Iterator[None]:
    try:
        yield
    except Missing as error:
        log.append(f"handled {error}")
    finally:
        log.append("closed")


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
    *[("return_inside_with", {"n": n}) for n in (0, 3)],
]
