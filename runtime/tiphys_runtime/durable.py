"""Waiting, and time that belongs to a run: in an orchestrator a sleep is no pod, and a clock is read once.

Inside a task, and in plain Python, these are the ordinary ones.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime, timedelta
    from typing import Any

CO_COROUTINE, CO_ASYNC_GENERATOR = 128, 512  # flags of code, as `inspect` names them; that is slow to import
LONGEST = 100 * 365 * 86400  # seconds: Go counts nanoseconds in 64 bits


def milliseconds(duration: Any) -> int:
    """Give a duration, in seconds or as a timedelta, in whole milliseconds. Raises TypeError or ValueError."""
    from datetime import timedelta

    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"{duration!r} is no duration; write seconds, or a timedelta"
        raise TypeError(msg)
    if not seconds <= LONGEST:
        msg = f"nobody can sleep for {duration!r}: at most 100 years"
        raise ValueError(msg)
    return max(0, round(seconds * 1000))


def is_async_code(depth: int) -> bool:
    """Say whether the caller of a caller is an async function, or a lambda or comprehension in one."""
    frame = sys._getframe(depth + 1)  # the documented way to one frame
    while frame.f_code.co_name.startswith("<") and frame.f_back is not None:
        frame = frame.f_back
    return bool(frame.f_code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR))


class Sleep:
    """What `durable.sleep` is: awaited in async code, called in sync code; `.aio` is awaited everywhere."""

    def __call__(self, duration: float | timedelta) -> Any:
        """Sleep for seconds or a timedelta: in async code a coroutine, in sync code at once."""
        if is_async_code(1):
            return self.aio(duration)
        import time

        time.sleep(milliseconds(duration) / 1000)
        return None

    async def aio(self, duration: float | timedelta) -> None:
        """Do the same, from async code."""
        from tiphys_runtime.awaiting import slept

        await slept(milliseconds(duration) / 1000)

    def __reduce__(self) -> str:
        return "sleep"


def answered(value: object) -> object:
    """Give a person's answer, or raise the exception that stands for one that has not come."""
    if isinstance(value, BaseException):
        raise value
    return value


class Clock:
    """What `durable.time` and `durable.now` are: called, or awaited as `.aio()`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> Any:
        """Read the clock."""
        return seconds_now() if self.name == "time" else utc_now()

    def aio(self) -> Coroutine[Any, Any, Any]:
        """Do the same, from async code."""

        async def read() -> Any:
            return self()

        return read()

    def __reduce__(self) -> str:
        return self.name


def seconds_now() -> float:
    """Give the seconds since 1970."""
    from time import time

    return time()


def utc_now() -> datetime:
    """Give the time in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


sleep = Sleep()
time = Clock("time")
now = Clock("now")
