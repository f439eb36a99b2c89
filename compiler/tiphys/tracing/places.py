"""Places in the state: a variable, an item, a field, or all that a box holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiphys.tracing.state import Box, DictC, FrameC, ListC, ObjectC, OpaqueC
from tiphys.tracing.values import Unknown

if TYPE_CHECKING:
    from tiphys.tracing.tracer import Tracer

Slot = tuple[Box, Any]
"""A box and, in a tuple of one, the name, the number or the key in it; with None, all that the box holds."""


def install(t: Tracer, slot: Slot, value: Any) -> None:
    """Put a value in its place."""
    box, key = slot
    if key is None:
        unknown = t.expression(value)
        t.state.replace(box, OpaqueC(Unknown(unknown.tree, unknown.type, total=unknown.total)))
        return
    content = t.state.write(box)
    match content:
        case FrameC():
            content.names[key[0]] = value
        case ListC():
            content.items[key[0]] = value
        case DictC():
            content.entries[key[0]] = value
        case ObjectC():
            content.fields[key[0]] = value
