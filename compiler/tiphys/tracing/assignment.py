"""Assignment to names, items, attributes and patterns of them."""

from __future__ import annotations

import ast
import inspect
import operator
import typing
from collections import Counter
from collections.abc import Callable
from typing import Any

from tiphys.tracing import inference, natives
from tiphys.tracing.calls import raising
from tiphys.tracing.containers import call_container, extend
from tiphys.tracing.deferred import is_container
from tiphys.tracing.facts import mix, type_of
from tiphys.tracing.glue import at
from tiphys.tracing.keyed import put
from tiphys.tracing.names import store
from tiphys.tracing.state import Box, DictC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.together import Change, Gives, change, is_alone
from tiphys.tracing.tracer import Tracer, annotation_of
from tiphys.tracing.values import (
    Captured,
    Choice,
    Hole,
    Method,
    NotKnown,
    Raised,
    TupleV,
    Unknown,
    is_frozen,
    is_immutable,
)


def assign(t: Tracer, target: ast.expr, value: Any) -> None:
    """Bind a value to a target."""
    from tiphys.tracing.iteration import is_kept_iterator, lost_count

    match target:
        case ast.Name(id=name):
            if is_kept_iterator(t, value, (iter,)):
                raise lost_count(t, target)
            store(t, name, t.settle(value, name, target), target)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for item, one in zip(targets, unpack(t, value, targets, target), strict=True):
                assign(t, item.value if isinstance(item, ast.Starred) else item, one)
        case ast.Subscript():
            from tiphys.tracing.expressions import evaluate

            assign_item(t, evaluate(t, target.value), evaluate(t, target.slice), value, target)
        case ast.Attribute():
            from tiphys.tracing.expressions import evaluate

            assign_attribute(t, evaluate(t, target.value), target.attr, value, target)
        case _:
            raise t.untraceable("this cannot be assigned to", target)


def unpack(t: Tracer, value: Any, targets: list[ast.expr], node: ast.expr) -> list[Any]:
    """Take a value apart: exactly where its length is known, else by glue that checks it as Python does."""
    from tiphys.tracing.choices import decide
    from tiphys.tracing.iteration import collect
    from tiphys_runtime.objects import unpack as unpack_native

    if isinstance(value, Choice):
        whole = decide(t, value, lambda option: t.tuple(unpack(t, option, targets, node)), node)
        return list(whole.items) if isinstance(whole, TupleV) else unpack(t, whole, targets, node)
    star = next((index for index, item in enumerate(targets) if isinstance(item, ast.Starred)), None)
    before, after = (len(targets), -1) if star is None else (star, len(targets) - star - 1)
    unknown = t.unknown(value)
    if unknown is None:
        items = raising(t, node, unpack_native, collect(t, value, node), before, after)
        return [t.state.box(ListC(item)) if index == star else item for index, item in enumerate(items)]
    parts = typing.get_args(unknown.type) if inference.plain(unknown.type) is tuple else ()
    names = getattr(inference.plain(unknown.type), "_fields", None)
    if names is not None and star is None and len(names) == len(targets):
        hints = typing.get_type_hints(inference.plain(unknown.type))
        parts = tuple(hints.get(name, Any) for name in names)
    if len(parts) == len(targets) and star is None and ... not in parts:
        whole = t.settle(value, "v", node)
    else:
        head = Hole(Captured(unpack_native), "unpack", node)
        numbers = [at(ast.Constant(count), node) for count in (before, after)]
        taken = at(ast.Call(func=head, args=[t.tree(value, node), *numbers], keywords=[]), node)
        whole = t.settle(Unknown(taken, tuple, unknown.pure, total=False), "unpacked", node)
        parts = (Any,) * len(targets)
    source = t.unknown(whole)
    assert source is not None
    read = []
    for index, kind in enumerate(parts):
        slot = at(ast.Constant(index), node)
        tree = at(ast.Subscript(value=source.tree, slice=slot, ctx=ast.Load()), node)
        if index == star:  # a new list, whatever it was taken from
            read.append(t.settle(Unknown(tree, list), "rest", node))
        else:
            read.append(Unknown(tree, kind))
    return read


