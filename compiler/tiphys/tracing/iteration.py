"""Iterating over any value, one item at a time; generators run inside their consumer; rounds of loops of run time."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Ref
from tiphys.tracing import inference
from tiphys.tracing.calls import call_user, raising
from tiphys.tracing.closures import fan_out, reaches_task, run_body
from tiphys.tracing.completions import Ended
from tiphys.tracing.glue import at, replaced
from tiphys.tracing.source import is_user_code
from tiphys.tracing.state import Box, ChoiceC, DictC, IteratorC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import (
    Captured,
    Closure,
    Frame,
    Generator,
    Hole,
    NeedsKnown,
    NotKnown,
    NotTraceable,
    Poisoned,
    Raised,
    Special,
    TupleV,
    Unknown,
)
from tiphys_runtime.objects import count_of, item_at

Give = Callable[[Any], Any]

ITERATORS = (iter, enumerate, zip, map, filter, reversed)
"""What gives an iterator that is gone on with."""


class Stopped(Exception):
    """The consumer of a generator wants no more items."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def opened(t: Tracer, value: Any, node: ast.expr) -> Any:
    """Give what an object of a user's class is iterated over by: what its `__iter__` or `__aiter__` gives."""
    if not isinstance(value, Box) or not isinstance(value.content, ObjectC):
        return value
    cls = value.content.cls
    method = next((found for name in ("__iter__", "__aiter__") if (found := getattr(cls, name, None))), None)
    if not isinstance(method, types.FunctionType) or not is_user_code(method):
        return value
    call = at(ast.Call(func=node, args=[], keywords=[]), node)
    assert isinstance(call, ast.Call)
    found = call_user(t, method, (value,), {}, call)
    if found is value:
        raise t.untraceable(
            "an object that is its own iterator cannot be traced", node, "Let `__iter__` be a generator."
        )
    unknown = t.unknown(found)
    if unknown is None:
        return opened(t, found, node)
    listed = at(ast.Call(func=t.capture(list, "list", node), args=[unknown.tree], keywords=[]), node)
    return t.settle(Unknown(listed, list, unknown.pure, total=False), "items", node)


def iterate(t: Tracer, value: Any, node: ast.expr, give: Give) -> Any:
    """Give each item of a value; ends early, with that, when `give` returns something true."""
    value = opened(t, value, node)
    unknown = t.unknown(value)
    if unknown is not None:
        t.need(unknown)
        raise fan_out(t, node)
    if isinstance(value, Generator):
        return run_generator(t, value, node, give)
    if isinstance(value, Box) and isinstance(value.content, ListC):
        index = 0
        while index < len(listed(value)):
            if result := give(t.lift(listed(value)[index])):
                return result
            index += 1
        return None
    if isinstance(value, Box) and isinstance(value.content, IteratorC):
        while value.content.position < len(value.content.items):
            item = value.content.items[value.content.position]
            t.state.write(value).position += 1
            if result := give(t.lift(item)):
                return result
        return None
    for item in items_of(t, value, node):
        if result := give(t.lift(item)):
            return result
    return None


class Unlisted(Exception):
    """A list that is walked has become a value of run time meanwhile."""


def listed(box: Box) -> list[Any]:
    """Give the items that a list has now. Raises Unlisted."""
    if not isinstance(box.content, ListC):
        raise Unlisted
    return box.content.items


def items_of(t: Tracer, value: Any, node: ast.expr) -> Any:
    """Give the items of a value that is no list, iterator or generator of the orchestrator's."""
    match value:
        case TupleV(items=items):
            return items
        case Box(content=DictC(entries=entries)):
            return list(entries)
        case Box(content=SetC(items=items)):
            return ordered(items)
        case set() | frozenset():
            return ordered(value)
    try:
        native = t.native(value)
    except NotKnown:
        raise t.untraceable("this value cannot be iterated over when the program is compiled", node) from None
    return raising(t, node, iter, native)


def generator(t: Tracer, closure: Closure, frame: Frame, node: ast.AST) -> Generator | None:
    """Make the generator that a call gives; nothing where how many items it gives is known only at run time.

    One that calls no task is tried out, and undone.
    """
    if reaches_task(t, closure):
        return Generator(closure, frame, forks=True)
    mark, names, regions = t.state.mark(), t.names.mark(), t.regions
    found = [False]

    def note(_item: Any) -> None:
        found[0] = found[0] or t.regions > regions

    t.guards += 1
    try:
        run_generator(t, Generator(closure, frame), node, note)
    except NotTraceable:
        return None
    except (ProgramError, Poisoned, Raised, Ended, NeedsKnown):
        pass
    finally:
        t.guards -= 1
        t.state.rollback(mark)
        t.undo_names(names)
    return Generator(closure, frame, forks=found[0])


def is_iterable(t: Tracer, value: Any) -> bool:
    """Say whether a value can be walked now, item by item."""
    if t.unknown(value) is not None:
        return False
    match value:
        case Box(content=ListC() | DictC() | SetC() | IteratorC()) | TupleV() | Generator():
            return True
        case Box() | Closure() | Special():
            return False
    return isinstance(value, list | tuple | dict | set | frozenset | str | bytes | range) or hasattr(value, "__iter__")


def ordered(items: Any) -> list[Any]:
    """Give the items of a set in an order that is the same in every process."""
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=lambda item: (type(item).__name__, repr(item)))


def collect(t: Tracer, value: Any, node: ast.expr) -> list[Any]:
    """Give all items of a value as a list."""
    found: list[Any] = []
    iterate(t, given_by(t, value, node), node, found.append)
    return found


