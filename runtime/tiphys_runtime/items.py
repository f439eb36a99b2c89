"""What glue calls to read containers whose reading does more, generators, and lists that tasks stand for."""

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


def place_in(count: int, index: Any) -> int:
    """Give the place that an index of a list of so many items means. Raises IndexError and TypeError as lists do."""
    place: int = list(range(count))[index]
    return place


def places_of(keys: list[Any]) -> dict[Any, int]:
    """Give for each key the last place where it stands, in the order of the first ones."""
    return {key: place for place, key in enumerate(keys)}


def shortest(strict: bool, *counts: int) -> int:  # noqa: FBT001 - a flag of `zip`
    """Count the rows that `zip` makes of lists of so many items. Raises ValueError as it does."""
    return len(list(zip(*map(range, counts), strict=strict)))
