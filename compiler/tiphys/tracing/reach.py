"""Which functions reach a task: those are orchestrators, or helpers that are inlined into one."""

from __future__ import annotations

import ast
import functools
import sys
import types
from collections.abc import Sequence
from typing import Any

import tiphys
from tiphys.authoring.condition import Condition, NewCondition
from tiphys.authoring.mapping import Mapper
from tiphys.authoring.task import TaskTemplate
from tiphys.tracing.source import FunctionNode, cells_of, free_names, is_user_code, is_user_file, tree_of
from tiphys_runtime.durable import Sleep

_MISSING = object()
LOADED_LATER = ("durable", "new_condition")
"""Of what this package offers, what makes an orchestrator of the task that uses it."""


def names_reached(root: ast.AST) -> set[str]:
    """List the names that code mentions, nested functions included, but for those before `.forward`."""
    found: set[str] = set()
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute) and node.attr == "forward":
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is root:
            stack.extend(node.body)
            continue
        stack.extend(ast.iter_child_nodes(node))
    return found


def chains_reached(root: ast.AST) -> set[tuple[str, ...]]:
    """List the dotted names that code mentions, such as `("steps", "load")`."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(root):
        if not isinstance(node, ast.Attribute) or node.attr == "forward":
            continue
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            found.add((inner.id, *reversed(parts)))
    return found


_read: dict[int, tuple[FunctionNode, set[str], set[tuple[str, ...]]]] = {}


def read_from_around(node: FunctionNode) -> tuple[set[str], set[tuple[str, ...]]]:
    """List the names, and the dotted names, by which a function may reach what is not its own.

    A parameter or variable of its own may be called like a task of the module, and is none.
    """
    known = _read.get(id(node))
    if known is None or known[0] is not node:
        free = free_names(node)
        chains = {chain for chain in chains_reached(node) if chain[0] in free}
        known = _read[id(node)] = (node, names_reached(node) & free, chains)
    return known[1], known[2]


_known: dict[tuple[str, types.CodeType], bool] = {}
"""By file too: equal code of two files may call different things."""


def reaches(value: Any, seen: dict[int, object] | None = None) -> bool:
    """Say whether using a value may call a task, or wait: it does, or is a function or container that leads there.

    seen: what was looked at on the way, or is being looked at: each is looked at once, whatever leads to it.
    """
    if isinstance(getattr(value, "__self__", value), TaskTemplate | Condition | NewCondition | Sleep | Mapper):
        return True
    seen = {} if seen is None else seen
    if id(value) in seen:
        return False
    seen[id(value)] = value
    match value:
        case types.FunctionType():
            return function_reaches(value, seen)
        case types.MethodType():
            return reaches(value.__func__, seen)
        case functools.partial():
            return any(reaches(item, seen) for item in (value.func, *value.args, *value.keywords.values()))
        case list() | tuple() | set() | frozenset():
            return len(value) <= 1000 and any(reaches(item, seen) for item in value)
        case dict():
            return len(value) <= 1000 and any(reaches(item, seen) for item in value.values())
    wrapped = getattr(value, "__wrapped__", None)
    if wrapped is not None and callable(value):
        return reaches(wrapped, seen)
    cls = value if isinstance(value, type) else type(value)
    if not is_user_class(cls):
        return False
    held = () if isinstance(value, type) else getattr(value, "__dict__", {}).values()
    return class_reaches(cls, seen) or any(reaches(item, seen) for item in held)


def is_user_class(cls: type) -> bool:
    """Say whether a class is defined in the user's program."""
    module = sys.modules.get(cls.__module__)
    return is_user_file(getattr(module, "__file__", None) or "<built in>")


def class_reaches(cls: type, seen: dict[int, object]) -> bool:
    """Say whether a method or attribute of a class of the user's, or of one it inherits from, leads to a task."""
    for base in cls.__mro__:
        if not is_user_class(base):
            continue
        for item in vars(base).values():
            if reaches(item.fget if isinstance(item, property) else getattr(item, "__func__", item), seen):
                return True
    return False


def function_reaches(function: types.FunctionType, seen: dict[int, object]) -> bool:
    """Say whether a function's body leads to a task."""
    if not is_user_code(function):
        wrapped = getattr(function, "__wrapped__", None)
        return wrapped is not None and reaches(wrapped, seen)
    node = tree_of(function.__code__)
    names = {**cells_of(function)}
    if node is None:
        # without its source it cannot be traced; to take it for code that calls no task would be silently wrong
        said = (names.get(name, function.__globals__.get(name, _MISSING)) for name in names_of_code(function.__code__))
        return any(
            reaches(value, seen) for value in said if value is not _MISSING and not isinstance(value, types.ModuleType)
        )
    if any(reaches(value, seen) for value in (function.__defaults__, function.__kwdefaults__) if value):
        return True
    read, chains = read_from_around(node)
    for name in read:
        value = names.get(name, function.__globals__.get(name, _MISSING))
        if value is not _MISSING and not isinstance(value, types.ModuleType) and reaches(value, seen):
            return True
    for first, *rest in chains:
        if member_reaches(names.get(first, function.__globals__.get(first, _MISSING)), rest, seen):
            return True
    return False


def member_reaches(value: Any, names: Sequence[str], seen: dict[int, object] | None = None) -> bool:
    """Say whether an attribute, of an attribute, ... of a value may call a task or wait."""
    for name in names:
        if isinstance(value, TaskTemplate) or value is _MISSING:
            break
        if value is tiphys and name in LOADED_LATER:
            value = getattr(value, name)
            continue
        space = getattr(value, "__dict__", {})
        value = space.get(
            name, getattr(type(value), name, _MISSING) if not isinstance(value, types.ModuleType) else _MISSING
        )
    return value is not _MISSING and not isinstance(value, types.ModuleType) and reaches(value, seen)


def names_of_code(code: types.CodeType) -> set[str]:
    """List the names that compiled code mentions, nested functions included."""
    inner = (item for item in code.co_consts if isinstance(item, types.CodeType))
    return {*code.co_names, *code.co_freevars}.union(*map(names_of_code, inner))


def is_orchestrator(task: TaskTemplate[..., Any]) -> bool:
    """Say whether a task is traced, because it calls tasks, or runs in a pod."""
    if task.orchestrator is not None:
        return task.orchestrator
    if not isinstance(task.function, types.FunctionType):
        return False
    code = task.function.__code__
    key = (code.co_filename, code)
    known = _known.get(key)
    if known is None:
        known = _known[key] = function_reaches(task.function, {id(task): task})
    return known
