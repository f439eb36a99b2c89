"""How statements complete, when that is known and when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tiphys.tracing.values import Unknown


class Exit(IntEnum):
    """Where a stretch of code goes on; the numbers travel at run time, and stay below `tiphys.ir.EXITS`."""

    NEXT = 0
    BREAK = 1
    CONTINUE = 2
    RETURN = 3
    EXHAUSTED = 4
    """A `while` whose test has failed."""
    RAISE = 5
    """An exception waits for the end of a `finally`."""
    LEFT = 6
    """In the code of a generator: whoever loops over it has left the loop by `break`."""
    LEFT_RETURN = 7
    """The same, by `return`; the value is what is returned."""
    UNRUN = 8
    """The code inside of a context manager has not run."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A statement that does not go on to the next one; exceptions travel as `Raised`."""

    exit: Exit
    value: Any = None


@dataclass(frozen=True, slots=True)
class Split:
    """A statement that completes in one of several ways, known at run time. value: what it returns, if it does."""

    code: Unknown
    exits: frozenset[Exit]
    value: Any = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The completion of a statement that has taken the statements behind it along."""

    done: Done


Done = Completion | Split | None
"""None: it goes on to the next statement."""

WITH_VALUE = (Exit.RETURN, Exit.LEFT_RETURN)
BREAK, CONTINUE = Completion(Exit.BREAK), Completion(Exit.CONTINUE)


class Ended(Exception):
    """What follows in the program is never reached: all ways that lead there raise."""


NEVER = object()
"""How a way is done that raises: nothing follows it."""


def code_of(done: Done) -> Any:
    """Give where a completed stretch goes on, as a value."""
    if done is None:
        return int(Exit.NEXT)
    return done.code if isinstance(done, Split) else int(done.exit)


def value_of(done: Done) -> Any:
    """Give what a completed stretch returns, if it does."""
    return done.value if done is not None else None


def completed(code: Any, exits: frozenset[Exit], value: Any) -> Done:
    """Make a completion of its parts."""
    if len(exits) > 1:
        return Split(code, exits, value)
    only = next(iter(exits), Exit.NEXT)
    return None if only is Exit.NEXT else Completion(only, value)


def exits_of(done: Done) -> frozenset[Exit]:
    """List where a completed stretch may go on."""
    if done is None:
        return frozenset((Exit.NEXT,))
    return done.exits if isinstance(done, Split) else frozenset((done.exit,))


def without(done: Split, *gone: Exit) -> Done:
    """Give what is left of a completion when some exits are not taken."""
    exits = done.exits - frozenset(gone)
    if len(exits) > 1:
        return Split(done.code, exits, done.value)
    (only,) = exits
    return None if only is Exit.NEXT else Completion(only, done.value if only in WITH_VALUE else None)
