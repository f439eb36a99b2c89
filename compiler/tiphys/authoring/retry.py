"""`RetryStrategy`, `Backoff` and `Timeout`: how often a task is tried, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import field_validator, model_validator

from tiphys.authoring.model import Setting


class Backoff(Setting):
    """The pause before a retry: `base`, times `factor` after each attempt, at most `cap`."""

    base: timedelta
    factor: float = 1.0
    cap: timedelta | None = None

    @model_validator(mode="after")
    def _check(self) -> Backoff:
        if self.base < timedelta(0):
            msg = "base must not be negative"
            raise ValueError(msg)
        if self.factor < 1 or self.factor != int(self.factor):
            msg = f"factor {self.factor} must be a whole number from 1 on: Argo has no other"
            raise ValueError(msg)
        if self.factor > 1 and self.cap is None:
            msg = "a factor above 1 needs a cap, such as cap=timedelta(minutes=5)"
            raise ValueError(msg)
        return self


class RetryStrategy(Setting):
    """How often a failed task is tried again: `count` retries after the first attempt."""

    count: int
    backoff: Backoff | None = None

    def __init__(self, count: int = 0, backoff: Backoff | None = None) -> None:
        super().__init__(count=count, backoff=backoff)

    @field_validator("count", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            msg = f"{value!r} is not a number of retries; write a whole number from 0 on"
            raise ValueError(msg)
        return value


class Timeout(Setting):
    """How long one attempt of a task may run: seconds or a `timedelta`; 0 means for ever."""

    max_runtime: timedelta | None = None

    def __init__(self, max_runtime: float | timedelta | None = None) -> None:
        super().__init__(max_runtime=max_runtime)

    @field_validator("max_runtime", mode="before")
    @classmethod
    def _duration(cls, value: object) -> object:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | timedelta):
            msg = f"{value!r} is not a duration; write seconds, or a timedelta"
            raise ValueError(msg)
        duration = value if isinstance(value, timedelta) else timedelta(seconds=value)
        if duration < timedelta(0):
            msg = "a timeout must not be negative"
            raise ValueError(msg)
        return duration

    @property
    def seconds(self) -> float | None:
        """The limit in seconds; nothing when there is none."""
        return self.max_runtime.total_seconds() if self.max_runtime else None


def as_retries(value: Any) -> object:
    """Let a plain number stand for a `RetryStrategy`."""
    return value if value is None or isinstance(value, RetryStrategy) else RetryStrategy(value)


def as_timeout(value: Any) -> object:
    """Let seconds or a `timedelta` stand for a `Timeout`."""
    return value if value is None or isinstance(value, Timeout) else Timeout(value)
