"""Exceptions of what runs side by side, as values: of a `gather`, of a task begun before a `try`, of a task group."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiphys.tracing.completions import Ended
from tiphys.tracing.concurrency import await_value
from tiphys.tracing.glue import at
from tiphys.tracing.merging import fork_value
from tiphys.tracing.raises import raise_again
from tiphys.tracing.state import Box, PendingC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import Raised, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.objects import group_of


def outcome(t: Tracer, awaitable: Any, node: ast.AST) -> Any:
    """Make a coroutine that gives what another one gives, or the exception that it raises."""

    def begin() -> Any:
        tried = tries(t, lambda: await_value(t, awaitable, node), [Exception], node)
        if isinstance(tried, Raised):
            return tried.error
        if not isinstance(tried, Tried):
            return tried

        def fail() -> Any:
            tried.failed()
            return t.boxed(tried.error)

        if tried.always_fails:
            return fail()
        which = Which(t, tried.number, node, is_number=True)
        return fork_value(t, which, [tried.went, fail], node, "outcome")

    box = t.state.box(PendingC(begin, "gather", t.span(node), reusable=False))
    t.state.pending.append(box)
    return box


def tried_member(t: Tracer, begin: Callable[[], Any], node: ast.AST) -> tuple[Any, Tried | None]:
    """Run what a task does so that its exception is a value; gives what it gives, and how to tell."""
    tried = tries(t, begin, [BaseException], node)
    if isinstance(tried, Raised):
        raise tried
    if not isinstance(tried, Tried):
        return tried, None
    return tried.went(), tried


def passed_on(t: Tracer, content: PendingC, node: ast.AST) -> Any:
    """Give the value of a task whose exception is a value; raise that, if it is one."""
    tried = content.tried
    which = Which(t, tried.number, node, is_number=True)

    def fail() -> Any:
        return raise_again(t, tried.error, node)

    return fork_value(t, which, [lambda: content.value, fail], node, "passed", keeps_raises=True)


def as_member(t: Tracer, group: Box, awaitable: Any, node: ast.AST) -> Any:
    """Make a member of a task group: its exception is a value, so that the group can raise what all have raised."""
    box = t.state.box(PendingC(None, "create_task", t.span(node), reusable=False))

    def begin() -> Any:
        tried = tries(t, lambda: await_value(t, awaitable, node), [BaseException], node)
        if isinstance(tried, Raised):
            raise tried
        if not isinstance(tried, Tried):
            return tried
        t.state.write(group).tried.append(tried)
        return tried.went()

    t.state.write(box).begin = begin
    t.state.pending.append(box)
    return box


def raise_group(t: Tracer, group: Box, node: ast.AST) -> None:
    """At the end of a task group: where a member has failed, raise what all of them have raised."""
    members: list[Tried] = group.content.tried
    if not members:
        return
    head = t.capture(group_of, "group_of", node)
    text = at(ast.Constant("unhandled errors in a TaskGroup"), node)
    found = at(ast.List(elts=[member.error.tree for member in members], ctx=ast.Load()), node)
    call = at(ast.Call(func=head, args=[text, found], keywords=[]), node)

    def fail() -> Any:
        t.settle(Unknown(call, None, pure=False, total=False), "raise", node)
        raise Ended

    for member in members:
        which = Which(t, member.number, node, is_number=True)
        fork_value(t, which, [lambda: None, fail], node, "group", keeps_raises=True)
