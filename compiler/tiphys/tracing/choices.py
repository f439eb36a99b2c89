"""What is one of several things that only run time tells apart: done with each of them, and merged."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import Any

from tiphys.tracing.facts import truth_method, truth_of, type_of
from tiphys.tracing.glue import at
from tiphys.tracing.inference import common
from tiphys.tracing.merging import fork_value
from tiphys.tracing.pending import BatchC, KeyedC
from tiphys.tracing.places import held_tree, may_lack
from tiphys.tracing.sharing import united
from tiphys.tracing.state import Box, ChoiceC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Raised, Undecided, Unknown, is_immutable
from tiphys.tracing.which import Which
from tiphys_runtime.objects import UNBOUND, bound


def decide(t: Tracer, choice: Choice, work: Callable[[Any], Any], node: ast.AST) -> Any:
    """Do something with each of the values that a choice may be; gives the merged outcome."""
    which = Which(t, choice.number, node, is_number=True)
    works = [lambda option=option: work(option) for option in choice.options]
    return fork_value(t, which, works, node, "pick")


def resolved(t: Tracer, value: Any, name: str, node: ast.AST) -> Any:
    """Give what a variable holds, where that is one of several things that are no data."""
    match value:
        case Choice(number=number, options=options):
            if number.key in t.options:
                return unless_unbound(t, options[t.options[number.key]], name, node)
            if may_lack(value):
                found = held_by(value)
                plain = all(t.unknown(one) is not None or is_immutable(type_of(t, one)) for one in found)
                if plain and t.holding:  # a round that only makes coroutines has no branch
                    return read(t, value, found, name, node)
                return decide(t, value, lambda option: unless_unbound(t, option, name, node), node)
            if any(isinstance(option, Box) and isinstance(option.content, BatchC) for option in options):
                raise Undecided(number, len(options))
        case Box(content=ChoiceC(number=number, contents=contents)):
            if number.key not in t.options:
                raise Undecided(number, len(contents))
            t.state.replace(value, contents[t.options[number.key]].copy())
    return value


def held_by(value: Any) -> list[Any]:
    """List what a variable may hold that may not be bound."""
    if isinstance(value, Choice):
        return [one for option in value.options for one in held_by(option)]
    return [] if value is UNBOUND else [value]


def read(t: Tracer, value: Choice, found: list[Any], name: str, node: ast.AST) -> Any:
    """Read a variable that may not be bound. found: what it may hold, known to be data, or values of run time."""
    args = [held_tree(t, value, node), at(ast.Constant(name), node)]
    tree = at(ast.Call(func=t.capture(bound, "bound", node), args=args, keywords=[]), node)
    kind = functools.reduce(common, [type_of(t, one) for one in found])
    made = t.settle(Unknown(tree, kind, value.number.pure, total=False), name, node)
    ref = t.expression(made).ref
    assert ref is not None
    t.sharing.note(ref, united(t.sharing.of(one) for one in found))
    return made


def unless_unbound(t: Tracer, value: Any, name: str, node: ast.AST) -> Any:
    """Give a value; raise what Python raises where there is none."""
    if may_lack(value) and value is not UNBOUND:
        return resolved(t, value, name, node)
    if value is UNBOUND:
        text = f"cannot access local variable {name!r} where it is not associated with a value"
        raise Raised(UnboundLocalError(text), t.span(node))
    return value


def decided_by(t: Tracer, value: Any, node: ast.expr) -> bool | Unknown:
    """Give the truth of a value: known, or at run time."""
    from tiphys.tracing.calls import call_value, load_attribute

    if isinstance(value, Box) and isinstance(value.content, BatchC):
        return batch_size(t, value, node)
    known = truth_of(t, value)
    if known is not None:
        return known
    asked = truth_method(value)
    if asked is not None:
        call = at(ast.Call(func=node, args=[], keywords=[]), node)
        assert isinstance(call, ast.Call)
        method = load_attribute(t, value, asked, call.func, source=call.func, called=True)
        return decided_by(t, call_value(t, method, (), {}, call), node)
    if isinstance(value, Choice):
        value = decide(t, value, lambda option: decided_by(t, option, node), node)
        if isinstance(value, bool):
            return value
    unknown = t.unknown(value)
    assert unknown is not None
    return unknown


def batch_size(t: Tracer, batch: Box, node: ast.AST) -> Unknown:
    """Count the coroutines of a list, or the keys of a dict, that is as long as runtime values say."""
    from tiphys.tracing.fan_out import Many
    from tiphys.tracing.keyed import places

    if isinstance(batch.content, KeyedC):
        call = ast.Call(func=t.capture(len, "len", node), args=[places(t, batch, node).tree], keywords=[])
        return Unknown(at(call, node), int)
    counts = [item.count for item in batch.content.items if isinstance(item, Many)]
    tree: ast.expr = at(ast.Constant(len(batch.content.items) - len(counts)), node)
    for count in counts:
        tree = at(ast.BinOp(left=tree, op=ast.Add(), right=t.tree(count, node, "n", constant=True)), node)
    return Unknown(tree, int)
