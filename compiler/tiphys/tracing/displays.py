"""List, tuple, set and dict displays: a container of values, exact while its shape is known."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing import expressions, inference
from tiphys.tracing.acting import computes
from tiphys.tracing.calls import raising
from tiphys.tracing.facts import mix, part, type_of
from tiphys.tracing.glue import fill
from tiphys.tracing.iteration import given_by, iterate
from tiphys.tracing.keyed import seen
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import Box, DictC, ListC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import NotKnown, Spread, Unknown

SPREAD = object()
"""The key of `**value` in a dict display."""


def listed(t: Tracer, node: ast.List) -> Any:
    items = elements(t, node.elts)
    return display(t, node, items, list) if has_spread(items) else t.state.box(ListC(steadied(t, items, node)))


def tupled(t: Tracer, node: ast.Tuple) -> Any:
    items = elements(t, node.elts)
    return display(t, node, items, tuple) if has_spread(items) else t.tuple(steadied(t, items, node))


def steadied(t: Tracer, items: list[Any], node: ast.List | ast.Tuple) -> list[Any]:
    """Compute here the items that can raise: nobody might ever read them."""
    return [expressions.steady(t, item, source) for item, source in zip(items, sources_of(node, items), strict=True)]


def has_spread(items: list[Any]) -> bool:
    """Say whether the length of a display is known only at run time."""
    return any(isinstance(item, Spread) for item in items)


def display(t: Tracer, node: ast.List | ast.Tuple | ast.Set, items: list[Any], kind: type) -> Unknown:
    """Leave a display to run time."""
    given = [item.value if isinstance(item, Spread) else item for item in items]
    pure, total = mix(t, given)
    sizes = all(
        inference.plain(type_of(t, item.value)) in inference.SIZED for item in items if isinstance(item, Spread)
    )
    parts = [part(t, value, source) for value, source in zip(items, sources_of(node, items), strict=True)]
    return Unknown(fill(node, elts=parts), kind, pure, total and sizes and kind is not set)


def sources_of(node: ast.List | ast.Tuple | ast.Set, items: list[Any]) -> list[ast.expr]:
    """Give, for each item of a display, the source it came from; a known star gives many items."""
    if len(node.elts) != len(items):
        return [node] * len(items)
    return [item.value if isinstance(item, ast.Starred) else item for item in node.elts]


def elements(t: Tracer, nodes: list[ast.expr]) -> list[Any]:
    """Evaluate the items of a display or call, in order; a star of a runtime value stays one."""
    found: list[Any] = []
    for item in nodes:
        if found and computes(t, item):
            found = [expressions.steady(t, value, item) for value in found]
        if not isinstance(item, ast.Starred):
            found.append(expressions.evaluate(t, item))
            continue
        value = seen(t, given_by(t, expressions.evaluate(t, item.value), item.value), item)
        if t.unknown(value) is not None:
            found.append(Spread(value))
        elif isinstance(value, Box) and isinstance(value.content, BatchC):
            t.state.write(value).taken = True
            found.extend(value.content.items)
        else:
            iterate(t, value, item.value, found.append)
    return found


def made_set(t: Tracer, node: ast.Set) -> Any:
    items = elements(t, node.elts)
    if has_spread(items):
        return display(t, node, items, set)
    try:
        return t.state.box(SetC(raising(t, node, set, [t.native(item) for item in items])))
    except NotKnown:
        return display(t, node, items, set)


def made_dict(t: Tracer, node: ast.Dict) -> Any:
    pairs: list[tuple[Any, Any]] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if computes(t, value_node):
            pairs = [(key, expressions.steady(t, value, node)) for key, value in pairs]
        if key_node is None:
            pairs.append((SPREAD, expressions.evaluate(t, value_node)))
        else:
            pairs.append((expressions.evaluate(t, key_node), expressions.evaluate(t, value_node)))
    try:
        entries: dict[Any, Any] = {}
        for (key, value), source in zip(pairs, node.values, strict=True):
            if key is not SPREAD:
                raising(t, source, entries.__setitem__, t.native(key), expressions.steady(t, value, source))
            elif isinstance(value, Box) and isinstance(value.content, DictC):
                entries.update(value.content.entries)
            else:
                entries.update(raising(t, source, dict, t.native(value)))
        return t.state.box(DictC(entries))
    except NotKnown:
        pass
    pure, _ = mix(t, [one for pair in pairs for one in pair])
    keys = [
        None if key is SPREAD else part(t, key, source or node)
        for (key, _), source in zip(pairs, node.keys, strict=True)
    ]
    values = [part(t, value, source) for (_, value), source in zip(pairs, node.values, strict=True)]
    return Unknown(fill(node, keys=keys, values=values), dict, pure, total=False)
