"""Exceptions of what runs side by side, as values: of a `gather`, of a task begun before a `try`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiphys.tracing.concurrency import await_value
from tiphys.tracing.merging import fork_value
from tiphys.tracing.pending import PendingC
from tiphys.tracing.raises import raise_again
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import Raised, TupleV
from tiphys.tracing.which import Which


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


def tried_member(t: Tracer, begin: Callable[[], Any], node: ast.AST) -> tuple[Any, TupleV | None]:
    """Run what a task does so that its exception is a value; gives what it gives, and how it ended."""
    tried = tries(t, begin, [BaseException], node)
    if isinstance(tried, Raised):
        raise tried
    if not isinstance(tried, Tried):
        return tried, None
    return tried.went(), TupleV((tried.number, tried.error))


def passed_on(t: Tracer, value: Any, outcome: TupleV, node: ast.AST) -> Any:
    """Give the value of a task whose exception is a value; raise that, if it is one."""
    number, error = outcome.items
    if number == 0:
        return value

    def fail() -> Any:
        return raise_again(t, t.expression(error), node)

    which = Which(t, number, node, is_number=True)
    return fork_value(t, which, [lambda: value, fail], node, "passed", keeps_raises=True)
