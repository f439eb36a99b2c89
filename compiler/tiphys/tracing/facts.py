"""What is known of a value without computing it: its type, its truth, whether it is pure, how the user calls it."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing import inference
from tiphys.tracing.names import is_constant
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import Box, DictC, ListC, ObjectC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Method, NotKnown, Special, TupleV, Unknown


def part(t: Tracer, value: Any, node: ast.expr) -> ast.expr:
    """Give the glue expression for the value of a sub-expression."""
    hint = hint_of(node)
    return t.tree(value, node, hint, constant=is_constant(t, node))


def hint_of(node: ast.AST) -> str:
    """Suggest a name for an operand: the user's own word for it."""
    match node:
        case ast.Name(id=said):
            return said
        case ast.Attribute(attr=said):
            return said
        case ast.Subscript(value=inner) | ast.Await(value=inner) | ast.Starred(value=inner):
            return hint_of(inner)
        case ast.Call(func=inner):
            return hint_of(inner)
    return "v"


def type_of(t: Tracer, value: Any) -> Any:
    """Give the type of a value, as an annotation."""
    unknown = t.unknown(value)
    if unknown is not None:
        return unknown.type
    match value:
        case Box(content=ListC(items=items, is_plain=True)):
            kinds = {repr(kind): kind for kind in (type_of(t, item) for item in items)}
            return inference.collection(list, next(iter(kinds.values()))) if len(kinds) == 1 else list
        case Box(content=ListC(kind=kind) | DictC(kind=kind)):
            return kind.cls
        case Box(content=SetC()):
            return set
        case Box(content=ObjectC(cls=cls)) | TupleV(cls=cls):
            return cls
        case Box() | Method() | Closure() | Bound() | Special():
            return Any
    return type(value)


def mix(t: Tracer, values: list[Any]) -> tuple[bool, bool]:
    """Say whether an expression over these values is pure, and whether computing them is total."""
    found = [unknown for value in values for unknown in unknown_parts(t, value)]
    return all(item.pure for item in found), all(item.total for item in found)


def unknown_parts(t: Tracer, value: Any) -> list[Unknown]:
    """List the runtime values inside a value."""
    unknown = t.unknown(value)
    if unknown is not None:
        return [unknown]
    match value:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return [part for item in items for part in unknown_parts(t, item)]
        case Box(content=DictC(entries=entries) | ObjectC(fields=entries)):
            return [part for item in entries.values() for part in unknown_parts(t, item)]
    return []


def truth_of(t: Tracer, value: Any) -> bool | None:
    """Give the truth of a value where its shape alone tells."""
    match value:
        case Box(content=ListC(items=items) | SetC(items=items)):
            return bool(items)
        case TupleV(items=items):
            return bool(items)
        case Box(content=DictC(entries=entries)):
            return bool(entries)
        case Box(content=BatchC()):
            return None
        case Closure() | Bound() | Method() | Special():
            return True
    if isinstance(value, Choice) or t.unknown(value) is not None:
        return None
    try:
        return bool(t.native(value))
    except NotKnown:
        return None if truth_method(value) else True


def truth_method(value: Any) -> str | None:
    """Name the method that an object of the user's is asked for its truth by, if its class has one."""
    if not isinstance(value, Box) or not isinstance(value.content, ObjectC):
        return None
    return next((name for name in ("__bool__", "__len__") if hasattr(value.content.cls, name)), None)


def identical(t: Tracer, left: Any, right: Any) -> bool | None:
    """Say whether two values are one object, where that is known."""
    unknowns = t.unknown(left) is not None, t.unknown(right) is not None
    if isinstance(left, Box) and isinstance(right, Box) and left is right:
        return True
    if any(unknowns):
        return None
    if isinstance(left, Box | TupleV | Closure | Bound) or isinstance(right, Box | TupleV | Closure | Bound):
        return left is right
    return left is right
