"""Which mutable values a piece of glue may share with its result: changing those in place could no longer be followed.

Glue is evaluated in pods, on copies. Where plain Python would have two names for one object, only one of which the
interpreter can follow, a later change in place is refused.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from tiphys.ir import Ref
from tiphys.tracing import inference, natives
from tiphys.tracing.glue import walk
from tiphys.tracing.state import Box, DictC, ListC, ObjectC, OpaqueC
from tiphys.tracing.values import Captured, Hole, TupleV, is_immutable
from tiphys_runtime.objects import rebuild

MAKERS = frozenset((list, tuple, set, frozenset, dict, sorted, reversed, enumerate, zip, map, filter, range, rebuild))
READERS = MAKERS - {rebuild} | {sum, len, max, min, any, all, str, repr}
ENDS = frozenset((len, str, repr, any, all, int, float, bool, hash, round, abs, format, chr, ord, isinstance))
DISPLAYS = (
    ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr,
    ast.Constant, ast.BinOp, ast.Compare, ast.UnaryOp,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Escapes:
    """What an expression embeds in its result: the values themselves, or only their items."""

    whole: tuple[Ref | Box, ...]
    items: tuple[Ref | Box, ...]
    is_fresh: bool
    """Its result is a new object."""


def escapes_of(tree: ast.expr, kind: Any, types: dict[Ref, Any]) -> Escapes:
    """Find what the result of an expression may share with its operands."""
    if is_immutable(kind):
        return Escapes((), (), is_fresh=True)
    whole: dict[Ref | Box, None] = {}
    items: dict[Ref | Box, None] = {}

    ended = {id(inner) for node in walk(tree) if ends(node) for inner in walk(node)}
    nodes = [node for node in walk(tree) if id(node) not in ended]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    read = {id(source) for node in nodes if id(node) not in called for source in read_by(node)}
    own = getattr(tree, "box", None)
    for node in nodes:
        found = embedded(node, types)
        if found is None or found is own:
            continue
        if id(node) not in read:
            whole[found] = None
        elif not is_flat(found, types):
            items[found] = None
    return Escapes(tuple(whole), tuple(items), is_fresh(tree))


def ends(node: ast.AST) -> bool:
    """Say whether the result of a part of an expression holds nothing of its operands: a number, a text, a truth."""
    match node:
        case ast.UnaryOp() | ast.Compare() | ast.JoinedStr():
            return True
        case ast.Call(func=Hole(value=Captured(value=function))):
            return is_listed(function, ENDS)
    return False


def embedded(node: ast.AST, types: dict[Ref, Any]) -> Ref | Box | None:
    """Give the mutable value that stands at a place of an expression."""
    box = getattr(node, "box", None)
    if isinstance(box, Box):
        return box
    if isinstance(node, Hole) and isinstance(node.value, Ref) and not is_immutable(types.get(node.value, Any)):
        return node.value
    return None


def read_by(node: ast.AST) -> list[ast.expr]:
    """List the parts of an expression whose items it reads, without keeping the container itself."""
    match node:
        case ast.Call(func=Hole(value=Captured(value=function)), args=args) if is_listed(function, READERS):
            return args
        case ast.comprehension(iter=source) | ast.Starred(value=source):
            return [source]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Subscript(value=owner) | ast.Attribute(value=owner):
            return [owner]
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_]):
            return [owner, key]
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args) if name in natives.VALUE_METHODS - {"get"}:
            return [owner, *args]
        case ast.Dict(keys=keys, values=values):
            return [value for key, value in zip(keys, values, strict=True) if key is None]
    return []


def is_fresh(tree: ast.expr) -> bool:
    """Say whether an expression makes a new object."""
    match tree:
        case ast.Call(func=Hole(value=Captured(value=function))):
            return isinstance(function, type) or is_listed(function, MAKERS)
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in natives.VALUE_METHODS - {"get"}
        case ast.Subscript(slice=ast.Slice()):
            return True
    return isinstance(tree, DISPLAYS)


def is_listed(function: object, listed: frozenset[object]) -> bool:
    """Say whether an object is one of some; it need not be hashable."""
    return any(function is item for item in listed)


def is_flat(found: Ref | Box, types: dict[Ref, Any]) -> bool:
    """Say whether a container holds only what cannot change."""
    if isinstance(found, Ref):
        kind = types.get(found, Any)
        args = [arg for arg in getattr(kind, "__args__", ()) if arg is not ...]
        return bool(args) and inference.plain(kind) in inference.SIZED and all(is_immutable(arg) for arg in args)
    match found.content:
        case ListC(items=items):
            return not any(isinstance(item, Box | TupleV | list | dict | set) for item in items)
        case DictC(entries=entries) | ObjectC(fields=entries):
            return not any(isinstance(item, Box | TupleV | list | dict | set) for item in entries.values())
        case OpaqueC():
            return False
    return True
