"""The contents of boxes that run side by side: coroutines and tasks, lists and dicts of many, groups, semaphores."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import Span
from tiphys.tracing.state import Box, Content

if TYPE_CHECKING:
    from tiphys.tracing.values import Unknown


class BatchC(Content):
    """A list of coroutines, of which some items stand for many. taken: somebody awaits them."""

    __slots__ = ("items", "taken")

    def __init__(self, items: list[Any], *, taken: bool = False) -> None:
        self.items = items
        self.taken = taken

    def copy(self) -> BatchC:
        return BatchC(self.items.copy(), taken=self.taken)


class KeyedC(BatchC):
    """A dict of coroutines of which only run time knows the keys: its items are pairs, of one key the last one counts.

    places: a runtime dict of keys and the places of their pairs, once somebody has asked for one.
    """

    __slots__ = ("places",)

    def __init__(self, items: list[Any], *, taken: bool = False, places: Any = None) -> None:
        super().__init__(items, taken=taken)
        self.places = places

    def copy(self) -> KeyedC:
        return KeyedC(self.items.copy(), taken=self.taken, places=self.places)


class RanC(Content):
    """How tasks of which run time knows the number have ended, once they ran: the list of what they gave.

    keeps: exceptions may be among the values; None where there is none, as a group has raised them. done_at: the epoch
    in which they ran.
    """

    __slots__ = ("done_at", "keeps", "values")

    def __init__(self, values: Any = None, *, keeps: bool | None = False, done_at: int = 0) -> None:
        self.values = values
        self.keeps = keeps
        self.done_at = done_at

    def copy(self) -> RanC:
        return RanC(self.values, keeps=self.keeps, done_at=self.done_at)


class SemaphoreC(Content):
    """An `asyncio.Semaphore`: how many may hold it, and the order reached each time it was given back."""

    __slots__ = ("limit", "released")

    def __init__(self, limit: Any, released: list[tuple[str, ...]]) -> None:
        self.limit = limit
        self.released = released

    def copy(self) -> SemaphoreC:
        return SemaphoreC(self.limit, self.released.copy())


class Status(Enum):
    """How far a coroutine, a task or a future is."""

    CREATED = "created"
    SCHEDULED = "scheduled"
    DONE = "done"


class PendingC(Content):
    """A coroutine object, an asyncio task or a gather: `begin` interprets it, once.

    `reusable` is false for a coroutine, which may be awaited once. `start` and `end` are the order reached when it was
    scheduled and when it was done. `held` is what it was called with: a dict of values, or the box of a frame.
    `outcome` is, where its exception is a value, a tuple of 0 and None, or 1 and that; `kept`: what it gave, or its
    exception; `may_raise`: there may be one, and it is no value yet. `done_at`: the epoch in which it was interpreted.
    `excused`: a mistake has kept what would have awaited it from being interpreted.
    """

    __slots__ = ("begin", "done_at", "end", "excused", "held", "kept", "may_raise", "outcome", "reusable", "start",
                 "status", "taken", "title", "value", "where")  # fmt: skip

    def __init__(
        self,
        begin: Callable[[], Any] | None,
        title: str,
        where: Span,
        *,
        reusable: bool,
        status: Status = Status.CREATED,
    ) -> None:
        self.begin = begin
        self.title = title
        self.where = where
        self.reusable = reusable
        self.status = status
        self.taken = False
        self.start: tuple[str, ...] = ()
        self.end: tuple[str, ...] = ()
        self.value: Any = None
        self.held: Any = None
        self.outcome: Any = None
        self.kept: Any = None
        self.may_raise = False
        self.done_at = 0
        self.excused = False

    def copy(self) -> PendingC:
        other = PendingC(self.begin, self.title, self.where, reusable=self.reusable, status=self.status)
        other.taken, other.start, other.end, other.value = self.taken, self.start, self.end, self.value
        other.held, other.outcome, other.kept = self.held, self.outcome, self.kept
        other.may_raise, other.done_at, other.excused = self.may_raise, self.done_at, self.excused
        return other


class GroupC(Content):
    """An `asyncio.TaskGroup`: the tasks it has started, and how those tell of their exceptions.

    failures: a member, the number that says whether it has failed, and its exception; of members of which the number is
    known only at run time their list, nothing, and the list of their outcomes.
    """

    __slots__ = ("failures", "members")

    def __init__(self, members: list[Box], failures: list[Any] | None = None) -> None:
        self.members = members
        self.failures: list[tuple[Box, Unknown | None, Unknown]] = failures or []

    def copy(self) -> GroupC:
        return GroupC(self.members.copy(), self.failures.copy())
