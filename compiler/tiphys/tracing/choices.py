"""What is one of several things that only run time tells apart: done with each of them, and merged."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiphys.tracing.facts import truth_method, truth_of
from tiphys.tracing.glue import at
from tiphys.tracing.merging import fork_value
from tiphys.tracing.places import may_lack
from tiphys.tracing.state import BatchC, Box, ChoiceC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Raised, Undecided, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.objects import UNBOUND


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
                return decide(t, value, lambda option: unless_unbound(t, option, name, node), node)
        case Box(content=ChoiceC(number=number, contents=contents)):
            if number.key not in t.options:
                raise Undecided(number, len(contents))
            t.state.replace(value, contents[t.options[number.key]].copy())
    return value


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
        return batch_size(t, value.content, node)
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


def batch_size(t: Tracer, batch: BatchC, node: ast.AST) -> Unknown:
    """Count the coroutines of a list that is as long as runtime values say."""
    from tiphys.tracing.fan_out import Many

    counts = [item.count for item in batch.items if isinstance(item, Many)]
    tree: ast.expr = at(ast.Constant(len(batch.items) - len(counts)), node)
    for count in counts:
        tree = at(ast.BinOp(left=tree, op=ast.Add(), right=t.tree(count, node, "n", constant=True)), node)
    return Unknown(tree, int)
