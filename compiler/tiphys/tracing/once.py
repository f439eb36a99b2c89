"""Expressions that write out a container more than once: it is made once, so that all places have the same object."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tiphys.tracing.glue import at, copy_node, identity
from tiphys.tracing.state import Box
from tiphys.tracing.values import Hole

PLAIN = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant, ast.expr_context, Hole)
"""What can be computed wherever it stands."""


def made_once(tree: ast.expr) -> ast.expr:
    """Bind what an expression writes out more than once to names around it."""
    places: dict[Box, list[tuple[ast.expr, bool]]] = {}
    for node, is_sure in containers(tree, sure=True):
        places.setdefault(box_of(node), []).append((node, is_sure))  # type: ignore[arg-type]
    shared = {box: found for box, found in places.items() if len(found) > 1 and can_be_shared(found)}
    if not shared:
        return tree
    names: dict[Box, str] = {}

    def renamed(node: Any, own: Box | None = None) -> Any:
        box = box_of(node)
        if box in shared and box is not own:
            if box not in names:
                names[box] = ""  # a container that holds itself is not written out
                bound.append((box, renamed(node, box)))
                names[box] = f"_same_{len(bound) - 1}"
            return at(ast.Name(id=names[box], ctx=ast.Load()), node)
        if isinstance(node, Hole) or not isinstance(node, ast.AST):
            return node
        made = copy_node(node)
        for name, item in ast.iter_fields(node):
            part = [renamed(one) for one in item] if isinstance(item, list) else item
            setattr(made, name, renamed(item) if isinstance(item, ast.AST) else part)
        return made

    bound: list[tuple[Box, ast.expr]] = []
    body: ast.expr = renamed(tree)
    for box, value in reversed(bound):
        name = ast.arg(arg=names[box])
        given = ast.arguments(posonlyargs=[], args=[name], kwonlyargs=[], kw_defaults=[], defaults=[])
        function = at(ast.Lambda(args=given, body=body), tree)
        body = at(ast.Call(func=function, args=[value], keywords=[]), tree)
    return body


def box_of(node: Any) -> Box | None:
    """Give the container that a part of an expression writes out."""
    found = vars(node).get("box") or vars(node).get("same") if isinstance(node, ast.expr) else None
    return found if isinstance(found, Box) else None


def containers(node: ast.AST, *, sure: bool) -> Iterator[tuple[ast.expr, bool]]:
    """List what writes out a container, and whether it is computed in any case."""
    if isinstance(node, ast.expr) and box_of(node) is not None:
        yield node, sure
    maybe: list[ast.expr] = []
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            maybe = [body, orelse]
        case ast.BoolOp(values=[_, *others]):
            maybe = others
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            sure = False
    for part in ast.iter_child_nodes(node):
        yield from containers(part, sure=sure and part not in maybe)


def can_be_shared(places: list[tuple[ast.expr, bool]]) -> bool:
    """Say whether what stands at some places is the same, and may be computed before all else."""
    first, _ = places[0]
    if any(isinstance(item, ast.Name) for item in ast.walk(first)):
        return False
    is_plain = all(isinstance(item, PLAIN) for item in ast.walk(first))
    return (is_plain or any(sure for _, sure in places)) and all(is_equal(first, other) for other, _ in places[1:])


def is_equal(one: Any, other: Any) -> bool:
    """Say whether two expressions are written the same."""
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(is_equal, one, other))
    if isinstance(one, Hole):
        return isinstance(other, Hole) and identity(one.value) == identity(other.value)
    if type(one) is not type(other):
        return False
    if not isinstance(one, ast.AST):
        return bool(one == other)
    return all(is_equal(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
