"""What glue calls to read containers whose reading does more, and generators."""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def all_of(items: Any) -> list[object]:
    """List what an async generator gives that awaits nothing."""
    found: list[object] = []
    while True:
        step = items.__anext__()
        try:
            step.send(None)
        except StopIteration as given:
            found.append(given.value)
        except StopAsyncIteration:
            return found
        else:
            msg = "this async generator waits for something that is no task"
            raise RuntimeError(msg)


def groups_of(values: object, key: object = None) -> list[tuple[object, list[object]]]:
    """List what `itertools.groupby` gives, each group as a list: its items are read in several pods."""
    return [(name, [*group]) for name, group in groupby(values, key)]  # type: ignore[call-overload]  # its type is read at run time


def with_key(values: Any, key: object) -> Any:
    """Give a copy of a `defaultdict` that has a key, as reading it makes it have it."""
    made = values.copy()
    made[key]
    return made


def item_there(values: Any, key: object) -> Any:
    """Read an item of a `defaultdict` that several read side by side. Raises RuntimeError where it would be added."""
    if key not in values:
        msg = f"{key!r} is no key of this defaultdict, and what runs side by side cannot add it: ask by `.get(...)`"
        raise RuntimeError(msg)
    return values[key]
