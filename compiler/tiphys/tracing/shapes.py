"""Builtins that look only at the shape of a container: exact even when its items are runtime values."""

from __future__ import annotations

import ast
import builtins
import copy
import dataclasses
import functools
import itertools
import typing
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

from tiphys.authoring.resources import Resources
from tiphys.authoring.task import TaskTemplate
from tiphys.tracing import jobs
from tiphys.tracing.calls import call_known, call_value, raising
from tiphys.tracing.data import needs_choice
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import collect, given_by, is_iterable, is_stream
from tiphys.tracing.iterators import cycled, endless, enumerated, following, iterated, iterator, zipped
from tiphys.tracing.jobs import is_batch, is_keyed
from tiphys.tracing.keyed import call_keyed, from_pairs
from tiphys.tracing.overriding import resources
from tiphys.tracing.pending import BatchC, GroupC, PendingC
from tiphys.tracing.spreading import laid_over
from tiphys.tracing.state import Box, DictC, IteratorC, Kind, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Closure, Generator, Method, NotKnown, Special, TupleV, Unknown

Shape = Callable[[Tracer, tuple[Any, ...], dict[str, Any], ast.Call], Any]


def length(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    match args:
        case (Box(content=ListC(items=items)),) | (TupleV(items=items),):
            return len(items)
        case (Box(content=DictC(entries=entries)),):
            return len(entries)
        case (Box(content=SetC(items=known)),):
            return len(known)
        case (Box(content=BatchC()),):
            from tiphys.tracing.choices import batch_size

            return batch_size(t, args[0], node)
    return NotImplemented


def truth(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    """`bool` of coroutines of which only run time knows the number."""
    if len(args) != 1 or not jobs.holds_many(args[0]):
        return NotImplemented
    from tiphys.tracing.choices import batch_size

    size = batch_size(t, args[0], node)
    test = ast.Compare(left=size.tree, ops=[ast.Gt()], comparators=[at(ast.Constant(0), node)])
    return Unknown(at(test, node), bool)


def walking(function: Any, make: Callable[[Tracer, list[list[Any]], dict[str, Any], ast.Call], Any]) -> Shape:
    """Make the version of a builtin that takes iterables and looks at no item."""

    def shape(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
        if len(args) == 1 and is_batch(args[0]):
            if make is backwards:
                return jobs.backwards(t, args[0], node)
            return batch_copied(t, args[0]) if make in (to_list, to_tuple) else NotImplemented
        if make is to_list and len(args) == 1 and isinstance(args[0], Generator):
            return listed(t, args[0], node)
        args = tuple(given_by(t, value, node) for value in args)
        if not all(is_iterable(t, value) for value in args):
            if len(args) == 1 and t.unknown(args[0]) is not None:
                return call_known(t, function, args, keywords, node)
            if any(isinstance(value, Generator) for value in args):
                raise t.untraceable("a generator together with a runtime value cannot be traced", node)
            return NotImplemented
        return make(t, [collect(t, value, node) for value in args], keywords, node)

    return shape


def batch_copied(t: Tracer, batch: Box) -> Box:
    """Run `list(...)` of coroutines of which the number is known only at run time."""
    t.state.write(batch).taken = True
    box = t.state.box(batch.content.copy())
    t.state.pending.append(box)
    t.state.write(box).taken = False
    return box


def to_list(t: Tracer, lists: list[list[Any]], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return t.state.box(ListC(lists[0] if lists else []))


def to_tuple(t: Tracer, lists: list[list[Any]], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return t.tuple(lists[0] if lists else [])


def to_set(t: Tracer, lists: list[list[Any]], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    try:
        return t.state.box(SetC({t.native(item) for item in lists[0]} if lists else set()))
    except NotKnown:
        return NotImplemented


def to_deque(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    given = {**dict(zip(("iterable", "maxlen"), args, strict=False)), **keywords}
    items = given.get("iterable", ())
    if not is_iterable(t, items) or t.unknown(given.get("maxlen")) is not None:
        return NotImplemented
    made = raising(t, node, deque, collect(t, items, node), given.get("maxlen"))
    return t.state.box(ListC(list(made), Kind(deque, made.maxlen)))


def to_ordered(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    made = to_dict(t, args, keywords, node)
    return made if made is NotImplemented else t.state.box(DictC(made.content.entries, Kind(OrderedDict)))


def to_default(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    factory, *rest = args or (None,)
    made = to_dict(t, tuple(rest), keywords, node)
    if made is NotImplemented or t.unknown(factory) is not None:
        return NotImplemented
    return t.state.box(DictC(made.content.entries, Kind(defaultdict, factory)))


def to_dict(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    entries: dict[Any, Any] = {}
    if args and is_batch(args[0]) and not keywords:
        return from_pairs(t, args[0], node)
    if args and is_keyed(args[0]) and not keywords:
        return call_keyed(t, Method(args[0], "copy"), (), node)
    if args:
        if not is_iterable(t, args[0]):
            return NotImplemented
        match args[0]:
            case Box(content=DictC(entries=old)) | (Mapping() as old):
                entries.update(old)
            case _:
                for pair in collect(t, args[0], node):
                    key, value = collect(t, pair, node)
                    try:
                        entries[t.native(key)] = value
                    except NotKnown:
                        return NotImplemented
    return t.state.box(DictC({**entries, **keywords}))


def backwards(t: Tracer, lists: list[list[Any]], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return iterator(t, reversed(lists[0]))


def mapped(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    function, *rest = args
    if not rest:
        return NotImplemented
    if not all(is_iterable(t, value) for value in rest):
        from tiphys.tracing.rows import mapped_over

        return mapped_over(t, function, rest, node) if needs_choice(t, function) else NotImplemented
    rows = zip(*(collect(t, value, node) for value in rest), strict=False)
    call = ast.copy_location(ast.Call(func=node.args[0], args=[], keywords=[]), node)
    return iterator(t, [call_value(t, function, row, {}, call) for row in rows])


def filtered(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.facts import truth_of

    if len(args) != 2 or not is_iterable(t, args[1]):
        return NotImplemented
    kept = []
    for item in collect(t, args[1], node):
        verdict = item if args[0] is None else call_value(t, args[0], (item,), {}, node)
        truth = truth_of(t, verdict)
        if truth is None:
            return NotImplemented
        if truth:
            kept.append(item)
    return iterator(t, kept)


def consumed(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Let `sum`, `max`, `sorted`, ... see a generator or iterator as a list."""
    streams = [isinstance(value, Generator) or is_stream(value) for value in args]
    if not any(streams):
        return NotImplemented
    given = [listed(t, value, node) if stream else value for value, stream in zip(args, streams, strict=True)]
    function = getattr(builtins, node.func.id) if isinstance(node.func, ast.Name) else None
    return NotImplemented if function is None else call_known(t, function, tuple(given), keywords, node)


def listed(t: Tracer, value: Any, node: ast.Call) -> Any:
    """Make a list of what a generator or an iterator gives."""
    from tiphys.tracing.rows import whole_of

    if isinstance(value, Generator) and value.forks:
        return whole_of(t, value, node)
    return t.state.box(ListC(collect(t, value, node)))


def class_of(t: Tracer, value: Any) -> type:
    """Give the class of a value that is not unknown."""
    match value:
        case Box(content=ListC(kind=kind) | DictC(kind=kind)):
            return kind.cls
        case Box(content=SetC()):
            return set
        case Box(content=ObjectC(cls=cls)) | TupleV(cls=cls):
            return cls
        case Box(content=OpaqueC() | PendingC() | GroupC() | IteratorC()):
            return object
        case Closure() | Special():
            return type(lambda: None)
    return type(value)


def instance_of(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    if len(args) != 2 or t.unknown(args[0]) is not None:
        return NotImplemented
    return issubclass(class_of(t, args[0]), t.native(args[1]))


def class_asked(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return class_of(t, args[0]) if len(args) == 1 and t.unknown(args[0]) is None else NotImplemented


def partial(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    function, *given = args

    def call(more: tuple[Any, ...], words: dict[str, Any], where: ast.Call) -> Any:
        return call_value(t, function, (*given, *more), laid_over(t, keywords, words, where), where)

    return Special("partial", call, tuple(args) + tuple(keywords.values()))


def copied_with(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.objects import replaced

    return replaced(t, args, keywords, node)


def copied(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """`copy.copy` of an object that the orchestrator has made."""
    match args:
        case (Box(content=ObjectC(cls=cls, fields=fields)),) if not hasattr(cls, "__copy__") and not keywords:
            return t.state.box(ObjectC(cls, dict(fields)))
    return NotImplemented


def wraps(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    """`functools.wraps(f)`: the decorated function is called as `f` is."""
    return Special("wraps", lambda given, words, where: wrapper(t, (given[0], args[0]), words, where))


def wrapper(_t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    """`functools.update_wrapper(wrapper, wrapped)`."""
    made, *wrapped = args
    if not isinstance(made, Closure) or not wrapped:
        return NotImplemented
    return dataclasses.replace(made, wraps=wrapped[0])


def fetched(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    """`getattr` with a known name reads the attribute as the dot does."""
    from tiphys.tracing.calls import load_attribute

    if len(args) != 2 or not isinstance(args[1], str) or not isinstance(args[0], Box | TupleV | TaskTemplate):
        return NotImplemented
    return load_attribute(t, args[0], args[1], node, source=node.args[0])


def cast(_t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return args[1] if len(args) == 2 else NotImplemented


def any_all(stop: bool) -> Shape:
    def shape(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
        from tiphys.tracing.facts import truth_of

        if len(args) != 1 or not is_iterable(t, args[0]):
            return NotImplemented
        if is_stream(args[0]) or isinstance(args[0], Generator):
            return consumed(t, args, keywords, node)
        truths = [truth_of(t, item) for item in collect(t, args[0], node)]
        if stop in truths and None not in truths[: truths.index(stop)]:
            return stop
        return NotImplemented if None in truths else not stop

    return shape


SHAPES: dict[Any, Shape] = {
    len: length, bool: truth, list: walking(list, to_list), tuple: walking(tuple, to_tuple),
    set: walking(set, to_set), dict: to_dict, deque: to_deque, OrderedDict: to_ordered, defaultdict: to_default,
    enumerate: enumerated, itertools.count: endless,
    itertools.cycle: cycled, zip: zipped, reversed: walking(reversed, backwards), iter: iterated, next: following,
    map: mapped, filter: filtered, isinstance: instance_of, type: class_asked, functools.partial: partial,
    getattr: fetched,
    dataclasses.replace: copied_with, Resources: resources,
    copy.copy: copied, functools.wraps: wraps, functools.update_wrapper: wrapper,
    typing.cast: cast, sum: consumed, max: consumed, min: consumed, sorted: consumed, any: any_all(stop=True),
    all: any_all(stop=False), frozenset: consumed,
}  # fmt: skip
WALKS = frozenset((
    list, tuple, set, frozenset, deque, enumerate, zip, reversed, iter, map, filter, sum, max, min, sorted, any, all,
))  # fmt: skip
"""Those that go over what they are given."""
