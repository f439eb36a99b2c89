"""Forks: code of which one of several ways is taken at run time, and the merging of what the ways leave behind.

Each way is interpreted from the same state. A way without calls costs no pod: glue that cannot raise is computed where
it is used, other glue becomes one expression that is evaluated if the way is taken. Ways with calls become the arms of
a `Switch`. Where a variable differs afterwards, it is picked by the number of the way: by the `Switch`, or by glue.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence
from typing import Any

from tiphys.tracing.completions import NEVER, Done, Ended, Exit, Whole, code_of, completed, exits_of, value_of
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.forks import Fork
from tiphys.tracing.raises import ended, raise_later
from tiphys.tracing.regions import Way, explore, resume
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Raised
from tiphys.tracing.which import Which


def fork(
    t: Tracer, which: Which, works: Sequence[Callable[[], Any]], node: ast.AST, *,
    rest: Callable[[], Done] | None = None, title: str = "branch", keeps_raises: bool = False,
    ends: bool = False,
) -> Any:  # fmt: skip
    """Interpret statements of which one way is taken; gives how they complete.

    rest: interprets what follows; where just one of the ways goes on, it goes on with that, and the completion is
    `Whole`. keeps_raises: ways that raise have pods of their own, so that the others need none to pass them by.
    ends: what follows calls no task and ends the function: every way goes on with it, so that it rides in the pods of
    the ways instead of needing one behind them.
    """
    ways = explored(t, works, node)
    going = [number for number, way in enumerate(ways) if way.done is not NEVER]
    through = [number for number in going if Exit.NEXT in exits_of(ways[number].done)]
    is_last = rest is not None and ends and any(not way.is_glue for way in ways)
    is_whole = (
        rest is not None
        and len(going) > 1
        and (len(through) == 1 or is_last)
        and all(ways[number].done is None for number in through)
    )
    if is_whole:
        for number in through:
            before = ways[number]
            ways[number] = taken(t, functools.partial(gone_on, t, before, rest), node)
            ways[number].continues(before)
        going = [number for number, way in enumerate(ways) if way.done is not NEVER]
    fork = Fork(t, which, ways, node, title, keeps_raises=keeps_raises)
    done: Done
    if len(going) == 1:
        done = fork.passed(ways[going[0]])
    else:
        fork.merge(going)
        done = merged_completion(fork, going)
        fork.emit()
        if not going:
            raise Ended
    return Whole(done) if is_whole else done


def gone_on(t: Tracer, way: Way, rest: Callable[[], Done] | None) -> Done:
    """Go on behind a way."""
    resume(t, way)
    assert rest is not None
    return rest()


def fork_value(
    t: Tracer, which: Which, works: Sequence[Callable[[], Any]], node: ast.AST, title: str = "branch", *,
    keeps_raises: bool = False,
) -> Any:  # fmt: skip
    """Interpret an expression of which one way is taken; gives its value."""
    ways = explored(t, works, node)
    going = [number for number, way in enumerate(ways) if way.done is not NEVER]
    fork = Fork(t, which, ways, node, title, keeps_raises=keeps_raises, is_value=True)
    if len(going) == 1:
        return fork.passed(ways[going[0]])
    fork.merge(going)
    value = fork.slot({number: ways[number].done for number in going}, "v") if going else None
    fork.emit()
    if not going:
        raise Ended
    return value


def explored(t: Tracer, works: Sequence[Callable[[], Any]], node: ast.AST) -> list[Way]:
    """Interpret each way."""
    start_ready(t)
    return [taken(t, work, node) for work in works]


def taken(t: Tracer, work: Callable[[], Any], node: ast.AST) -> Way:
    """Interpret a way; where it raises, it does so at run time, and a `try` around it finds what it has left."""

    def failing() -> Any:
        try:
            return work()
        except Raised as raised:
            raise_later(t, raised, node)
            raise Ended from None

    return ended(t, explore(t, failing), node)


def merged_completion(fork: Fork, going: list[int]) -> Done:
    """Merge how the ways complete."""
    dones: dict[int, Done] = {number: fork.ways[number].done for number in going}
    parts = {number: (code_of(done), exits_of(done), value_of(done)) for number, done in dones.items()}
    return completed(*fork.merging.completion(parts))
