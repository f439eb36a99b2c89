"""Which code may make a task run, and which computes something at once: said before it is interpreted."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from tiphys.tracing.changes import is_helper, meant
from tiphys.tracing.closures import reaches_task
from tiphys.tracing.pending import BatchC, PendingC
from tiphys.tracing.reach import reaches
from tiphys.tracing.state import Box, ChoiceC, DictC, ListC, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Frame, Method, Special, TupleV, Unknown

DEEPEST = 20
"""So many containers in containers are looked into."""
LONGEST = 1000
"""A container with more items holds data."""


def acts(t: Tracer, node: ast.AST) -> bool:
    """Say whether evaluating a piece of code may make a task run: it awaits, or mentions what leads to one."""
    for item in ast.walk(node):
        if isinstance(item, ast.Await) or (isinstance(item, ast.Yield | ast.YieldFrom) and "manages" in t.frame.notes):
            return True
    return any(leads_to_task(t, value) for value in mentioned(node, t.frame))


def computes(t: Tracer, node: ast.AST) -> bool:
    """Say whether evaluating a piece of code may compute something at once: a task, a helper, or a variable."""
    if isinstance(node, ast.Lambda):
        return any(computes(t, item) for item in (*node.args.defaults, *node.args.kw_defaults) if item is not None)
    if acts(t, node) or any(isinstance(item, ast.NamedExpr) for item in ast.walk(node)):
        return True
    for head in ast.walk(node):
        if isinstance(head, ast.Name | ast.Attribute | ast.Subscript):
            value = meant(t.frame, head)
            if is_helper(getattr(value, "fget", getattr(value, "__func__", value))):
                return True
    return False


def mentioned(root: ast.AST, frame: Frame) -> Iterator[Any]:
    """List what the names and dotted names of a piece of code mean, but for what stands before `.forward`."""
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                yield meant(frame, node)
            continue
        if isinstance(node, ast.Attribute) and is_dotted(node.value):
            yield meant(frame, node)
            owner = meant(frame, node.value)
            if is_instance(owner) and isinstance(meant(frame, node), types.FunctionType):
                yield owner
            continue
        stack.extend(ast.iter_child_nodes(node))


def is_dotted(node: ast.expr) -> bool:
    """Say whether an expression is a name, or attributes of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def is_instance(value: Any) -> bool:
    """Say whether a value is an object with methods of its class, which may call what it holds."""
    if isinstance(value, Box):
        return isinstance(value.content, ObjectC)
    return not isinstance(value, type | types.ModuleType)


def leads_to_task(t: Tracer, value: Any, depth: int = 0) -> bool:
    """Say whether using a value may make a task run: it is one, or would call one, or holds such."""
    match value:
        case None | str() | int() | float() | Unknown() | types.ModuleType():
            return False
        case Closure():
            return reaches_task(t, value)
        case Bound(function=function, receiver=receiver):
            return leads_to_task(t, function, depth) or leads_to_task(t, receiver, depth + 1)
        case Method(receiver=receiver):
            return leads_to_task(t, receiver, depth + 1)
        case Special(parts=items) | Choice(options=items) | TupleV(items=items) | Box(content=ListC(items=items)):
            return holds_one(t, items, depth)
        case Box(content=DictC(entries=entries) | ObjectC(fields=entries)):
            return holds_one(t, list(entries.values()), depth)
        case Box(content=ChoiceC(contents=contents)):
            return any(leads_to_task(t, Box(one), depth + 1) for one in contents)
        case Box(content=content):
            return isinstance(content, PendingC | BatchC)
    return reaches(value)


def holds_one(t: Tracer, items: list[Any] | tuple[Any, ...], depth: int) -> bool:
    """Say whether one of the items of a container leads to a task."""
    if depth > DEEPEST or len(items) > LONGEST:
        return False
    return any(leads_to_task(t, item, depth + 1) for item in items)
