"""What clauses raise: what was being handled is its `__context__`, and items that fail beside others keep their exceptions."""

import asyncio
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("errors-in-handlers")


class Row(Exception):
    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


class Fatal(Exception):
    pass


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def load(n: int) -> int:
    if n == 1:
        raise Row(7)
    if n == 2:
        raise ValueError("two")
    if n == 3:
        raise KeyError("three")
    if n == 4:
        raise Fatal("gone")
    return n * 10


@env.task
async def clean(name: str) -> str:
    return f"cleaned {name}"


def refuse(text: str) -> None:
    raise Fatal(text)


@env.task
async def context_of_what_is_raised(n: int) -> list[Any]:
    try:
        try:
            return [await load(n)]
        except Row:
            raise Fatal("a row")
        except ValueError as error:
            raise Fatal("a value") from error
        except KeyError:
            refuse("a key")
    except Fatal as error:
        chain = [error.__context__, error.__cause__]
        return [str(error), *(None if one is None else repr(one) for one in chain), error.__suppress_context__]
    return []


@env.task
async def context_of_a_failed_assertion(n: int) -> list[Any]:
    try:
        try:
            return [await load(n)]
        except (Row, ValueError) as error:
            assert isinstance(error, ValueError), "not a value"
            return [str(error)]
    except AssertionError as error:
        return [str(error), repr(error.__context__)]


async def handled(n: int) -> Any:
    try:
        value = await load(n)
        return await clean(str(value))
    except Row as error:
        return await load(error.row)
    except ValueError:
        raise Fatal("a value")
    finally:
        await clean(str(n))


@env.task
async def ways_that_return_beside_ways_that_raise(n: int) -> list[Any]:
    found = await asyncio.gather(*(handled(item) for item in await numbers(n)), return_exceptions=True)
    return [repr(one) if isinstance(one, Exception) else one for one in found]


# RAISE, where it may raise; CATCH, where it does; BEHIND, what follows
CASES: list[Any] = [
    ("context_of_what_is_raised", {"n": 0}, 1),
    *[("context_of_what_is_raised", {"n": n}, 3) for n in (1, 2, 3)],
    ("context_of_a_failed_assertion", {"n": 0}, 1),
    ("context_of_a_failed_assertion", {"n": 1}, 3),
    ("context_of_a_failed_assertion", {"n": 2}, 2),
    ("ways_that_return_beside_ways_that_raise", {"n": 3}, 7),
    ("ways_that_return_beside_ways_that_raise", {"n": 5}, 15),
]
