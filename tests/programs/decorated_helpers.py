"""Decorators of helpers: with `functools.wraps`, with arguments, as classes; at the top of the module, and inside."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("decorated")
Helper = Callable[..., Awaitable[Any]]


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def risky(x: int, attempt: int) -> int:
    if attempt < x:
        raise ValueError(f"{x} at {attempt}")
    return x + attempt


def named(function: Helper) -> Helper:
    @functools.wraps(function)
    async def inner(*args: Any, **kwargs: Any) -> list[object]:
        print("start", function.__name__)
        return [await function(*args, **kwargs), function.__name__, inner.__name__]

    return inner


def retried(times: int) -> Callable[[Helper], Helper]:
    def decorate(function: Helper) -> Helper:
        @functools.wraps(function)
        async def inner(*args: Any, **kwargs: Any) -> Any:
            for attempt in range(times):
                try:
                    return await function(*args, attempt=attempt, **kwargs)
                except ValueError:
                    if attempt == times - 1:
                        raise

        return inner

    return decorate


class Tool:
    def __init__(self, function: Helper) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    async def __call__(self, *args: Any) -> Any:
        return await self.function(*args)


async def plain(x: int) -> int:
    return await add(x)


@named
async def said(x: int) -> int:
    return await add(x, 2)


@retried(3)
async def stubborn(x: int, attempt: int = 0) -> int:
    return await risky(x, attempt)


@Tool
async def tool(x: int) -> int:
    return await add(x, 5)


@env.task
async def wrapped(n: int) -> list[object]:
    def doubled(function: Helper) -> Helper:
        @functools.wraps(function)
        async def inner(x: int) -> int:
            return await function(x) * 2

        return inner

    @doubled
    async def mine(x: int) -> int:
        return await add(x, 4)

    return [await named(plain)(n), await said(n), await mine(n), mine.__name__, await named(mine)(n)]


@env.task
async def with_retries(n: int) -> list[int]:
    return [await stubborn(n), await retried(2)(risky)(1)]


@env.task
async def tools(n: int) -> list[int]:
    return [await tool(n), await Tool(plain)(n)]


CASES = [
    *[(name, {"n": n}) for n in (0, 1, 4) for name in ("wrapped", "tools")],
    ("with_retries", {"n": 0}, 1),  # CATCH
    ("with_retries", {"n": 1}, 2),  # 2 CATCH
    ("with_retries", {"n": 5}),
]
