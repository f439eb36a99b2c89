"""What is data, so that it can travel between pods; and what is not, such as tasks and what would call them."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.tracing.closures import reaches_task
from tiphys.tracing.reach import reaches
from tiphys.tracing.state import BatchC, Box, ChoiceC, GroupC, PendingC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Special


def needs_choice(t: Tracer, value: Any) -> bool:
    """Say whether a value is no data, and nothing that glue could refer to: it stays beside what else it may be."""
    match value:
        case Choice() | TaskTemplate() | Special() | Box(content=PendingC() | ChoiceC() | GroupC() | BatchC()):
            return True
        case Closure():
            return isinstance(value.node, ast.AsyncFunctionDef) or reaches_task(t, value)
        case Bound(function=function):
            return needs_choice(t, function)
        case functools.partial() | types.FunctionType():
            return reaches(value) or inspect.iscoroutinefunction(value)
    return False
