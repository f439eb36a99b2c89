"""Do arguments fit their annotations? Only what surely does not is refused."""

from __future__ import annotations

import ast
import typing
from typing import Any

from tiphys.tracing import inference
from tiphys.tracing.pending import GroupC, PendingC
from tiphys.tracing.shapes import class_of
from tiphys.tracing.state import Box, DictC, IteratorC, ListC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import TupleV, is_union

PLAIN = (bool, int, float, str, bytes, list, tuple, dict, set, frozenset)


def check_argument(t: Tracer, task: str, name: str, annotation: Any, value: Any, node: ast.AST) -> None:
    """Refuse an argument that cannot be of the parameter's type."""
    where: ast.AST = node
    if isinstance(node, ast.Call):
        where = next((word.value for word in node.keywords if word.arg == name), node)
    match value:
        case Box(content=PendingC(title=title)):
            mend = f"Pass the result: `await {title}(...)`."
            raise t.refuse(f"`{name}` of `{task}` is given a coroutine that was not awaited", where, mend)
        case Box(content=GroupC() | IteratorC()):
            mend = "Make a list of it: `list(...)`."
            raise t.refuse(f"`{name}` of `{task}` is given an iterator, which cannot travel to a pod", where, mend)
    unknown = t.unknown(value)
    if unknown is not None:
        given = unknown.type
        if given is not Any and not may_be(given, annotation):
            raise t.refuse(f"`{name}` of `{task}` takes {spell(annotation)}, but is given {spell(given)}", where)
    elif not fits(t, value, annotation):
        from tiphys.tracing.facts import type_of

        shown = spell(type_of(t, value))
        raise t.refuse(f"`{name}` of `{task}` takes {spell(annotation)}, but is given {shown}", where)


def spell(annotation: Any) -> str:
    """Write a type for people."""
    if annotation is type(None) or annotation is None:
        return "`None`"
    return (
        f"`{annotation.__name__ if isinstance(annotation, type) and not typing.get_args(annotation) else annotation}`"
    )


def may_be(given: Any, wanted: Any) -> bool:
    """Say whether a value of one type may be of another: false only where both are plain and differ."""
    given, wanted = strip(given), strip(wanted)
    if is_union(given):
        return any(may_be(part, wanted) for part in typing.get_args(given))
    if is_union(wanted):
        return any(may_be(given, part) for part in typing.get_args(wanted))
    first = inference.plain(given) if given is not None else type(None)
    second = inference.plain(wanted) if wanted is not None else type(None)
    scalar = (*PLAIN, type(None))
    if first in scalar and second in scalar:
        return widens(first, second)
    return True


def widens(given: type, wanted: type) -> bool:
    """Say whether a class can stand where another is wanted: a subclass, or an int for a float."""
    return (
        issubclass(given, wanted)
        or (wanted is float and given in (int, bool))
        or (wanted is bytes and given is str and False)
    )


def strip(annotation: Any) -> Any:
    """Strip `Annotated`."""
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def fits(t: Tracer, value: Any, annotation: Any) -> bool:
    """Say whether a known value may be given for an annotation."""
    annotation = strip(annotation)
    if annotation is Any or isinstance(annotation, typing.TypeVar | str) or annotation is object:
        return True
    if is_union(annotation):
        return any(fits(t, value, part) for part in typing.get_args(annotation))
    if typing.get_origin(annotation) is typing.Literal:
        return t.unknown(value) is not None or any(
            value is one or (type(value) is type(one) and value == one) for one in typing.get_args(annotation)
        )
    wanted = type(None) if annotation is None else inference.plain(annotation)
    if not isinstance(wanted, type) or typing.is_typeddict(wanted) or getattr(wanted, "_is_protocol", False):
        return True
    if t.unknown(value) is not None:
        return True
    if wanted in PLAIN or wanted is type(None):
        if not widens(class_of(t, value), wanted):
            return False
    elif isinstance(value, (*PLAIN, type(None))) and wanted.__module__ not in ("collections.abc", "typing", "numbers"):
        return isinstance(value, wanted)
    return all(fits(t, item, kind) for item, kind in parts(value, annotation))


def parts(value: Any, annotation: Any) -> list[tuple[Any, Any]]:
    """Pair the first items of a container with the type they should have."""
    args = typing.get_args(annotation)
    if not args:
        return []
    match value:
        case Box(content=ListC(items=items)):
            return [(item, args[0]) for item in items[:100]]
        case Box(content=DictC(entries=entries)) if len(args) == 2:
            return [pair for key, item in list(entries.items())[:100] for pair in ((key, args[0]), (item, args[1]))]
        case Box(content=SetC(items=known)):
            return [(item, args[0]) for item in list(known)[:100]]
        case TupleV(items=items) if ... not in args and len(args) == len(items):
            return list(zip(items, args, strict=True))
        case tuple() if ... not in args and len(args) == len(value):
            return list(zip(value, args, strict=True))
    return []
