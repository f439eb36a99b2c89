"""`custom_context` and `ctx`: texts that a program gives to the tasks it calls, however deep."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tiphys.ir import CONTEXT, Atom
from tiphys.tracing.state import Box, DictC
from tiphys.tracing.values import Raised

if TYPE_CHECKING:
    from tiphys.tracing.subgraphs import Callee
    from tiphys.tracing.tracer import Tracer

HIDDEN = "context "
"""What the names begin with of the inputs that bring such texts into a graph. No variable is called so."""


@dataclass(frozen=True, eq=False)
class Given:
    """A call of `custom_context`."""

    values: Mapping[str, Any]


class Outer:
    """What `ctx()` gives in an orchestrator, which runs nowhere: the texts only."""

    def __init__(self, custom_context: Box) -> None:
        self.custom_context = custom_context

    def __getattr__(self, name: str) -> Any:
        message = f"an orchestrator runs in no pod and knows only `ctx().custom_context`: read `{name}` in a task"
        raise AttributeError(message)


def given(t: Tracer, words: Mapping[str, Any], node: ast.AST) -> Given:
    """Check the texts as far as they are known."""
    for key, value in words.items():
        if t.unknown(value) is None and not isinstance(value, str):
            raise Raised(TypeError(f"`{key}` of a custom context is a text"), t.span(node))
    return Given({key: t.unknown(value) or value for key, value in words.items()})


def inside_context(t: Tracer, values: Mapping[str, Any], work: Callable[[], Any], node: ast.AST) -> Any:
    """Interpret code whose calls are given these texts too."""
    settled = {key: t.settle(value, key, node) for key, value in values.items()}
    return in_context(t, {**t.context, **settled}, work)


def in_context(t: Tracer, values: dict[str, Any], work: Callable[[], Any]) -> Any:
    """Interpret code whose calls are given these texts, and no others."""
    outer, t.context = t.context, values
    try:
        return work()
    finally:
        t.context = outer


def outer_context(t: Tracer) -> Outer:
    """Give what `ctx()` is here."""
    return Outer(t.state.box(DictC(dict(t.context))))


def context_argument(t: Tracer, node: ast.AST) -> tuple[tuple[str, Atom], ...]:
    """Give the hidden argument of a call that brings the texts, where there are any."""
    if not t.context:
        return ()
    return ((CONTEXT, t.to_atom(t.state.box(DictC(dict(t.context))), "context", node)),)


def with_context(t: Tracer, callee: Callee, bound: dict[str, Any]) -> tuple[Callee, dict[str, Any]]:
    """Let a graph that is called from here give the same texts: known ones make it another graph."""
    if not t.context:
        return callee, bound
    known = {key: value for key, value in t.context.items() if isinstance(value, str)}
    brought = {f"{HIDDEN}{key}": value for key, value in t.context.items() if key not in known}
    names = tuple(t.context)

    def interpret(inner: Tracer, values: dict[str, Any]) -> Any:
        inner.context = {name: known[name] if name in known else values.pop(f"{HIDDEN}{name}") for name in names}
        return callee.interpret(inner, values)

    types = {**callee.types, **dict.fromkeys(brought, str)}
    key = (callee.key, names, tuple(known.items()))
    return replace(callee, key=key, types=types, interpret=interpret), {**bound, **brought}
