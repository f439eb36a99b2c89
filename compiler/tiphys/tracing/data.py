"""What is data, so that it can travel between pods; and what is not, such as tasks and what would call them."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import types
from typing import Any

from tiphys.authoring.condition import Condition, Waiter
from tiphys.authoring.model import Setting
from tiphys.authoring.task import TaskTemplate
from tiphys.tracing import natives
from tiphys.tracing.closures import reaches_task
from tiphys.tracing.pending import BatchC, GroupC, PendingC
from tiphys.tracing.reach import is_user_class, reaches
from tiphys.tracing.sharing import parts_of
from tiphys.tracing.state import Box, ChoiceC, DictC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Manager, Method, Posed, PosedWaiter, Special, TupleV, Unknown
from tiphys_runtime.objects import UNBOUND


def needs_choice(t: Tracer, value: Any) -> bool:
    """Say whether a value is no data, and nothing that glue could refer to: it stays beside what else it may be."""
    match value:
        case Condition() | Waiter() | Posed() | PosedWaiter():
            return True
        case Manager() | contextlib.suppress():
            return True
        case Choice() | TaskTemplate() | Special() | Box(content=PendingC() | ChoiceC() | GroupC() | BatchC()):
            return True
        case Method(receiver=Box(), name=name):
            return name in natives.MUTATORS
        case Closure():
            return isinstance(value.node, ast.AsyncFunctionDef) or reaches_task(t, value)
        case Bound(function=function):
            return needs_choice(t, function)
        case types.MethodType(__self__=receiver) if reaches(receiver):
            return True
        case functools.partial() | types.FunctionType() | types.MethodType():
            return reaches(value) or inspect.iscoroutinefunction(value)
    return False


def is_setting(value: Any) -> bool:
    """Say whether a value is a setting of a task: known now, each of several makes a task of its own."""
    return isinstance(value, Setting)


def stays_beside(t: Tracer, value: Any) -> bool:
    """Say whether one of several values stays beside the others: code, a setting, or a container that holds code."""
    return needs_choice(t, value) or is_setting(value) or holds_code(t, value)


def holds_code(t: Tracer, value: Any, depth: int = 0) -> bool:
    """Say whether a container, or an object, holds what would call a task."""
    match value:
        case Box(content=ObjectC(cls=cls)) if reaches(cls):
            return True
        case Box(content=ListC() | DictC() | ObjectC()) | TupleV():
            return depth < 50 and any(
                needs_choice(t, item) or holds_code(t, item, depth + 1) for item in parts_of(value)
            )
        case list() | tuple() | dict():
            return reaches(value)
    return is_user_class(type(value)) and reaches(value)


def is_data(t: Tracer, value: Any, depth: int = 0) -> bool:
    """Say whether a value can travel between pods."""
    match value:
        case Unknown():
            return True
        case Box(content=OpaqueC() | SetC()):
            return True
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return depth < 50 and all(is_data(t, item, depth + 1) for item in items)
        case Box(content=DictC(entries=entries) | ObjectC(fields=entries)):
            return depth < 50 and all(is_data(t, item, depth + 1) for item in entries.values())
        case Choice() | Box() | Method():
            return False
        case tuple() | list() | dict() if reaches(value):
            return False
    return value is not UNBOUND and not needs_choice(t, value)


def why_no_data(box: Box) -> tuple[str, str]:
    """Say why a container that grows in a loop of run time cannot be carried, and what to do."""
    if holds_functions(box.content):
        what = "only run time says how many functions this holds"
        return what, "Keep the values that they use, and call one function with each of those."
    what = "only run time says how many tasks this holds, and the loop does more than start them"
    return what, "Let each round append its coroutines, and nothing else; or await them in the round."


def holds_functions(content: Any) -> bool:
    """Say whether a container holds functions or tasks that are not called yet."""
    match content:
        case ChoiceC(contents=contents):
            return any(map(holds_functions, contents))
        case ListC(items=items):
            found = items
        case DictC(entries=entries):
            found = list(entries.values())
        case _:
            return False
    return any(isinstance(item, Closure | Bound | Special | TaskTemplate | types.FunctionType) for item in found)
