"""Methods of the lists, dicts, sets and tuples that the orchestrator made: exact while what they look at is known."""

from __future__ import annotations

import ast
from collections import OrderedDict, deque
from typing import Any

from tiphys.tracing import inference, natives
from tiphys.tracing.calls import raising
from tiphys.tracing.deferred import glue_call
from tiphys.tracing.facts import type_of
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import collect, is_iterable
from tiphys.tracing.iterators import iterator
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import Box, DictC, IteratorC, ListC, OpaqueC, SetC
from tiphys.tracing.together import is_alone
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Method, NotKnown, TupleV, Unknown

STRUCTURAL: dict[type, frozenset[str]] = {
    list: frozenset("append insert pop clear copy reverse".split()),
    deque: frozenset("append appendleft insert pop popleft clear copy reverse rotate extend extendleft".split()),
    dict: frozenset("pop clear copy popitem setdefault".split()),
    OrderedDict: frozenset("pop clear copy popitem setdefault move_to_end".split()),
}
"""Methods of containers that look at positions and keys, never at items."""
POSITIONED = frozenset("pop insert rotate".split())
"""Those of them that are given a position first."""
COUNTING = frozenset(("update", "subtract"))
"""Methods of a `Counter` that change its numbers."""


def call_container(t: Tracer, method: Method, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method of a tracked container."""
    box, name = method.receiver, method.name
    if name in natives.MUTATORS:
        from tiphys.tracing.assignment import united

        united(t, box, node)
    content = box.content if isinstance(box, Box) else None
    if isinstance(content, OpaqueC):
        found = call_list(t, method, args, keywords, node)
        return glue_call(t, method, args, keywords, node) if found is NotImplemented else found
    try:
        if isinstance(content, ListC) and name == "extend" and len(args) == 1 and content.is_plain:
            return extend(t, box, args[0], node)
        if isinstance(content, ListC) and name in STRUCTURAL[content.kind.cls]:
            return call_sequence(t, box, content, name, args, node)
        if isinstance(content, DictC) and not (content.is_counter and name in COUNTING):
            return call_dict(t, box, content, name, args, keywords, node)
        return call_copy(t, method, args, keywords, node)
    except NotKnown:
        pass
    return glue_call(t, method, args, keywords, node)


def settled(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Compute what goes into a container."""
    return t.settle(value, "v", node)


def call_sequence(t: Tracer, box: Box, content: ListC, name: str, args: tuple[Any, ...], node: ast.Call) -> Any:
    """Call a method of a list or deque that looks at positions only."""
    if name == "copy":
        return t.state.box(content.like(list(content.items)))
    if name in ("extend", "extendleft"):
        if not is_iterable(t, args[0]):
            raise NotKnown
        given: list[Any] = [collect(t, args[0], node)]
    else:
        given = [t.native(arg) if name in POSITIONED and not index else settled(t, arg, node)
                 for index, arg in enumerate(args)]  # fmt: skip
    shell = content.shell()
    found = raising(t, node, getattr(shell, name), *given)
    t.writable(box, node).items = list(shell)
    return t.lift(found)


def extend(t: Tracer, box: Box, value: Any, node: ast.expr) -> None:
    """Run `list.extend` or `+=`."""
    if is_iterable(t, value):
        items = collect(t, value, node)
        t.writable(box, node).items.extend(items)
        return
    t.writable(box, node)
    left = t.tree(box, node)
    right = at(ast.Call(func=t.capture(list, "list", node), args=[t.tree(value, node)], keywords=[]), node)
    made = at(ast.BinOp(left=left, op=ast.Add(), right=right), node)
    whole = t.unknown(t.settle(Unknown(made, list, total=False), "v", node))
    assert whole is not None
    t.state.replace(box, OpaqueC(whole))


def call_dict(
    t: Tracer, box: Box, content: DictC, name: str, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call
) -> Any:
    """Call a method of a dict; keys are known, values need not be."""
    entries = content.entries
    if name == "items":
        return iterator(t, [t.tuple((key, t.lift(value))) for key, value in entries.items()])
    if name == "keys":
        return iterator(t, list(entries))
    if name == "values":
        return iterator(t, [t.lift(value) for value in entries.values()])
    if name == "get" and 1 <= len(args) <= 2 and t.unknown(args[0]) is not None:
        found = one_or_default(t, entries, args, node)
        if found is not None:
            return found
    if name == "get" and args:
        return t.lift(raising(t, node, entries.get, t.native(args[0]), *args[1:], **keywords))
    if name == "copy":
        return t.state.box(content.like(dict(entries)))
    if name == "update":
        new: dict[Any, Any] = {}
        for arg in args:
            if isinstance(arg, Box) and isinstance(arg.content, DictC):
                new.update(arg.content.entries)
            elif is_iterable(t, arg):
                new.update(
                    {t.native(key): value for key, value in (collect(t, pair, node) for pair in collect(t, arg, node))}
                )
            else:
                raise NotKnown
        t.writable(box, node).entries.update({**new, **keywords})
        return None
    if name in STRUCTURAL.get(content.kind.cls, STRUCTURAL[dict]):
        known = [t.native(arg) if not index else settled(t, arg, node) for index, arg in enumerate(args)]
        words = {word: t.native(value) for word, value in keywords.items()}
        shell = content.shell()
        found = raising(t, node, getattr(shell, name), *known, **words)
        t.writable(box, node).entries = dict(shell)
        return t.tuple(found) if name == "popitem" else t.lift(found)
    if content.is_counter:
        return call_copy(t, Method(box, name), args, keywords, node)
    raise NotKnown


def one_or_default(t: Tracer, entries: dict[Any, Any], args: tuple[Any, ...], node: ast.Call) -> Choice | None:
    """Run `get` on a dict of what is no data, such as tasks, with a key that is known at run time."""
    from tiphys.tracing.data import stays_beside

    key, *default = args
    options = (*(t.lift(value) for value in entries.values()), default[0] if default else None)
    if not any(stays_beside(t, option) for option in options):
        return None
    table = t.capture({name: index for index, name in enumerate(entries)}, "numbers", node)
    head = at(ast.Attribute(value=table, attr="get", ctx=ast.Load()), node)
    last = at(ast.Constant(len(entries)), node)
    call = at(ast.Call(func=head, args=[t.tree(key, node), last], keywords=[]), node)
    number = t.expression(t.settle(Unknown(call, int, total=False), "which", node))
    return Choice(number, options)


def call_list(t: Tracer, method: Method, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Append to, or extend, a list that is known at run time: a new list, computed wherever it is needed."""
    from tiphys.tracing.assignment import renew

    box = method.receiver
    kind = box.content.value.type
    if inference.plain(kind) is not list or method.name not in ("append", "extend") or len(args) != 1 or keywords:
        return NotImplemented
    if not is_alone(t, box):
        return NotImplemented
    item = t.tree(settled(t, args[0], node), node)
    if method.name == "extend":
        item = at(ast.Starred(value=item, ctx=ast.Load()), node)
    old = at(ast.Starred(value=t.tree(box, node), ctx=ast.Load()), node)
    total = method.name == "append" or inference.plain(type_of(t, args[0])) in inference.SIZED
    tree = at(ast.List(elts=[old, item], ctx=ast.Load()), node)
    if not total:
        made = t.expression(t.settle(Unknown(tree, kind, pure=False, total=False), "changed", node))
        t.state.replace(box, OpaqueC(Unknown(made.tree, kind)))
        return None
    renew(t, box, tree, kind, node, [args[0]])
    return None


def call_batch(t: Tracer, method: Method, args: tuple[Any, ...], node: ast.Call) -> Any:
    """Append coroutines to, or extend, a list of them of which the length is known only at run time."""
    box = method.receiver
    match method.name, args:
        case "append", (value,):
            t.state.write(box).items.append(value)
        case "extend", (Box(content=BatchC(items=items) | ListC(items=items)),):
            t.state.write(box).items.extend(items)
        case _:
            mend = "Await them first: `results = await asyncio.gather(*tasks)`."
            raise t.untraceable("how many tasks this list holds is known only at run time", node, mend)


def call_copy(t: Tracer, method: Method, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method natively on a copy of a container that is wholly known, and keep what became of the copy."""
    box = method.receiver
    inside = [(t.native(item), item) for item in box.content.items] if is_list(box) else []
    copy: Any = [one for one, _ in inside] if inside else t.native(box)
    known = [function_of(t, arg) for arg in args], {key: function_of(t, value) for key, value in keywords.items()}
    result = raising(t, node, getattr(copy, method.name), *known[0], **known[1])
    if isinstance(box, Box) and (method.name in natives.MUTATORS or method.name in COUNTING):
        t.writable(box, node)
        match box.content:
            case ListC():
                same = {id(one): item for one, item in inside}
                t.state.replace(box, box.content.like([same.get(id(one), one) for one in copy]))
            case SetC():
                t.state.replace(box, SetC(copy))
            case DictC(is_counter=True):
                t.state.replace(box, box.content.like(dict(copy)))
            case IteratorC() | DictC():
                raise NotKnown
    return t.fresh(result) if not isinstance(box, TupleV) else t.lift(result)


def is_list(value: Any) -> bool:
    """Say whether a value is a tracked list."""
    return isinstance(value, Box) and isinstance(value.content, ListC) and value.content.is_plain


def function_of(t: Tracer, value: Any) -> Any:
    """Give a native argument; a function of the orchestrator's is made real, if it depends on nothing unknown."""
    from tiphys.tracing.realise import real_function

    return real_function(t, value)
