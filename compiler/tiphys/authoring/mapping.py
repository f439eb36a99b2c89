"""`map`: one call of a task per item, side by side in the cluster."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class Mapper:
    """What `tiphys.map` is: called, it gives the results in order; `map.aio` gives them to `async for`."""

    def __call__(
        self,
        task: Callable[..., Any],
        *iterables: Iterable[Any],
        group_name: str | None = None,
        concurrency: int = 0,
        return_exceptions: bool = True,
    ) -> Iterator[Any]:
        """Call `task`, or a `functools.partial` of one, once per item of the iterables.

        Several iterables give an argument each and end with the shortest. concurrency: how many calls run at a time
        in the cluster; 0 for all. return_exceptions: an exception stands among the results in the place of its item;
        otherwise the first one is raised. In plain Python the calls run one after the other.
        """
        check(group_name, concurrency)
        return (outcome(task, row, keeps=return_exceptions) for row in zip(*iterables, strict=False))

    def aio(
        self,
        task: Callable[..., Any],
        *iterables: Iterable[Any],
        group_name: str | None = None,
        concurrency: int = 0,
        return_exceptions: bool = True,
    ) -> AsyncIterator[Any]:
        """Do the same for `async for`."""
        check(group_name, concurrency)
        return results(task, zip(*iterables, strict=False), keeps=return_exceptions)


def check(group_name: object, concurrency: object) -> None:
    """Check what the results do not depend on. Raises TypeError or ValueError."""
    if group_name is not None and not isinstance(group_name, str):
        msg = "`group_name` is a text"
        raise TypeError(msg)
    if not isinstance(concurrency, int) or concurrency < 0:
        msg = "`concurrency` is the number of calls that run at a time; 0 for all"
        raise ValueError(msg)


def outcome(task: Callable[..., Any], row: tuple[Any, ...], *, keeps: bool) -> Any:
    """Call a task, from code that does not await."""
    try:
        result = task(*row)
        if inspect.isawaitable(result):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(asyncio.run, waited(result)).result()
    except Exception as error:  # whatever the task raises: it may be wanted as a value
        if keeps:
            return error
        raise
    else:
        return result


async def waited(result: Any) -> Any:
    """Await anything that can be awaited."""
    return await result


async def results(task: Callable[..., Any], rows: Iterable[tuple[Any, ...]], *, keeps: bool) -> AsyncIterator[Any]:
    """Call a task per row."""
    for row in rows:
        try:
            result = task(*row)
            yield await result if inspect.isawaitable(result) else result
        except Exception as error:  # whatever the task raises: it may be wanted as a value
            if not keeps:
                raise
            yield error


map = Mapper()  # noqa: A001  the name that users know
