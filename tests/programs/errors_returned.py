"""What a `return` computes belongs to the `try` that it stands in: what that raises, its clauses catch."""

import contextlib
from collections.abc import Iterator
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("errors-returned")


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def clean(name: str) -> str:
    return f"cleaned {name}"


def third(xs: list[int]) -> int:
    return xs[2]


@env.task
async def an_item(n: int) -> Any:
    xs = await numbers(n)
    try:
        return xs[2]
    except IndexError as error:
        return str(error)


@env.task
async def of_a_helper(n: int) -> Any:
    xs = await numbers(n)
    try:
        return third(xs)
    except IndexError as error:
        return str(error)


@env.task
async def of_a_lambda(n: int) -> Any:
    xs = await numbers(n)
    last = lambda: xs[-1]  # noqa: E731  a lambda is what is asked here
    try:
        return last() if n < 3 else 10 // (n - 3)
    except IndexError as error:
        return str(error)
    except ZeroDivisionError:
        return "zero"


@env.task
async def a_comprehension(n: int) -> Any:
    xs = await numbers(n)
    try:
        return [x for x in xs if 10 // (x - 1) > 0]
    except ZeroDivisionError as error:
        return str(error)
    finally:
        await clean("all")


@env.task
async def in_a_handler(n: int) -> Any:
    xs = await numbers(n)
    try:
        first = xs[0]
    except IndexError:
        try:
            return xs[5]
        except IndexError as error:
            return ["again", str(error)]
    return first


@env.task
async def suppressed(n: int) -> Any:
    xs = await numbers(n)
    with contextlib.suppress(IndexError):
        return xs[2]
    return "none"


@contextlib.contextmanager
def named() -> Iterator[None]:
    try:
        yield
    except IndexError as error:
        raise LookupError("no such row") from error


@env.task
async def translated(n: int) -> Any:
    xs = await numbers(n)
    with named():
        return xs[2]


@env.task
async def first_that_is_there(n: int) -> Any:
    for place in await numbers(4):
        try:
            return (await numbers(n))[3 - place]
        except IndexError:
            continue
    return None


# RAISE, where it may raise; CATCH, where it does; BEHIND, what follows
CASES: list[Any] = [
    ("an_item", {"n": 2}, 3),
    ("an_item", {"n": 3}, 1),
    ("of_a_helper", {"n": 2}, 3),
    ("of_a_helper", {"n": 3}, 1),
    ("of_a_lambda", {"n": 0}, 3),
    ("of_a_lambda", {"n": 3}, 2),
    *[("of_a_lambda", {"n": n}, 1) for n in (2, 5)],
    ("a_comprehension", {"n": 1}, 1),
    ("a_comprehension", {"n": 3}, 3),
    ("in_a_handler", {"n": 0}, 5),
    ("in_a_handler", {"n": 1}, 2),
    ("suppressed", {"n": 2}, 2),
    ("suppressed", {"n": 3}, 2),
    ("translated", {"n": 2}),
    ("translated", {"n": 3}, 1),
    ("first_that_is_there", {"n": 0}, 4),
    ("first_that_is_there", {"n": 2}, 2),
]
