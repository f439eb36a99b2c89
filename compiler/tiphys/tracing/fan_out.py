"""Coroutines of which the number is known only at run time, run side by side: loops and comprehensions make them.

A `Many` stands for them in a list (`BatchC`). What makes one of them is interpreted in the region of a `Map`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tiphys.diagnostics import Span
from tiphys.ir import Call, Glue, Input, Literal, Map, Ref, Sub
from tiphys.tracing import inference
from tiphys.tracing.completions import NEVER
from tiphys.tracing.concurrency import Retrace, await_around, await_value, start_ready
from tiphys.tracing.facts import type_of
from tiphys.tracing.glue import at
from tiphys.tracing.loops import Rounds
from tiphys.tracing.merging import taken
from tiphys.tracing.names import chain
from tiphys.tracing.outcomes import outcome
from tiphys.tracing.pending import BatchC, GroupC, PendingC, RanC
from tiphys.tracing.regions import Way, close, inside, is_free, label_of, note_awaited
from tiphys.tracing.state import Box, Content, FrameC, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Hole, Method, Unknown
from tiphys_runtime.objects import UNBOUND, from_lanes, passed, rounds_of


@dataclass(eq=False)
class Many:
    """Coroutines, tasks or futures, or what holds some: as many as `count` says. make: gives one, inside a region."""

    count: Unknown | int
    make: Callable[[Unknown], Any]
    title: str
    node: ast.AST
    touched: frozenset[Box] = frozenset()
    """What making one seems to change, and does not."""
    where: Span | None = None
    """Where they were made, if that is not the node."""
    jobs: int = 0
    """How many coroutines each of them holds; 0: it is one itself."""
    like: Any = None
    """One of them, tried out: what holds the coroutines."""
    rows: Any = None
    """The runtime values that tasks are held with: a list of lists."""
    begun: bool = False
    """They are tasks, which run from the moment they are made."""
    epoch: int = 0
    """When they were made."""
    ran: Box | None = None
    """How they ended (`RanC`), of tasks; all that stand for them share it."""

    @property
    def values(self) -> Any:
        """The list of what they gave, once they have run; of what holds several, lists."""
        return self.ran.content.values if self.ran is not None else None


@dataclass(eq=False)
class Lanes:
    """How many items of a map may run at a time, as far as its region has told."""

    epoch: int
    limits: list[Unknown | int]


def run_many(
    t: Tracer, many: Many, *, limit: Unknown | int | None = None, keeps_errors: bool = False, is_limited: bool = False
) -> Unknown:
    """Run them all side by side; gives the list of what they give. is_limited: they are as few as may run at a time."""
    if many.values is not None:
        return values_of(t, many, keeps_errors=keeps_errors)
    if many.begun and t.repeats and many.epoch < t.repeats[-1]:
        raise Retrace(many.where, early=True)
    values = started(t, many, limit=limit, keeps_errors=keeps_errors, is_limited=is_limited)
    if many.begun and many.ran is not None:
        t.state.replace(many.ran, RanC(t.boxed(values), keeps=keeps_errors, done_at=t.state.epoch))
    return values


def started(t: Tracer, many: Many, *, limit: Unknown | int | None, keeps_errors: bool, is_limited: bool) -> Unknown:
    """Record the map that runs them."""
    start_ready(t)
    before = t.state.frontier
    if isinstance(many.count, int) and many.count == 0:
        return Unknown(t.tree(t.state.box(ListC([])), many.node), list)
    count = t.to_atom(many.count, "n", many.node)
    if isinstance(count, Literal):
        count = t.to_atom(t.settle(Unknown(Hole(count, "n", many.node), int), "n", many.node), "n", many.node)
    assert isinstance(count, Ref)
    mark = t.names.mark()
    name = t.names.allocate("map")
    index = t.names.allocate("i")
    t.types[Ref(index)] = int
    lanes = Lanes(t.state.next_epoch, [] if limit is None else [limit])
    t.lanes.append(lanes)
    t.repeats.append(lanes.epoch)
    try:
        way = taken(t, lambda: item_value(t, many, Ref(index)), many.node)
    finally:
        t.repeats.pop()
        t.lanes.pop()
    runtime = [one for one in lanes.limits if isinstance(one, Unknown)]
    needs_lanes = bool(runtime) and not is_limited
    if keeps_errors and (needs_lanes or not is_one_call(way)):
        t.undo_names(mark)
        return started(t, tried(t, many), limit=limit, keeps_errors=False, is_limited=is_limited)
    if needs_lanes:
        return in_lanes(t, many, runtime[0])
    check_changes(t, way, many)
    await_around(t, way, many.node)
    note_awaited(t, way)
    with inside(t, way):
        value = None if way.done is NEVER else way.done
        kind = type_of(t, value)
        atom = t.to_atom(value, "item", many.node)
    where = t.span(many.node)
    base = f"{t.title}.{name}"
    closed = close(t, f"{base}.item", way, (atom,), where)
    reads: dict[str, Ref] = {label: ref for label, ref in closed.reads.items() if ref != Ref(index)}
    reads[label_of(count)] = count
    arguments = tuple((label, Ref(label)) for label in closed.reads)
    inputs = tuple(Input(label, t.types.get(ref, Any), where) for label, ref in reads.items())
    body = Sub("it", closed.graph.name, arguments, object, (), where)
    known = [one for one in lanes.limits if isinstance(one, int)]
    t.program.graphs[base] = Map(
        base, inputs, Ref(label_of(count)), index, body, where, min(known, default=None), keeps_errors, many.title
    )
    t.call(Sub(name, base, tuple(reads.items()), object, tuple(dict.fromkeys((*before, *closed.after))), where))
    result = inference.collection(list, kind) if isinstance(kind, type) else list
    t.types[Ref(name)] = result
    return Unknown(Hole(Ref(name), many.title, many.node), result)


def item_value(t: Tracer, many: Many, index: Ref) -> Any:
    """Make one of them, and await it."""
    made = many.make(Unknown(Hole(index, "i", many.node), int))
    return await_value(t, made, many.node)


def is_one_call(way: Way) -> bool:
    """Say whether nothing but one pod can fail, that of a task: it tells its exception in the place of its result."""
    risks = [node for node in way.nodes if not is_free(node)]
    if not risks or not isinstance(risks[-1], Call) or not all(isinstance(node, Glue) for node in risks[:-1]):
        return False
    call = risks[-1]
    runs_glue = call.keyed is None and call.task.beside is None and call.task.resource is None
    return runs_glue or len(risks) == 1


def tried(t: Tracer, many: Many) -> Many:
    """Let each of them give its exception as a value."""
    return replace(many, make=lambda index: outcome(t, many.make(index), many.node))


def assigned(before: Content | None, after: FrameC) -> bool:
    """Say whether a variable of a frame was set anew."""
    held = before.names if isinstance(before, FrameC) else {}
    return any(held.get(name, UNBOUND) is not value for name, value in after.names.items())


def check_changes(t: Tracer, way: Way, many: Many) -> None:
    """Refuse items that change something around them: which of them comes first is not known."""
    own = {frame.box for frame in chain(t.frame)}
    for box, content in way.changes.items():
        if isinstance(content, PendingC | GroupC | RanC | BatchC) or box in many.touched:
            continue
        if isinstance(content, FrameC) and not (box in own and assigned(box.content, content)):
            continue
        mend = "Return a value from each, and put them together from the list that `gather` gives."
        raise t.untraceable("these run side by side, and each changes a value that they share", many.node, mend)


def in_lanes(t: Tracer, many: Many, limit: Unknown) -> Unknown:
    """Run as many at a time as a runtime value says: in so many lanes, each of which goes on with every so-manieth."""
    from tiphys.tracing.containers import call_container

    node = many.node
    total = t.settle(many.count, "n", node) if isinstance(many.count, Unknown) else many.count
    size = t.tree(total, node, "n", constant=True)
    width_tree = at(
        ast.Call(func=t.capture(min, "min", node), args=[at(ast.Call(func=t.capture(max, "max", node), args=[
            limit.tree, at(ast.Constant(1), node)], keywords=[]), node), size], keywords=[]), node)  # fmt: skip
    width = t.settle(Unknown(width_tree, int), "lanes", node)
    assert isinstance(width, Unknown)

    def make(lane: Unknown) -> Any:
        return t.state.box(PendingC(lambda: rounds(lane), many.title, t.span(node), reusable=False))

    def rounds(lane: Unknown) -> Any:
        found = t.state.box(ListC([]))
        head = t.capture(rounds_of, "rounds_of", node)
        count = at(ast.Call(func=head, args=[size, width.tree, lane.tree], keywords=[]), node)

        def work(index: Unknown) -> None:
            step = at(ast.BinOp(left=index.tree, op=ast.Mult(), right=width.tree), node)
            number = Unknown(at(ast.BinOp(left=lane.tree, op=ast.Add(), right=step), node), int)
            value = await_value(t, many.make(number), node)
            call = at(ast.Call(func=at(ast.Name(id="append", ctx=ast.Load()), node), args=[], keywords=[]), node)
            call_container(t, Method(found, "append"), (value,), {}, call)

        t.held.append(found)
        try:
            Rounds(t, node, "loop", work, count=Unknown(count, int)).run()
        finally:
            t.held.pop()
        return found

    lanes = run_many(t, Many(width, make, many.title, node), is_limited=True)
    tree = at(ast.Call(func=t.capture(from_lanes, "from_lanes", node), args=[lanes.tree, size], keywords=[]), node)
    return Unknown(tree, list, total=False)


def many_values(t: Tracer, many: Many, *, keeps_errors: bool = False) -> Box:
    """Give a future of the list of what they give."""
    return t.state.box(
        PendingC(lambda: run_many(t, many, keeps_errors=keeps_errors), many.title, t.span(many.node), reusable=True)
    )


def values_of(t: Tracer, many: Many, *, keeps_errors: bool) -> Unknown:
    """Give what they gave, once they have run. keeps_errors: their exceptions are values."""
    assert many.ran is not None
    values, keeps = t.expression(many.values), many.ran.content.keeps
    if keeps is None or keeps_errors == keeps:
        return values
    if keeps_errors:
        raise Retrace(many.where)
    name = at(ast.Name(id="one_", ctx=ast.Load()), many.node)
    given = at(ast.Call(func=t.capture(passed, "passed", many.node), args=[name], keywords=[]), many.node)
    target = at(ast.Name(id="one_", ctx=ast.Store()), many.node)
    every = ast.comprehension(target=target, iter=values.tree, ifs=[], is_async=0)
    return Unknown(at(ast.ListComp(elt=given, generators=[every]), many.node), list, total=False)