def assign_item(t: Tracer, owner: Any, key: Any, value: Any, node: ast.Subscript) -> None:
    """Run `owner[key] = value`."""
    value = t.settle(value, "v", node)
    united(t, owner, node)
    content = owner.content if isinstance(owner, Box) else None
    try:
        if isinstance(content, ListC):
            known = t.native(key)
            new = t.native_items(value) if isinstance(known, slice) else value
            raising(t, node, operator.setitem, t.writable(owner, node).items, known, new)
            return
        if isinstance(content, DictC):
            raising(t, node, operator.setitem, t.writable(owner, node).entries, t.native(key), value)
            return
    except NotKnown:
        pass
    if put(t, owner, key, value):
        return
    if isinstance(content, ListC | DictC) or t.unknown(owner) is not None:
        change_opaque(t, owner, "__setitem__", [key, value], node)
        return
    if isinstance(content, ObjectC):
        raise t.untraceable("item assignment on an object of the user's cannot be traced", node)
    raise t.refuse("an orchestrator cannot change this value: it belongs to the module, or cannot be changed", node)


def assign_attribute(t: Tracer, owner: Any, name: str, value: Any, node: ast.Attribute) -> None:
    """Run `owner.name = value`."""
    from tiphys.tracing.objects import has_place

    value = t.settle(value, name, node)
    united(t, owner, node)
    content = owner.content if isinstance(owner, Box) else None
    if isinstance(content, ObjectC):
        if is_frozen(content.cls):
            raising(t, node, setattr, object.__new__(content.cls), name, None)
        if isinstance(inspect.getattr_static(content.cls, name, None), property):
            raise t.untraceable(f"`{name}` is a property, and assigning to one cannot be traced", node)
        if not has_place(content.cls, name):
            text = f"{content.cls.__name__!r} object has no attribute {name!r}"
            raise Raised(AttributeError(text), t.span(node))
        t.writable(owner, node).fields[name] = value
    elif t.unknown(owner) is not None:
        change_opaque(t, owner, "__setattr__", [name, value], node)
    else:
        mend = "Build a changed copy instead, for example with `dataclasses.replace`."
        raise t.refuse("an orchestrator cannot change an object that was made outside of it", node, mend)


def united(t: Tracer, value: Any, node: ast.AST) -> None:
    """Let a container that is about to change be one of run time, if something else of run time may hold it."""
    if isinstance(value, Box) and value in t.sharing.embedded and value not in t.outside:
        is_tracked = isinstance(value.content, ListC | DictC | SetC | ObjectC)
        if is_tracked and not is_alone(t, value):
            change(t, Unknown(at(ast.Constant(None), node), type(None)), Change([value], [], deep=False), node)


def change_opaque(t: Tracer, owner: Any, method: str, args: list[Any], node: ast.expr) -> None:
    """Change a runtime value in place: from now on it is what the change made of it."""
    kind = type_of(t, owner)
    old = t.tree(owner, node)
    is_plain = method == "__setitem__" and inference.plain(kind) is dict and type_of(t, args[0]) in PLAIN_KEYS
    if is_plain and isinstance(owner, Box) and is_alone(t, owner):
        # a new dict instead of a change: it can be computed wherever it is needed
        keys: list[ast.expr | None] = [None, t.tree(args[0], node, "key")]
        values = [old, t.tree(args[1], node, "value")]
        renew(t, owner, at(ast.Dict(keys=keys, values=values), node), kind, node, args)
        return
    parts = [t.tree(item, node, "key" if index == 0 else "value") for index, item in enumerate(args)]
    head = at(ast.Attribute(value=old, attr=method, ctx=ast.Load()), node)
    made = at(ast.Call(func=head, args=parts, keywords=[]), node)
    is_field = method == "__setattr__"
    deep = not is_field and not is_container(t, kind, method)
    change(t, Unknown(made, type(None)), Change([owner], args, deep, is_field), node)


