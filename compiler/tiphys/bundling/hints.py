"""The types of the fields of the program's records, which a pod needs to convert what a person typed."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiphys.bundling.things import Things


def hints_of(kind: object, things: Things, seen: set[int] | None = None) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the key and the field types of every record of the program that a type is made of."""
    seen = set() if seen is None else seen
    if id(kind) in seen:
        return
    seen.add(id(kind))
    inside = list(typing.get_args(kind))
    behind = (getattr(kind, name, None) for name in ("__supertype__", "__value__"))
    inside += [part for part in behind if part is not None]
    origin = typing.get_origin(kind)
    inside += [origin] if isinstance(origin, type) else []
    if isinstance(kind, type) and origin is None and is_record(kind) and things.is_by_value(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        key = things.class_key(kind)
        if key is not None:
            yield key, hints
        inside += hints.values()
    for part in inside:
        yield from hints_of(part, things, seen)


def is_record(kind: type) -> bool:
    """Whether a class has declared fields that plain JSON can give."""
    if getattr(kind, "__pydantic_validator__", None) is not None:
        return False
    return hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__total__") or hasattr(kind, "_fields")
