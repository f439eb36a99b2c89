"""`RetryStrategy`, `Backoff` and `Timeout`: how often a task is tried, and for how long."""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import field_validator, model_validator

from tiphys.authoring.durations import duration
from tiphys.authoring.model import Setting
from tiphys.diagnostics import nearest
from tiphys_runtime import errors
from tiphys_runtime.errors import MaxRuntimeExceeded, NonRecoverableError, OOMError
from tiphys_runtime.limits import MOST_RETRIES

LARGEST_GROWTH = 100
OWN = ("tiphys.errors.", "flyte.errors.")
"""How programs call the module of our own exceptions."""


class Backoff(Setting):
    """The pause before a retry: `base`, times `factor` after each attempt, at most `cap`.

    base, cap: seconds, or a `timedelta`. factor: a whole number, as Argo has no other.
    """

    base: timedelta
    factor: float = 1.0
    cap: timedelta | None = None

    def __init__(
        self,
        base: float | timedelta | None = None,
        factor: float = 1.0,
        cap: float | timedelta | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(base=base, factor=factor, cap=cap, **unknown)

    @field_validator("base", mode="before")
    @classmethod
    def _base(cls, value: object) -> object:
        if value is None:
            msg = "say the first pause, such as base=timedelta(seconds=10)"
            raise ValueError(msg)
        return duration(value)

    @field_validator("cap", mode="before")
    @classmethod
    def _cap(cls, value: object) -> object:
        return None if value is None else duration(value)

    @field_validator("factor", mode="before")
    @classmethod
    def _factor(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 1:
            msg = f"the factor {value!r} must be a whole number from 1 on"
            raise ValueError(msg)
        if value != int(value):
            near = f"{int(value)} or {math.ceil(value)}"
            msg = f"the factor {value} must be a whole number, as Argo takes no other; write {near}"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _check(self) -> Backoff:
        if self.factor > 1 and self.cap is None:
            msg = "a factor above 1 needs a cap, such as cap=timedelta(minutes=5)"
            raise ValueError(msg)
        if self.cap is not None and self.cap < self.base:
            msg = f"the cap {self.cap} is below the first pause, base={self.base}"
            raise ValueError(msg)
        return self


class RetryStrategy(Setting):
    """How often a failed task is tried again: `count` retries after the first attempt.

    backoff: the pause before each. on: exception classes, or their names (`"mypkg.Transient"`): it is tried again only
    after those and their subclasses. lost: how often it is started again where its node was lost or its pod was
    evicted or deleted, besides `count`; by default what the profile says (`retries.lost`). grow_memory: after each
    kill for lack of memory the task has so many times the memory.
    """

    count: int
    backoff: Backoff | None = None
    on: tuple[str, ...] | None = None
    lost: int | None = None
    grow_memory: float | None = None

    def __init__(
        self,
        count: int = 0,
        backoff: Backoff | None = None,
        *,
        on: type[BaseException] | str | Iterable[type[BaseException] | str] | None = None,
        lost: int | None = None,
        grow_memory: float | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(count=count, backoff=backoff, on=on, lost=lost, grow_memory=grow_memory, **unknown)

    @field_validator("count", "lost", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            msg = f"{value!r} is not a number of retries; write a whole number from 0 on"
            raise ValueError(msg)
        if isinstance(value, int) and value > MOST_RETRIES:
            msg = f"{value} retries are more than the {MOST_RETRIES} that are taken: each is a node of the run"
            raise ValueError(msg)
        return value

    @field_validator("backoff", mode="before")
    @classmethod
    def _pause(cls, value: object) -> object:
        if value is not None and not isinstance(value, Backoff):
            msg = f"{value!r} is no backoff; write tiphys.Backoff(base=timedelta(seconds=10))"
            raise ValueError(msg)
        return value

    @field_validator("on", mode="before")
    @classmethod
    def _classes(cls, value: object) -> object:
        return None if value is None else class_names(value)

    @field_validator("grow_memory", mode="before")
    @classmethod
    def _growth(cls, value: object) -> object:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 < value <= LARGEST_GROWTH:
            msg = f"{value!r} is no factor for memory; write a number above 1, such as 2"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _check(self) -> RetryStrategy:
        for name in ("on", "grow_memory"):
            if getattr(self, name) is not None and not self.count:
                msg = f"{name} says something of retries, and there are none; say how many, such as count=3"
                raise ValueError(msg)
        if self.grow_memory is not None and not self.is_after_oom:
            msg = "grow_memory has no effect: `on` names nothing after a kill for lack of memory; add MemoryError to it"
            raise ValueError(msg)
        return self

    @property
    def is_after_oom(self) -> bool:
        """Whether it is tried again after a kill for its memory."""
        return self._covers(OOMError)

    @property
    def is_after_timeout(self) -> bool:
        """Whether it is tried again after an attempt that ran too long."""
        return self._covers(MaxRuntimeExceeded)

    def _covers(self, kind: type[BaseException]) -> bool:
        return self.on is None or any(class_name(each) in self.on for each in kind.__mro__)


class Timeout(Setting):
    """How long a task may take: seconds or a `timedelta`; 0 and None mean for ever.

    max_runtime: one attempt, from when it runs. max_queued_time: one attempt, until it runs. deadline: all attempts
    with their pauses, from when the first is queued.
    """

    max_runtime: timedelta | None = None
    max_queued_time: timedelta | None = None
    deadline: timedelta | None = None

    def __init__(
        self,
        max_runtime: float | timedelta | None = None,
        max_queued_time: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(max_runtime=max_runtime, max_queued_time=max_queued_time, deadline=deadline, **unknown)

    @field_validator("max_runtime", "max_queued_time", "deadline", mode="before")
    @classmethod
    def _duration(cls, value: object) -> object:
        return None if value is None else duration(value)

    @model_validator(mode="after")
    def _check(self) -> Timeout:
        for name in ("max_runtime", "max_queued_time"):
            part = getattr(self, name)
            if part and self.deadline and part > self.deadline:
                msg = f"{name}={part} is longer than the deadline of all attempts, {self.deadline}"
                raise ValueError(msg)
        return self

    @property
    def seconds(self) -> float | None:
        """The limit of one attempt in seconds; nothing when there is none."""
        return in_seconds(self.max_runtime)

    @property
    def queued_seconds(self) -> float | None:
        """The limit of the wait for one attempt; nothing when there is none."""
        return in_seconds(self.max_queued_time)

    @property
    def deadline_seconds(self) -> float | None:
        """The limit of all attempts; nothing when there is none."""
        return in_seconds(self.deadline)


def in_seconds(value: timedelta | None) -> float | None:
    """Give a duration in seconds; nothing for one without end."""
    return value.total_seconds() if value else None


def class_names(value: object) -> tuple[str, ...]:
    """Name exception classes as the pod will know them: `module.qualname`. Raises ValueError."""
    items = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    if not items:
        msg = "it names no exception, so nothing would be tried again; leave `on` out, or write count=0"
        raise ValueError(msg)
    return tuple(sorted({one_class(item) for item in items}))


def one_class(item: object) -> str:
    """Name one exception class, given as itself or by its name. Raises ValueError."""
    if isinstance(item, str) and item.startswith(OWN):
        item = own_error(item)
    if isinstance(item, str) and all(part.isidentifier() for part in item.split(".")) and "." in item:
        return item
    if isinstance(item, str):
        found = getattr(builtins, item, None)
        if not isinstance(found, type) or not issubclass(found, BaseException):
            kinds = [kind for kind in vars(builtins).values() if isinstance(kind, type)]
            known = sorted(kind.__name__ for kind in kinds if issubclass(kind, Exception))
            msg = f"{item!r} is no exception of Python; write its module too, as in 'mypkg.Transient'. "
            raise ValueError((msg + nearest(item, known)).rstrip())
        item = found
    if not isinstance(item, type) or not issubclass(item, BaseException):
        msg = f"{item!r} is no exception class; write classes such as ConnectionError, or names such as 'mypkg.Busy'"
        raise ValueError(msg)
    if issubclass(item, NonRecoverableError):
        msg = f"{item.__name__} is never tried again: that is what it means"
        raise ValueError(msg)
    return class_name(item)


def own_error(name: str) -> type:
    """Give an exception of ours, which pods know by another module. Raises ValueError."""
    last = name.rpartition(".")[2]
    found = getattr(errors, last, None)
    if not isinstance(found, type) or not issubclass(found, BaseException):
        known = sorted(kind.__name__ for kind in vars(errors).values() if isinstance(kind, type))
        msg = f"there is no {name!r}. {nearest(last, known)}".rstrip()
        raise ValueError(msg)
    return found


def class_name(kind: type) -> str:
    """Give the name of a class as a pod knows it: one that a function made has lost that function's name there."""
    return f"{kind.__module__}.{kind.__qualname__.rpartition('<locals>.')[2]}"


def as_retries(value: Any) -> object:
    """Let a plain number stand for a `RetryStrategy`."""
    return value if value is None or isinstance(value, RetryStrategy) else RetryStrategy(value)


def as_timeout(value: Any) -> object:
    """Let seconds or a `timedelta` stand for a `Timeout`."""
    return value if value is None or isinstance(value, Timeout) else Timeout(value)