PLAIN_KEYS = (str, int, bool, float, bytes, type(None))


def renew(t: Tracer, owner: Box, tree: ast.expr, kind: Any, node: ast.AST, values: list[Any]) -> None:
    """Let a runtime value that is changed in place be what an expression makes of it."""
    pure, total = mix(t, [owner, *values])
    made = t.expression(t.settle(Unknown(tree, kind, pure, total), "changed", node))
    t.state.replace(owner, OpaqueC(Unknown(made.tree, kind)))


def delete(t: Tracer, target: ast.expr) -> None:
    """Run `del target`."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.names import load

    match target:
        case ast.Name(id=name):
            load(t, ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target))
            t.state.write(t.frame.box).names.pop(name, None)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for item in targets:
                delete(t, item)
        case ast.Subscript():
            owner, key = evaluate(t, target.value), evaluate(t, target.slice)
            united(t, owner, target)
            content = owner.content if isinstance(owner, Box) else None
            try:
                if isinstance(content, ListC | DictC):
                    known, inner = t.native(key), t.writable(owner, target)
                    items = inner.items if isinstance(content, ListC) else inner.entries
                    if isinstance(content, DictC) and content.is_counter and known not in items:
                        return  # a Counter lacks nothing
                    raising(t, target, operator.delitem, items, known)
                    return
            except NotKnown:
                pass
            if isinstance(content, ListC | DictC) or t.unknown(owner) is not None:
                change_opaque(t, owner, "__delitem__", [key], target)
            else:
                raise t.refuse("an orchestrator cannot change this value", target)
        case _:
            raise t.untraceable("this cannot be deleted in an orchestrator", target)


def augmented(t: Tracer, node: ast.AugAssign) -> None:
    """Run `target += value`: a list or set changes in place, everything else is assigned anew."""
    from tiphys.tracing.expressions import evaluate

    target = node.target
    if isinstance(target, ast.Name):
        old = evaluate(t, ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target))
        assign(t, target, augmented_value(t, node, old, evaluate(t, node.value)))
        return
    owner = t.settle(evaluate(t, target.value), "v", target)
    key = evaluate(t, target.slice) if isinstance(target, ast.Subscript) else None
    t.held.append(owner)
    try:
        old = part_of(t, owner, key, target)
        value = evaluate(t, node.value)
        if is_changed_at_once(t, owner, old, node):
            change_part(t, owner, key, part_of(t, owner, key, target), value, node)
            return
        new = augmented_value(t, node, old, value)
    finally:
        t.held.pop()
    if isinstance(target, ast.Subscript):
        assign_item(t, owner, key, new, target)
    else:
        assign_attribute(t, owner, target.attr, new, target)


def part_of(t: Tracer, owner: Any, key: Any, target: ast.Subscript | ast.Attribute) -> Any:
    """Read the item or the attribute that an augmented assignment is about to set."""
    from tiphys.tracing.calls import load_attribute
    from tiphys.tracing.expressions import load_item

    if isinstance(target, ast.Subscript):
        return load_item(t, owner, key, target)
    return load_attribute(t, owner, target.attr, target, source=target.value)


def augmented_value(t: Tracer, node: ast.AugAssign, old: Any, value: Any) -> Any:
    """Compute what an augmented assignment assigns."""
    from tiphys.tracing.operators import binary_values

    new = in_place(t, old, value, node)
    return binary_values(t, node, old, value, node.target, node.value) if new is NotImplemented else new


def is_changed_at_once(t: Tracer, owner: Any, old: Any, node: ast.AugAssign) -> bool:
    """Say whether a part of a runtime value may be changed in place, and is assigned to it again in any case."""
    unknown = t.unknown(old)
    may_change = unknown is not None and not isinstance(old, Box) and not is_immutable(unknown.type)
    is_data = isinstance(owner, Box) and isinstance(owner.content, OpaqueC | ListC | DictC)
    return may_change and is_data and type(node.op) in IN_PLACE


def change_part(t: Tracer, owner: Box, key: Any, old: Any, value: Any, node: ast.AugAssign) -> None:
    """Run `owner[key] += value` on a runtime value, as one change."""
    function, _ = IN_PLACE[type(node.op)]
    head = t.capture(function, function.__name__, node)
    new = at(ast.Call(func=head, args=[t.tree(old, node), t.tree(value, node.value)], keywords=[]), node)
    is_item = isinstance(node.target, ast.Subscript)
    name = t.tree(key, node, "key") if is_item else at(ast.Constant(getattr(node.target, "attr", "")), node)
    method = "__setitem__" if is_item else "__setattr__"
    setter = at(ast.Attribute(value=t.tree(owner, node), attr=method, ctx=ast.Load()), node)
    made = at(ast.Call(func=setter, args=[name, new], keywords=[]), node)
    change(t, Unknown(made, type(None)), Change([owner], [value]), node)


IN_PLACE: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], str]] = {
    ast.Add: (operator.iadd, "extend"), ast.Mult: (operator.imul, "*="), ast.BitOr: (operator.ior, "update"),
    ast.BitAnd: (operator.iand, "intersection_update"), ast.Sub: (operator.isub, "difference_update"),
    ast.BitXor: (operator.ixor, "symmetric_difference_update"),
}  # fmt: skip
"""The operators that change a list, dict or set in place, and the method that does the same."""


def in_place(t: Tracer, old: Any, value: Any, node: ast.AugAssign) -> Any:
    """Run an augmented assignment that changes its target in place; NotImplemented where it makes a new value."""
    made = IN_PLACE.get(type(node.op))
    if made is None:
        return NotImplemented
    united(t, old, node)
    content = old.content if isinstance(old, Box) else None
    function, method = made
    match content:
        case ListC(is_plain=True) if method == "extend":
            extend(t, old, value, node.value)
            return old
        case ListC() if method == "extend":
            return in_place_call(t, old, method, value, node)
        case ListC() if method == "*=":
            shell = raising(t, node, operator.mul, content.shell(), t.native(value))
            t.writable(old, node).items = list(shell)
            return old
        case DictC(is_counter=True) if is_counted(t, old, value, function, node):
            return old
        case DictC(is_counter=True):
            pass
        case DictC() if method == "update":
            return in_place_call(t, old, method, value, node)
        case SetC() if method.endswith("update"):
            return in_place_call(t, old, method, value, node)
        case ObjectC(cls=cls) if hasattr(cls, function.__name__.replace("i", "__i", 1) + "__"):
            raise t.untraceable(f"`{cls.__name__}` changes itself in this operator, which cannot be traced", node)
    unknown = t.unknown(old)
    kind = annotation_of(old) if unknown is None else unknown.type
    if (unknown is None and kind is not Counter) or is_immutable(kind):
        return NotImplemented
    head = t.capture(function, function.__name__, node)
    tree = at(ast.Call(func=head, args=[t.tree(old, node), t.tree(value, node.value)], keywords=[]), node)
    deep = not is_container(t, kind, "update")
    result = change(t, Unknown(tree, Any), Change([old], [value], deep, gives=Gives.ALL), node)
    is_own = inference.plain(kind) in natives.CONTAINERS and isinstance(old, Box)
    return old if is_own else t.settle(result, "changed", node)


def is_counted(t: Tracer, owner: Box, value: Any, function: Callable[[Any, Any], Any], node: ast.AugAssign) -> bool:
    """Run an operator that changes a `Counter` in place, if all that it looks at is known."""
    try:
        made = raising(t, node, function, t.native(owner), t.native(value))
    except NotKnown:
        return False
    t.writable(owner, node)
    t.state.replace(owner, owner.content.like(dict(made)))
    return True


def in_place_call(t: Tracer, owner: Box, method: str, value: Any, node: ast.AugAssign) -> Box:
    """Run the method that does what an operator does in place."""
    call = at(ast.Call(func=node.target, args=[node.value], keywords=[]), node)
    assert isinstance(call, ast.Call)
    call_container(t, Method(owner, method), (value,), {}, call)
    return owner
