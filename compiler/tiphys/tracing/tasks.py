"""Calls of tasks: what becomes a pod, and what becomes a graph of its own."""

from __future__ import annotations

import ast
import inspect
import typing
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import FunctionType
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.authoring.templates import check_work
from tiphys.diagnostics import Mistake, ProgramError, nearest
from tiphys.ir import WITHIN, Call
from tiphys.settings import said_last
from tiphys.tracing.binding import bind
from tiphys.tracing.calls import call_user
from tiphys.tracing.checks import check_argument
from tiphys.tracing.contexts import context_argument
from tiphys.tracing.glue import at
from tiphys.tracing.overriding import NOTHING, Later, hidden, override
from tiphys.tracing.pending import PendingC
from tiphys.tracing.reach import is_orchestrator
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Special, Unknown
from tiphys_runtime.limits import shortest_of


@dataclass(frozen=True, slots=True, eq=False)
class Interface:
    """What a task takes and gives, annotations resolved."""

    parameters: tuple[inspect.Parameter, ...]
    types: dict[str, Any]
    result: Any
    is_async: bool


@lru_cache(maxsize=4096)
def interface_of(task: TaskTemplate[..., Any]) -> Interface:
    """Read a task's interface. Raises ProgramError for an annotation that does not resolve."""
    check_work(task)
    try:
        hints = typing.get_type_hints(task.function, include_extras=True)
    except Exception as error:  # noqa: BLE001  whatever the user's annotation raises
        mend = "Import the name where the task is defined."
        raise ProgramError(
            Mistake(f"an annotation of `{task.name}` cannot be resolved: {error}", task.where, mend)
        ) from None
    parameters = tuple(inspect.signature(task.function).parameters.values())
    types = {item.name: with_default(hints.get(item.name, Any), item.default) for item in parameters}
    result = hints.get("return", Any)
    return Interface(parameters, types, type(None) if result is None else result, task.is_async)


def with_default(kind: Any, default: object) -> Any:
    """Let `x: int = None` take None, as Python does."""
    return typing.Optional[kind] if default is None and kind is not Any else kind  # noqa: UP045  any kind of annotation


def call_task(
    t: Tracer, task: TaskTemplate[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call,
    *, awaitable: bool | None = None, later: Later = NOTHING,
) -> Any:  # fmt: skip
    """Call a task: an async one gives a coroutine, a sync one runs here.

    later: what only run time says of the call.
    """
    interface = interface_of(task)
    title = task.title
    bound = bind(t, title, interface.parameters, args, keywords, node)
    inner = is_orchestrator(task)
    if inner:
        check_hooks(task)
    for name, value in bound.items():
        check_argument(t, task.name, name, interface.types[name], value, node)
        if isinstance(value, Unknown) and not (inner and value.pure and (value.total or t.awaited is node)):
            bound[name] = t.settle(value, name, node)

    def begin() -> Any:
        if inner:
            from tiphys.tracing.subgraphs import call_orchestrator

            return call_orchestrator(t, task, interface, bound, node)
        return t.within_time(later.limit, lambda: emit_call(t, task, interface, bound, node, later))

    if not (interface.is_async if awaitable is None else awaitable):
        return begin()
    pending = PendingC(begin, title, t.span(node), reusable=False)
    pending.held = bound
    box = t.state.box(pending)
    t.state.pending.append(box)
    return box


def check_hooks(task: TaskTemplate[..., Any]) -> None:
    """Refuse an orchestrator of a plugin. Raises ProgramError: it has no pod in which that would run."""
    if task.is_hooked or task.resource is not None:
        text = f"`{task.name}` calls tasks, so it is traced, and the plugin of its environment would not run"
        mend = "Put it into an environment without `plugin_config`."
        raise ProgramError(Mistake(text, task.where, mend))


def emit_call(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, bound: dict[str, Any], node: ast.Call,
    later: Later = NOTHING,
) -> Any:  # fmt: skip
    """Record a pod."""
    if t.seconds is not None:
        task = hurried(t, task, t.seconds)
    arguments = tuple((name, t.to_atom(value, name, node)) for name, value in bound.items())
    if t.runtime_seconds:
        arguments = (*arguments, (WITHIN, t.to_atom(shortest(t, node), "seconds", node)))
    arguments = (*arguments, *context_argument(t, node))
    if task.resource is not None:
        if t.runtime_seconds:
            mend = "Give it a limit that is known when the program is compiled."
            raise t.refuse(f"a limit that only run time knows cannot end the object of `{task.name}`", node, mend)
        if later.sizes or later.variables is not None:
            mend = "Say them in its manifest."
            message = f"`{task.name}` makes an object of the cluster, whose resources and variables are its own"
            raise t.refuse(message, node, mend)
        from tiphys.tracing.resources import call_resource

        return call_resource(t, task, arguments, interface.result, node)
    name = t.names.allocate(task.title)
    where = t.span(node)
    arguments = (*arguments, *hidden(t, later, node))
    keyed = keyed_inputs(task, interface)
    made = t.call(Call(name, task, arguments, interface.result, t.state.frontier, where, keyed=keyed))
    return t.atom(made, interface.result, task.title, node)


def keyed_inputs(task: TaskTemplate[..., Any], interface: Interface) -> tuple[str, ...] | None:
    """Name the inputs by which the results of a task are kept; None where they are not. Raises ProgramError."""
    cache, level = said_last(task.levels, "cache")
    if cache is None or not cache.is_on:
        return None
    names = tuple(sorted(interface.types))
    wrong = [name for name in cache.ignored_inputs if name not in names]
    if wrong and level != "environment":  # which has other tasks too
        message = f"`{task.name}` has no input `{wrong[0]}`, which its cache should ignore"
        raise ProgramError(Mistake(message, task.where, nearest(wrong[0], list(names))))
    return tuple(name for name in names if name not in cache.ignored_inputs)


def shortest(t: Tracer, node: ast.AST) -> Unknown:
    """Give the shortest of the limits around a call that only run time knows."""
    if len(t.runtime_seconds) == 1:
        return t.runtime_seconds[0]
    found = at(ast.List(elts=[one.tree for one in t.runtime_seconds], ctx=ast.Load()), node)
    call = ast.Call(func=t.capture(shortest_of, "shortest_of", node), args=[found], keywords=[])
    return Unknown(at(call, node), Any, pure=True, total=False)


def hurried(t: Tracer, task: TaskTemplate[..., Any], seconds: float) -> TaskTemplate[..., Any]:
    """Give a task a timeout that is no longer than this."""
    own, _ = said_last(task.levels, "timeout")
    if own.seconds is not None and own.seconds <= seconds:
        return task
    made = task.within(own.model_copy(update={"max_runtime": timedelta(seconds=seconds)}))
    return t.program.overrides.setdefault((task.name, repr(made.levels)), made)


def task_attribute(t: Tracer, task: TaskTemplate[..., Any], name: str, node: ast.expr) -> Any:
    """Read an attribute of a task: its ways of being called are the interpreter's, the rest is native."""
    if name == "aio":
        return Special(
            "aio", lambda args, words, where: call_task(t, task, args, words, where, awaitable=True), (task,)
        )
    if name == "forward":
        plain = task.function
        if isinstance(plain, FunctionType):
            return Special("forward", lambda args, words, where: call_user(t, plain, args, words, where))
        raise t.refuse(f"`{task.name}` is no Python function that could run here", node, "Call the task, and await it.")
    if name == "override":
        return Special("override", lambda args, words, where: override(t, task, args, words, where), (task,))
    return getattr(task, name)
