"""What the functions and classes of `asyncio` become in an orchestrator, and the table that names them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tiphys.tracing.calls import call_value
from tiphys.tracing.concurrency import (
    as_awaitable,
    as_task,
    await_value,
    create_task,
    join,
    settled_outcome,
    start_ready,
)
from tiphys.tracing.fan_out import Many, many_values
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import collect
from tiphys.tracing.managers import Limit
from tiphys.tracing.outcomes import outcome
from tiphys.tracing.pending import BatchC, GroupC, PendingC, SemaphoreC, Status
from tiphys.tracing.state import Box, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import NotKnown, Unknown

Handler = Callable[[Tracer, tuple[Any, ...], dict[str, Any], ast.Call], Any]


def gather(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    keeps = decided(t, keywords.get("return_exceptions", False), node)
    tasks: list[Box] = []
    for value in args:
        if isinstance(value, Many):
            tasks.append(as_task(t, many_values(t, value, keeps_errors=keeps), node, "gather"))
        else:
            one = as_awaitable(t, value, node)
            tasks.append(
                as_task(t, outcome(t, one, node) if keeps else one, node.args[0] if node.args else node, "gather")
            )
    for box in tasks:
        t.state.write(box).taken = True

    def begin() -> Any:
        start_ready(t)
        t.state.frontier = join(t.state.frontier, [box.content for box in tasks])
        return together(t, args, [settled_outcome(t, box, node) for box in tasks], node)

    box = t.state.box(PendingC(begin, "gather", t.span(node), reusable=True))
    t.state.pending.append(box)
    return box


def decided(t: Tracer, value: Any, node: ast.AST) -> bool:
    """Give a flag that has to be known when the program is compiled."""
    try:
        return bool(t.native(value))
    except NotKnown:
        raise t.untraceable(
            "this has to be known when the program is compiled", node, "Write `True` or `False`."
        ) from None


def together(t: Tracer, args: tuple[Any, ...], values: list[Any], node: ast.AST) -> Any:
    """Put the results of a gather into one list, those of many in their place."""
    if not any(isinstance(arg, Many) for arg in args):
        return t.state.box(ListC(values))
    if len(args) == 1:
        return t.boxed(t.expression(values[0]))
    parts: list[ast.expr] = []
    for arg, value in zip(args, values, strict=True):
        tree = t.tree(t.settle(value, "v", node), node)
        parts.append(at(ast.Starred(value=tree, ctx=ast.Load()), node) if isinstance(arg, Many) else tree)
    return t.settle(Unknown(at(ast.List(elts=parts, ctx=ast.Load()), node), list), "gathered", node)


def task_group(t: Tracer, _args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return t.state.box(GroupC([]))


def sleep(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.waiting import later, pause

    named = {**dict(zip(("delay", "result"), args, strict=False)), **keywords}

    def work() -> Any:
        if named["delay"] != 0:
            pause(t, named["delay"], node)
        return named.get("result")

    return later(t, work, node, "sleep")


def to_thread(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    function, *rest = args
    box = t.state.box(
        PendingC(
            lambda: call_value(t, function, tuple(rest), keywords, node), "to_thread", t.span(node), reusable=False
        )
    )
    t.state.pending.append(box)
    return box


def semaphore(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    limit = args[0] if args else keywords.get("value", 1)
    unknown = t.unknown(limit)
    return t.state.box(SemaphoreC(t.native(limit) if unknown is None else t.settle(unknown, "limit", node), []))


def timeout(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    return Limit(seconds_of(t, args[0] if args else keywords.get("delay"), node))


def seconds_of(t: Tracer, value: Any, node: ast.AST) -> float | Unknown | None:
    """Give a time, which may be known only at run time."""
    try:
        known = t.native(value)
    except NotKnown:
        return t.expression(t.settle(t.expression(value), "seconds", node))
    return None if known is None else float(known)


def wait_for(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    given = {**dict(zip(("fut", "timeout"), args, strict=False)), **keywords}
    seconds = seconds_of(t, given.get("timeout"), node)
    awaitable = as_awaitable(t, given.get("fut"), node)
    content = awaitable.content if isinstance(awaitable, Box) else None
    if not isinstance(content, PendingC):
        raise t.refuse("`wait_for` needs a coroutine or a task", node)
    if content.status is Status.DONE:
        mend = "Give the timeout where the task is called: `asyncio.wait_for(task(...), timeout)`."
        raise t.untraceable("this task has begun before its timeout is known", node, mend)
    if content.status is Status.SCHEDULED:
        inner = content.begin
        assert inner is not None
        t.state.write(awaitable).begin = lambda: t.within_time(seconds, inner)
        return awaitable

    def begin() -> Any:
        return t.within_time(seconds, lambda: await_value(t, awaitable, node))

    t.state.write(awaitable)
    box = t.state.box(PendingC(begin, "wait_for", t.span(node), reusable=False))
    t.state.pending.append(box)
    return box


def as_completed(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Give the tasks in the order they were given: any order is one in which they may complete."""

    def begun(many: Many) -> Many:
        return replace(many, make=lambda index: as_task(t, many.make(index), node, "as_completed"), begun=True)

    value = args[0] if args else keywords.get("fs")
    t.state.notes.append(f"{t.span(node)}: `as_completed` gives the results in the order of the tasks")
    if isinstance(value, Box) and isinstance(value.content, BatchC):
        t.state.write(value).taken = True
        items = value.content.items
    else:
        items = collect(t, value, node)
    made = [
        begun(item) if isinstance(item, Many) else as_task(t, item, node, "as_completed")
        for item in items
    ]  # fmt: skip
    for item in made:
        if isinstance(item, Box):
            t.state.write(item).taken = True
    return t.state.box(BatchC(made) if any(isinstance(item, Many) for item in made) else ListC(made))


ASYNCIO: dict[str, Handler] = {
    "gather": gather,
    "create_task": create_task,
    "ensure_future": create_task,
    "TaskGroup": task_group,
    "sleep": sleep,
    "to_thread": to_thread,
    "as_completed": as_completed,
    "wait_for": wait_for,
    "timeout": timeout,
    "Semaphore": semaphore,
    "BoundedSemaphore": semaphore,
}
