"""Task groups in loops of run time, with `except*` around them."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("groups-in-loops")


class Bad(Exception):
    def __init__(self, x: int) -> None:
        super().__init__(x)
        self.x = x


class Worse(Bad):
    pass


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def inc(x: int) -> int:
    return x + 1


@env.task
async def risky(x: int) -> int:
    if x == 1:
        raise Bad(x)
    if x > 1:
        raise Worse(x)
    return x * 10


@env.task
async def one_clause(n: int) -> list[object]:
    found: list[object] = []
    for x in await numbers(n):
        try:
            async with asyncio.TaskGroup() as group:
                first = group.create_task(risky(x))
                second = group.create_task(inc(x))
            found.append(first.result() + second.result())
        except* Bad as errors:
            found.append(len(errors.exceptions))
    return found


@env.task
async def two_clauses(n: int) -> list[object]:
    found: list[object] = []
    for x in await numbers(n):
        try:
            async with asyncio.TaskGroup() as group:
                first = group.create_task(risky(x))
                second = group.create_task(inc(x))
            found.append(first.result() + second.result())
        except* Worse as errors:
            found.append(f"worse {len(errors.exceptions)}")
        except* Bad as errors:
            found.append(f"bad {errors.exceptions[0].x}")  # type: ignore[union-attr]
    return found


@env.task
async def without_a_try(n: int) -> list[int]:
    found = []
    for x in await numbers(n):
        async with asyncio.TaskGroup() as group:
            first = group.create_task(inc(x))
            second = group.create_task(inc(-x))
        found.append(first.result() * second.result())
    return found


CASES = [
    ("one_clause", {"n": 0}),
    ("one_clause", {"n": 1}, 1),  # ROUND; CATCH of each that fails
    ("one_clause", {"n": 2}, 5),  # ROUND; CATCH of each that fails
    ("one_clause", {"n": 3}, 9),  # ROUND; CATCH of each that fails
    ("two_clauses", {"n": 0}),
    ("two_clauses", {"n": 1}, 1),  # ROUND; CATCH of each that fails
    ("two_clauses", {"n": 2}, 5),  # ROUND; CATCH of each that fails
    ("two_clauses", {"n": 3}, 9),  # ROUND; CATCH of each that fails
    ("without_a_try", {"n": 0}),
    ("without_a_try", {"n": 1}, 1),  # ROUND; CATCH of each that fails
    ("without_a_try", {"n": 2}, 2),  # ROUND; CATCH of each that fails
    ("without_a_try", {"n": 3}, 3),  # ROUND; CATCH of each that fails
]
