"""What variables name behind a failure: objects from before the `try` are the same ones, what it made is as it was then."""

import asyncio
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("names-in-handlers")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def load(n: int) -> int:
    if n == 1:
        raise ValueError("one")
    if n == 3:
        raise KeyError("three")
    return n * 10


class Held:
    def __init__(self) -> None:
        self.got: list[Any] = []

    def put(self, value: Any) -> None:
        self.got.append(value)


@env.task
async def tuple_made_inside(n: int) -> list[Any]:
    try:
        pair: tuple[list[int], int] = ([], 1)
        pair[0].append(await load(n))
        pair[0].append(await load(n + 1))
    except ValueError:
        return ["failed", pair]
    except KeyError:
        return ["missing", *pair[0]]
    return ["through", pair]


@env.task
async def another_name_for_an_object(n: int) -> list[Any]:
    first = Held()
    try:
        second = first
        second.put(await load(n))
        second.put(await load(n + 1))
    except ValueError as error:
        second.put(str(error))
    except KeyError:
        first.put("missing")
    return [first.got, second.got, first is second]


@env.task
async def one_of_two_tasks(n: int) -> list[Any]:
    here = asyncio.create_task(add(n))
    there = asyncio.create_task(add(n, 100))
    try:
        job = here
        first = await load(n)
        job = there
        first += await load(n + 1)
    except ValueError:
        first = 0
    except KeyError:
        first = -1
    return [first, await job, await here, await there]


CASES: list[Any] = [
    *[("tuple_made_inside", {"n": n}, 2) for n in range(4)],  # CATCH, BEHIND
    *[("another_name_for_an_object", {"n": n}, 2) for n in range(4)],  # CATCH, BEHIND
    *[("one_of_two_tasks", {"n": n}, 2) for n in range(4)],  # CATCH, BEHIND
]