def given_by(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Give what a generator gives that calls tasks or forks, as a list; any other value as it is."""
    if not isinstance(value, Generator) or not value.forks:
        return value
    from tiphys.tracing.rows import whole_of

    made = whole_of(t, value, node)
    if isinstance(made, Box) and isinstance(made.content, ChoiceC):
        mend = "Make a list of it before, in a statement of its own: `jobs = list(...)`."
        raise t.untraceable(f"what `{value.closure.name}` gives is known only at run time", node, mend)
    return made


def run_generator(t: Tracer, generator: Generator, node: ast.AST, give: Give) -> Any:
    """Interpret a generator's body; every `yield` runs the consumer's code in the consumer's frame."""
    begin(t, generator, node)
    consumer = t.frame

    def on_yield(value: Any, _: ast.AST) -> None:
        inner, t.frame = t.frame, consumer
        t.callers.append(inner)
        try:
            result = give(value)
        finally:
            t.callers.pop()
            t.frame = inner
        if result:
            raise Stopped(result)

    generator.frame.on_yield = on_yield
    try:
        run_body(t, generator.closure, generator.frame, node)
    except Stopped as stop:
        return stop.result
    return None


def begin(t: Tracer, generator: Generator, node: ast.AST) -> None:
    """Note that a generator is iterated over."""
    if generator.begun:
        mend = "Make a list of it: `list(...)`."
        raise t.untraceable("a generator can be iterated over only once here", node, mend)
    generator.begun = True


def counted(t: Tracer, iterable: Unknown, node: ast.AST) -> tuple[Unknown, Callable[[Unknown], Unknown]]:
    """Give how many rounds a loop over a runtime value takes, and what gives the item of a round."""
    if not iterable.pure:
        made = at(ast.Call(func=t.capture(list, "list", node), args=[iterable.tree], keywords=[]), node)
        settled = t.unknown(t.settle(Unknown(made, list, pure=False, total=False), "items", node))
        assert settled is not None
        iterable = settled
    base = inference.plain(iterable.type)
    is_sized = base in (list, tuple, str, range, dict, set, frozenset)
    head = t.capture(count_of, "count_of", node)
    tree = at(ast.Call(func=head, args=[iterable.tree], keywords=[]), node)
    count = Unknown(tree, int, pure=True, total=is_sized and iterable.total)
    kind = inference.element(iterable.type) if base is not range else int

    boxes = {ref: box for box in t.sharing.living() if (ref := result_of(box)) is not None}

    def item(index: Unknown) -> Unknown:
        if is_from_zero(iterable.tree):  # a value of its own: a loop cannot carry the number of its round
            return Unknown(at(ast.UnaryOp(op=ast.UAdd(), operand=index.tree), node), int)
        read = t.capture(item_at, "item_at", node)
        now = as_it_is(t, iterable.tree, boxes)
        return Unknown(at(ast.Call(func=read, args=[now, index.tree], keywords=[]), node), kind)

    return count, item


def is_from_zero(tree: ast.expr) -> bool:
    """Say whether an expression gives the numbers from 0: each is that of its round."""
    match tree:
        case ast.Call(func=Hole(value=Captured(value=function)), args=[_], keywords=[]):
            return function is range
    return False


def result_of(box: Box) -> Ref | None:
    """Give the node whose result a runtime value is."""
    return box.content.value.ref if isinstance(box.content, OpaqueC) else None


def lost_count(t: Tracer, node: ast.AST) -> NotTraceable:
    """Build the refusal of an iterator of run time that is kept, and gone on with."""
    mend = "Go over the value itself, or over a list of what the iterator gives: `xs[0]`, `xs[1:]`, `for x in xs`."
    return t.untraceable("how far an iterator over a runtime value is cannot be followed", node, mend)


def is_stream(value: Any) -> bool:
    """Say whether a value is an iterator that the orchestrator made."""
    return isinstance(value, Box) and isinstance(value.content, IteratorC)


def is_kept_iterator(t: Tracer, value: Any, makers: tuple[Any, ...] = ITERATORS) -> bool:
    """Say whether a value is an iterator that run time makes. makers: with what."""
    found = t.unknown(value)
    if found is not None and found.ref is not None:
        found = t.glue.get(found.ref.node)
    match found:
        case Unknown(tree=ast.GeneratorExp()):
            return makers is ITERATORS
        case Unknown(tree=ast.Call(func=Hole(value=Captured(value=function)))):
            return any(function is maker for maker in makers)
    return False


VIEWS = ("items", "keys", "values")
LIVE = (enumerate, zip, reversed, iter)


def walked_itself(tree: ast.expr) -> list[Ref]:
    """List the values that a loop over an expression walks themselves, and no copy of them."""
    match tree:
        case Hole(value=Ref() as ref):
            return [ref]
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in VIEWS:
            return walked_itself(owner)
        case ast.Call(func=Hole(value=Captured(value=function)), args=args) if function in LIVE:
            return [ref for one in args for ref in walked_itself(one)]
        case ast.Attribute(value=owner):
            return walked_itself(owner)
        case ast.Subscript(value=owner, slice=key) if not isinstance(key, ast.Slice):
            return walked_itself(owner)
    return []


def as_it_is(t: Tracer, tree: ast.expr, boxes: dict[Ref, Box]) -> ast.expr:
    """Give an expression over runtime values as these are now: a loop sees the changes that its rounds make."""
    moved = {ref: boxes[ref] for ref in walked_itself(tree) if ref in boxes and result_of(boxes[ref]) != ref}
    if not moved:
        return tree

    def now(ref: Ref, _kind: Any) -> ast.expr:
        return t.tree(moved[ref], tree) if ref in moved else Hole(ref, "v", tree)

    made: ast.expr = replaced(tree, now, None)
    return made
