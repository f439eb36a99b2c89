"""Places in the state: a variable, an item, a field, or all that a box holds."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tiphys.ir import Atom, Literal
from tiphys.tracing.completions import Exit
from tiphys.tracing.glue import at
from tiphys.tracing.state import Box, CountC, DictC, FrameC, LeftC, ListC, ObjectC, OpaqueC
from tiphys.tracing.values import Choice, Lost, Unknown
from tiphys_runtime.objects import UNBOUND

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
        case CountC():
            content.at = value
        case LeftC() if key[0] == "code":
            content.code = value
            content.exits = frozenset((Exit(value),)) if isinstance(value, int) else frozenset(content.seen)
        case LeftC():
            content.value = value


def held(slot: Slot) -> Any:
    """Give what a place holds now."""
    box, key = slot
    if key is None:
        return box
    content = box.content
    if isinstance(content, CountC):
        return content.at
    if isinstance(content, LeftC):
        return getattr(content, key[0])
    for name in ("names", "items", "entries", "fields"):
        if hasattr(content, name):
            whole = getattr(content, name)
            return whole.get(key[0], UNBOUND) if isinstance(whole, dict) else whole[key[0]]
    return UNBOUND


def can_be_held(value: Any) -> bool:
    """Say whether what a variable holds can travel: data, or nothing at all."""
    if isinstance(value, Choice):
        return all(can_be_held(option) for option in value.options)
    return not isinstance(value, Lost)


def held_atom(t: Tracer, value: Any, name: str, node: ast.AST) -> Atom:
    """Give what a variable holds as an operand, also where that may be nothing."""
    if value is UNBOUND:
        return Literal(UNBOUND)
    if not isinstance(value, Choice):
        return t.to_atom(value, name, node)
    return t.to_atom(Unknown(held_tree(t, value, node), Any, value.number.pure), name, node)


def held_tree(t: Tracer, value: Any, node: ast.AST) -> ast.expr:
    """Write the expression for what a variable holds."""

    def leaf(option: Any) -> ast.expr:
        return t.capture(UNBOUND, "unbound", node) if option is UNBOUND else t.tree(option, node)

    return tree_of(value, leaf, node)


def tree_of(value: Any, leaf: Callable[[Any], ast.expr], node: ast.AST) -> ast.expr:
    """Write the expression that says something of what a variable holds, be that one of several things."""
    if not isinstance(value, Choice):
        return leaf(value)
    trees = [tree_of(option, leaf, node) for option in value.options]
    made = trees[-1]
    for index in reversed(range(len(trees) - 1)):
        number = at(ast.Constant(index), node)
        test = at(ast.Compare(left=value.number.tree, ops=[ast.Eq()], comparators=[number]), node)
        made = at(ast.IfExp(test=test, body=trees[index], orelse=made), node)
    return made


def options_of(value: Any) -> list[Any]:
    """List what a variable may hold, where that is one of several things."""
    return [one for option in value.options for one in options_of(option)] if isinstance(value, Choice) else [value]


def may_lack(value: Any) -> bool:
    """Say whether a variable may hold nothing."""
    if isinstance(value, Choice):
        return any(may_lack(option) for option in value.options)
    return value is UNBOUND
