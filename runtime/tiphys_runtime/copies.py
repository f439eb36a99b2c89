"""Copies of what glue is about to change in place: other glue of its pod may read the old value."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Together(tuple):  # type: ignore[type-arg]  # generic at no time: it has no items of its own
    """Values that may hold the same objects, and go on holding them: it travels as one pickle."""

    __slots__ = ()


def apart(value: Any, copied: dict[int, Any] | None = None) -> Any:
    """Copy through and through; exceptions stay: making one anew runs its constructor. copied: what is so already."""
    if value is None or isinstance(value, BaseException | str | bytes | int | float):
        return value
    copied = {} if copied is None else copied
    if id(value) in copied:
        return copied[id(value)]
    kind = type(value)
    if kind is list:
        made: Any = []
        copied[id(value)] = made
        made.extend(apart(item, copied) for item in value)
    elif kind is dict:
        made = {}
        copied[id(value)] = made
        made.update((key, apart(item, copied)) for key, item in value.items())
    elif kind is tuple or kind is set or kind is Together:
        made = kind([apart(item, copied) for item in value])
        copied[id(value)] = made
    else:
        from copy import deepcopy

        made = deepcopy(value, copied)
    return made


def one_level(value: Any) -> Any:
    """Copy one of Python's own containers, or an exception, and not what it holds; else through and through."""
    if isinstance(value, BaseException):
        return itself(value)
    kind = type(value)
    if kind is list or kind is dict or kind is set or kind.__module__ == "collections":
        from copy import copy

        return copy(value)
    return apart(value)


def itself(value: Any) -> Any:
    """Copy an object of which a field is about to be set, and not what it holds."""
    if isinstance(value, BaseException):
        from tiphys_runtime.errors import twin

        return twin(value)
    from copy import copy

    return copy(value)
