"""Comprehensions over known iterables: each item is evaluated in turn."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing.calls import raising
from tiphys.tracing.iteration import iterate
from tiphys.tracing.state import DictC, ListC, SetC
from tiphys.tracing.tracer import NotKnown, Tracer, new_frame
from tiphys.tracing.values import Frame, Scope

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def run_comprehension(t: Tracer, node: Comprehension, first: Any) -> Any:
    """Interpret a comprehension whose first iterable is known. Raises NotKnown where it must be left to run time."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.facts import hint_of

    names = frozenset(
        part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)
    )
    outer = t.frame
    scope = Scope(node, names, frozenset(), frozenset(), is_generator=False)
    t.frame = Frame(new_frame(t.state, {}), scope, outer, outer.globals, outer.cells, outer.file, outer.title)
    items: list[Any] = []
    entries: dict[Any, Any] = {}

    def element(level: int) -> None:
        if level < len(node.generators):
            loop(level, evaluate(t, node.generators[level].iter))
        elif isinstance(node, ast.DictComp):
            key = t.native(evaluate(t, node.key))
            raising(
                t,
                node.key,
                entries.__setitem__,
                key,
                t.steady(evaluate(t, node.value), hint_of(node.value), node.value),
            )
        else:
            items.append(t.steady(evaluate(t, node.elt), hint_of(node.elt), node.elt))

    def loop(level: int, iterable: Any) -> None:
        generator = node.generators[level]
        if generator.is_async:
            raise t.untraceable("`async for` cannot be traced", generator.iter)

        def body(item: Any) -> None:
            from tiphys.tracing.assignment import assign

            assign(t, generator.target, item)
            if all(holds(t, test) for test in generator.ifs):
                element(level + 1)

        iterate(t, iterable, generator.iter, body)

    try:
        loop(0, first)
    finally:
        t.frame = outer
    if isinstance(node, ast.DictComp):
        return t.state.box(DictC(entries))
    if isinstance(node, ast.SetComp):
        return t.state.box(SetC({t.native(item) for item in items}))
    return t.state.box(ListC(items))


def holds(t: Tracer, test: ast.expr) -> bool:
    """Decide a filter; one on a runtime value leaves the whole comprehension to run time."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.facts import truth_of

    value = evaluate(t, test)
    known = truth_of(t, value)
    if known is None:
        raise NotKnown
    return known
