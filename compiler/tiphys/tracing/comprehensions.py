"""Comprehensions over known iterables: each item is evaluated in turn."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tiphys.tracing.acting import acts
from tiphys.tracing.calls import raising
from tiphys.tracing.closures import comprehension_tree, fan_out
from tiphys.tracing.glue import at, fill
from tiphys.tracing.iteration import given_by, iterate
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import DictC, ListC, SetC
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Frame, NotKnown, Scope, Spread, Unknown

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ITEMS = "__items"
"""The variable that holds what a loop goes over."""


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
            source = node.generators[level].iter
            iterable = given_by(t, evaluate(t, source), source) if level else first
            unknown = t.unknown(iterable)
            if unknown is None:
                loop(level, iterable)
            else:
                items.extend(inner_items(t, node, level, unknown))
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
    return put_together(t, items, node)


def inner_items(t: Tracer, node: Comprehension, level: int, iterable: Unknown) -> list[Any]:
    """Give what the inner generators of a comprehension give for one item of the outer ones, over a runtime value.

    Raises NotKnown where the whole comprehension may as well be left to run time.
    """
    from tiphys.tracing.rows import comprehended

    t.need(iterable)
    if isinstance(node, ast.DictComp | ast.SetComp):
        raise fan_out(t, node) if acts(t, node) else NotKnown
    first, *others = node.generators[level:]
    generators = [fill(first, iter=at(ast.Constant(None), first.iter)), *others]
    rest = at(ast.ListComp(elt=node.elt, generators=generators), node)
    t.program.kept.append(rest)
    if acts(t, rest):
        made = comprehended(t, rest, iterable)
        if isinstance(made.content, BatchC):
            t.state.write(made).taken = True
    elif acts(t, node):
        made = t.boxed(comprehension_tree(t, rest, iterable))
    else:
        raise NotKnown
    return made.content.items if isinstance(made.content, BatchC | ListC) else [Spread(t.settle(made, "v", node))]


def put_together(t: Tracer, items: list[Any], node: Comprehension) -> Any:
    """Make a list of items, some of which may stand for as many as runtime values say."""
    from tiphys.tracing.fan_out import Many

    if any(isinstance(item, Spread) for item in items):
        trees = [t.tree(item, node) for item in items]
        made = Unknown(at(ast.List(elts=trees, ctx=ast.Load()), node), list, total=False)
        return t.settle(made, "items", node)
    if not any(isinstance(item, Many) for item in items):
        return t.state.box(ListC(items))
    box = t.state.box(BatchC(items))
    t.state.pending.append(box)
    return box


def over_given(t: Tracer, node: Comprehension) -> Comprehension:
    """Give a comprehension as it goes on once its first iterable is evaluated: what `async for` goes over is a list."""
    first, *others = node.generators
    if not acts(t, first.iter) and not any(item.is_async for item in node.generators):
        return node
    for item in others:
        if item.is_async:
            raise t.untraceable("a second `async for` cannot be traced", item.iter, "Put it into a loop of its own.")
    generators = [fill(first, iter=at(ast.Constant(None), first.iter), is_async=0), *others]
    made: Comprehension = fill(node, generators=generators)
    t.program.kept.append(made)
    return made


def is_copy(node: Comprehension) -> bool:
    """Say whether a comprehension lists what `async for` goes over, which nobody else holds, as it is."""
    match node:
        case ast.ListComp(elt=ast.Name(id=name), generators=[one]):
            target = one.target
            return bool(one.is_async) and not one.ifs and isinstance(target, ast.Name) and target.id == name
    return False


@contextmanager
def loop_over_given(t: Tracer, node: ast.For | ast.AsyncFor, iterable: Any) -> Iterator[ast.For]:
    """Give a loop that goes over what its iterable has given, which a variable of its own holds meanwhile."""
    t.frame.scope.locals |= {ITEMS}
    t.state.write(t.frame.box).names[ITEMS] = iterable
    items = at(ast.Name(id=ITEMS, ctx=ast.Load()), node.iter)
    made = at(ast.For(target=node.target, iter=items, body=node.body, orelse=node.orelse), node)
    t.program.kept.append(made)
    yield made
    t.state.write(t.frame.box).names.pop(ITEMS, None)


def holds(t: Tracer, test: ast.expr) -> bool:
    """Decide a filter; one on a runtime value leaves the whole comprehension to run time."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.facts import truth_of

    value = evaluate(t, test)
    known = truth_of(t, value)
    if known is None:
        raise NotKnown
    return known
