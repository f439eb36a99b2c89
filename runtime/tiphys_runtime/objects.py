"""What glue calls, beside Python's own: remaking an object that was constructed at compile time, exact unpacking."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rebuild(cls: Any, fields: dict[str, object]) -> object:
    """Make an instance from fields that were computed already, without running its constructor again."""
    made: object = cls.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def unpack(value: object, before: int, after: int = -1) -> tuple[object, ...]:
    """Unpack as `a, b = value` does, with its errors; `after` >= 0: a starred target stands after `before` names."""
    items = list(value)  # type: ignore[call-overload]
    if after < 0:
        if len(items) < before:
            msg = f"not enough values to unpack (expected {before}, got {len(items)})"
            raise ValueError(msg)
        if len(items) > before:
            msg = f"too many values to unpack (expected {before})"
            raise ValueError(msg)
        return tuple(items)
    if len(items) < before + after:
        msg = f"not enough values to unpack (expected at least {before + after}, got {len(items)})"
        raise ValueError(msg)
    end = len(items) - after
    return (*items[:before], items[before:end], *items[end:])


def same(value: object) -> object:
    """Give what is given: the glue for a run whose result is one of its inputs."""
    return value
