"""Dicts of coroutines and tasks of which only run time knows the keys.

The pairs are a list of coroutines (`jobs`). Which pair a key stands for is a runtime dict: of one key the last counts,
at the place of the first, as in any dict.
"""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing.fan_out import Many
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import counted
from tiphys.tracing.jobs import Item, derived, is_keyed, jobs_in, members
from tiphys.tracing.pending import KeyedC
from tiphys.tracing.state import Box, DictC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Method, TupleV, Unknown


def places(t: Tracer, box: Box, node: ast.AST) -> Unknown:
    """Give the runtime dict of keys and the places of their pairs."""
    known: Unknown | None = box.content.places
    if known is None:
        mend = "Keep them in two dicts."
        raise t.untraceable("this dict holds tasks of known keys, and of keys of run time", node, mend)
    return known


def keys_of(t: Tracer, box: Box, node: ast.AST) -> Unknown:
    """Give the keys, as a list."""
    listed = ast.Call(func=t.capture(list, "list", node), args=[places(t, box, node).tree], keywords=[])
    return Unknown(at(listed, node), list)


def seen(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Give what is met by whoever goes over a value: of such a dict its keys."""
    return t.settle(keys_of(t, value, node), "keys", node) if is_keyed(value) else value


def entries(t: Tracer, box: Box, node: ast.AST) -> tuple[Unknown, Item]:
    """Give how many entries there are, and what gives one: its key and its coroutine."""
    known = places(t, box, node)
    _, item = members(t, box, node)
    count, key = counted(t, known, node)
    every = at(ast.Call(func=at(ast.Attribute(value=known.tree, attr="values", ctx=ast.Load()), node), args=[],
                        keywords=[]), node)  # fmt: skip
    _, place = counted(t, Unknown(every), node)
    return count, lambda index: TupleV((key(index), item(Unknown(place(index).tree, int)).items[1]))


def call_keyed(t: Tracer, method: Method, args: tuple[Any, ...], node: ast.Call) -> Any:
    """Call a method of such a dict."""
    box = method.receiver
    match method.name, args:
        case "keys", ():
            return keys_of(t, box, node)
        case "values", ():
            count, item = entries(t, box, node)
            return derived(t, count, lambda index: item(index).items[1], node)
        case "items", ():
            return derived(t, *entries(t, box, node), node)
        case "get", (key, *default) if len(default) < 2:
            return found_or(t, box, key, default[0] if default else None, node)
        case "copy", ():
            copy = t.state.box(box.content.copy())
            t.state.pending.append(copy)
            t.state.write(box).taken = True
            return copy
    mend = "Await them first, and change the dict of their results."
    raise t.untraceable(f"which tasks a dict holds after `{method.name}` is known only at run time", node, mend)


def value_of(t: Tracer, box: Box, key: Any, node: ast.expr) -> Any:
    """Read `jobs[key]`."""
    known = places(t, box, node)
    _, item = members(t, box, node)
    read = at(ast.Subscript(value=known.tree, slice=t.tree(key, node, "key"), ctx=ast.Load()), node)
    return item(t.expression(t.settle(Unknown(read, int, total=False), "place", node))).items[1]


def found_or(t: Tracer, box: Box, key: Any, default: Any, node: ast.Call) -> Any:
    """Read `jobs.get(key, default)`."""
    known = places(t, box, node)
    _, item = members(t, box, node)
    wanted = t.tree(key, node, "key")
    inside = at(ast.Compare(left=wanted, ops=[ast.In()], comparators=[known.tree]), node)
    number = at(ast.IfExp(test=inside, body=at(ast.Constant(0), node), orelse=at(ast.Constant(1), node)), node)
    which = t.expression(t.settle(Unknown(number, int, total=False), "which", node))
    get = at(ast.Attribute(value=known.tree, attr="get", ctx=ast.Load()), node)
    read = at(ast.Call(func=get, args=[wanted, at(ast.Constant(0), node)], keywords=[]), node)
    return Choice(which, (item(Unknown(read, int)).items[1], default))


def contains(t: Tracer, box: Box, key: Any, node: ast.AST) -> Unknown:
    """Say whether a dict has a key."""
    test = at(ast.Compare(left=t.tree(key, node, "key"), ops=[ast.In()], comparators=[places(t, box, node).tree]), node)
    return Unknown(test, bool, total=False)


def put(t: Tracer, owner: Any, key: Any, value: Any) -> bool:
    """Run `jobs[key] = value` for a key of run time; False where that makes no such dict."""
    content = owner.content if isinstance(owner, Box) else None
    if not isinstance(content, DictC | KeyedC) or not jobs_in(value):
        return False
    before = pairs_of(content)
    if not all(jobs_in(pair) for pair in before if not isinstance(pair, Many)):
        return False
    t.state.replace(owner, KeyedC([*before, TupleV((key, value))]))
    return True


def pairs_of(content: DictC | KeyedC) -> list[Any]:
    """List the pairs of a dict."""
    if isinstance(content, KeyedC):
        return content.items
    return [TupleV(pair) for pair in content.entries.items()]


def from_pairs(t: Tracer, box: Box, node: ast.AST) -> Box:
    """Run `dict(...)` of pairs of a key and a coroutine."""
    return derived(t, *members(t, box, node), node, kind=KeyedC)
