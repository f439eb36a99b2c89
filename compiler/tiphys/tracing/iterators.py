"""Builtins that make iterators, and those that take items out of them."""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterator
from typing import Any

from tiphys.tracing import jobs
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import collect, is_iterable, is_kept_iterator, lost_count
from tiphys.tracing.jobs import is_batch
from tiphys.tracing.state import Box, CountC, IteratorC, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Generator, Raised


def iterator(t: Tracer, items: typing.Iterable[Any]) -> Box:
    """Make an iterator over known items."""
    return t.state.box(IteratorC(tuple(items)))


def enumerated(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    items, *rest = args or (None,)
    start = rest[0] if rest else keywords.get("start", 0)
    if is_batch(items):
        return jobs.enumerated(t, items, start, node)
    if items is None or not is_iterable(t, items):
        return NotImplemented
    return iterator(t, (t.tuple(pair) for pair in enumerate(collect(t, items, node), t.native(start))))


def zipped(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    if any(is_batch(value) for value in args):
        return jobs.zipped(t, args, strict=bool(t.native(keywords.get("strict", False))), node=node)
    endless = {index: value for index, value in enumerate(args) if is_endless(value)}
    finite = [value for index, value in enumerate(args) if index not in endless]
    if (endless and not finite) or not all(is_iterable(t, value) for value in finite):
        return NotImplemented
    lists = {index: collect(t, value, node) for index, value in enumerate(args) if index not in endless}
    shortest = min((len(items) for items in lists.values()), default=0)
    if t.native(keywords.get("strict", False)) and any(len(items) != shortest for items in lists.values()):
        raise Raised(ValueError("zip() arguments have different lengths"), t.span(node))
    last = min((index for index, items in lists.items() if len(items) == shortest), default=0)
    for index, value in endless.items():
        # an endless one before the first that is through has given an item for a row that was never made
        lists[index] = [advance(t, value, node) for _ in range(shortest + (index < last))]
    return iterator(t, (t.tuple(row) for row in zip(*(lists[index] for index in range(len(args))), strict=False)))


def iterated(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    if len(args) != 1 or isinstance(args[0], Generator) or not is_iterable(t, args[0]):
        return args[0] if args and isinstance(args[0], Generator) else NotImplemented
    if isinstance(args[0], Box) and isinstance(args[0].content, IteratorC):
        return args[0]
    return iterator(t, collect(t, args[0], node))


def endless(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """`itertools.count`."""
    given = {**dict(zip(("start", "step"), args, strict=False)), **keywords}
    return t.state.box(
        CountC(t.settle(given.get("start", 0), "start", node), t.settle(given.get("step", 1), "step", node))
    )


def cycled(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    """`itertools.cycle`."""
    items = collect(t, args[0], node) if len(args) == 1 and is_iterable(t, args[0]) else []
    return t.state.box(CountC(0, 1, tuple(items))) if items else NotImplemented


def is_endless(value: Any) -> bool:
    """Say whether a value is an iterator without an end."""
    return isinstance(value, Box) and isinstance(value.content, CountC)


def advance(t: Tracer, box: Box, node: ast.Call) -> Any:
    """Take the next item of an endless iterator."""
    from tiphys.tracing.expressions import load_item
    from tiphys.tracing.operators import binary_values

    content = t.state.write(box)
    given = content.at
    step = at(ast.BinOp(left=node, op=ast.Add(), right=node), node)
    content.at = t.settle(binary_values(t, step, given, content.step, node, node), "count", node)
    if content.items is None:
        return given
    turn = at(ast.BinOp(left=node, op=ast.Mod(), right=node), node)
    index = binary_values(t, turn, given, len(content.items), node, node)
    read = at(ast.Subscript(value=node, slice=node, ctx=ast.Load()), node)
    return load_item(t, t.tuple(content.items), index, read)


def following(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    match args:
        case (Box(content=CountC()) as box, *_):
            return advance(t, box, node)
        case (Iterator(), *_) if not isinstance(args[0], Box):
            raise t.refuse("an orchestrator cannot change a value of its module", node, "Make it in the orchestrator.")
        case (Box(content=IteratorC(items=items, position=position)) as box, *default):
            if position < len(items):
                t.state.write(box).position += 1
                return t.lift(items[position])
            if default:
                return default[0]
            raise Raised(StopIteration(), t.span(node))
        case (Box(content=ListC(items=items)), *default) if isinstance(node.args[0], ast.GeneratorExp):
            return following(t, (iterator(t, items), *default), {}, node)
        case (Generator(), *_):
            raise t.untraceable("`next` on a generator cannot be traced", node, "Loop over it with `for`.")
    kept = t.unknown(args[0]) if args and not is_made_here(node.args[0]) else None
    if kept is not None and is_kept_iterator(t, kept):
        raise lost_count(t, node)
    return NotImplemented


def is_made_here(node: ast.expr) -> bool:
    """Say whether an expression makes an iterator, which nothing else can know."""
    return isinstance(node, ast.Call | ast.GeneratorExp)
