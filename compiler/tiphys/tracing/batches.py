"""Loops over runtime values whose rounds only make coroutines: tried out on one round, and taken for a `Many`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiphys.ir import Glue, Literal, Ref
from tiphys.tracing import inference
from tiphys.tracing.fan_out import Many
from tiphys.tracing.forks import is_repeatable
from tiphys.tracing.glue import at
from tiphys.tracing.jobs import grow, is_job, jobs_in
from tiphys.tracing.names import variables
from tiphys.tracing.pending import BatchC, GroupC, KeyedC, PendingC, RanC, Status
from tiphys.tracing.probes import ROUND, Probe, name_of_round, of_round, rounds, try_round
from tiphys.tracing.reach import names_reached
from tiphys.tracing.regions import is_free
from tiphys.tracing.source import scope_of
from tiphys.tracing.state import Box, ChoiceC, Content, DictC, FrameC, ListC
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Choice, Closure, Frame, Hole, TupleV, Unknown


def batched(t: Tracer, work: Callable[[Unknown], Any], count: Unknown | int, node: ast.AST) -> bool:
    """Take a loop whose rounds only append coroutines to a list for one that makes them; False where it does more."""
    index = ROUND
    probe = try_round(t, work, Unknown(Hole(index, "i", node), int))
    if probe is None or not probe.computes:
        return False
    lists = {box: pair for box, pair in probe.changes.items() if not isinstance(pair[1], FrameC)}
    for box, (_, after) in list(lists.items()):
        if isinstance(after, PendingC | GroupC | RanC):
            del lists[box]
    sizes = {box: found for box, pair in lists.items() if (found := appending(*pair)) is not None}
    if not lists or len(sizes) < len(lists):
        return False
    if any(sum(sizes[box]) > 1 and not all(map(is_job, items_of(after))) for box, (_, after) in lists.items()):
        return False  # one of several tuples and the like
    is_picked = any(isinstance(after, ChoiceC) or sizes[box] != [1] for box, (_, after) in lists.items())
    if is_picked and not all(is_repeatable(t, item) for item in probe.nodes):
        return False  # it is computed twice: to count the coroutines, and where each is made
    check_bound(t, probe, node)
    made: dict[Box, Many] = {}
    for box, (_, after) in lists.items():
        rows: Unknown | None = None
        size = count
        if isinstance(after, ChoiceC) or sizes[box] != [1]:
            number = after.number if isinstance(after, ChoiceC) else Unknown(at(ast.Constant(0), node), int)
            size, rows = picked(t, probe, number, sizes[box], index, count, node)
        make = maker(t, box, work, rows, tuple(lists), node)
        if rows is None:
            make = beforehand(t, probe, make, count, node)
        made[box] = Many(size, make, "gather", node, frozenset(lists))
    for box, many in made.items():
        after = lists[box][1]
        t.state.replace(box, (KeyedC if isinstance(after, KeyedC) else BatchC)(begun_with(box.content)))
        grow(t, box, many, items_of(after)[-1])
    return True


def check_bound(t: Tracer, probe: Probe, node: ast.AST) -> None:
    """Refuse coroutines that read, when they run, what the last round has set: each finds its own round."""
    before, after = probe.changes.get(t.frame.box, (t.frame.box.content,) * 2)
    assert isinstance(before, FrameC)
    assert isinstance(after, FrameC)
    made = {name for name, value in after.names.items() if before.names.get(name) is not value}
    for closure in after.names.values():
        if not isinstance(closure, Closure) or not isinstance(closure.node, ast.AsyncFunctionDef):
            continue
        late = (names_reached(closure.node) & made) - scope_of(closure.node).locals - {closure.node.name}
        if late and closure.native is None and closure.node.name in names_reached(node):
            name = min(late)
            what = f"`{closure.name}` reads `{name}` when it runs, and that is when the loop is through"
            raise t.refuse(what, closure.node, f"Give it the value as an argument: `{closure.name}({name})`.")


def appending(before: Content, after: Content) -> list[int] | None:
    """Count the coroutines that each of its ways appends to a list; None if a round does something else."""
    if isinstance(after, ChoiceC):
        sizes = [size for one in after.contents if (size := grown(before, one)) is not None]
        return sizes if len(sizes) == len(after.contents) and any(sizes) else None
    size = grown(before, after)
    return [size] if size else None


def grown(before: Content, after: Content) -> int | None:
    """Count the coroutines by which a list has grown; None if something else has happened to it."""
    if not isinstance(before, ListC | DictC | BatchC) or not isinstance(after, ListC | BatchC):
        return None
    held = begun_with(before)
    more = after.items[len(held) :]
    if isinstance(before, DictC):  # its pairs are made anew
        same = isinstance(after, KeyedC) and len(after.items) > len(held)
    else:
        same = all(one is other for one, other in zip(held, after.items, strict=False))
    return len(more) if same and all(jobs_in(item) for item in more) else None


def begun_with(content: Content) -> list[Any]:
    """List what a list holds, or the pairs of a dict, as far as they are known."""
    if isinstance(content, DictC):
        return [TupleV(pair) for pair in content.entries.items()]
    assert isinstance(content, ListC | BatchC)
    return list(content.items)


KIND = "kind_"
"""What the number of one of all that the ways of a round append is called there."""


def picked(
    t: Tracer, probe: Probe, number: Unknown, sizes: list[int], index: Ref, count: Unknown | int, node: ast.AST
) -> tuple[Unknown, Unknown]:
    """Give how many coroutines the rounds append, and a list that has for each the number of its round.

    Where one of several kinds is appended, or one round appends several, its items are pairs: the number of the round
    and which of all that the ways of a round append it is.
    """
    if sum(sizes) == 1:
        wanted = at(ast.Constant(sizes.index(1)), node)
        test = at(ast.Compare(left=number.tree, ops=[ast.Eq()], comparators=[wanted]), node)
        condition = of_round(t, probe, test, index, node)
        tree = at(ast.ListComp(elt=name_of_round(node), generators=[rounds(t, count, node, condition)]), node)
    else:
        ends = [sum(sizes[: one + 1]) for one in range(len(sizes))]
        table = Hole(
            Literal([list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]), "kinds", node
        )
        read = at(ast.Subscript(value=table, slice=number.tree, ctx=ast.Load()), node)
        kinds = of_round(t, probe, read, index, node)
        kind = at(ast.Name(id=KIND, ctx=ast.Load()), node)
        pair = at(ast.Tuple(elts=[name_of_round(node), kind], ctx=ast.Load()), node)
        inner = ast.comprehension(target=at(ast.Name(id=KIND, ctx=ast.Store()), node), iter=kinds, ifs=[], is_async=0)
        tree = at(ast.ListComp(elt=pair, generators=[rounds(t, count, node), inner]), node)
    made = t.expression(t.settle(Unknown(tree, list), "rows", node))
    length = at(ast.Call(func=t.capture(len, "len", node), args=[made.tree], keywords=[]), node)
    return Unknown(length, int), Unknown(made.tree, int if sum(sizes) == 1 else tuple)


def beforehand(
    t: Tracer, probe: Probe, make: Callable[[Unknown], Any], count: Unknown | int, node: ast.AST
) -> Callable[[Unknown], Any]:
    """Compute what making coroutines computes, where that may raise, for all of them before the first one runs."""
    risky = [item for item in probe.nodes if not is_free(item)]
    if not risky:
        return make
    held: list[ast.expr] = [Hole(Ref(item.name), "v", node) for item in risky]
    last = at(ast.Tuple(elts=held, ctx=ast.Load()), node)
    row = of_round(t, probe, last, ROUND, node)
    tree = at(ast.ListComp(elt=row, generators=[rounds(t, count, node)]), node)
    pure = all(item.code.pure for item in probe.nodes)
    made = t.unknown(t.settle(Unknown(tree, list, pure, total=False), "rows", node))
    assert made is not None
    known = made

    def read(index: Unknown) -> Any:
        """Make a coroutine; what was computed for its round is read."""
        first, frontier, begun = len(t.state.nodes), t.state.frontier, len(t.state.pending)
        one = make(index)
        nodes = t.state.nodes[first:]
        del t.state.nodes[first:]
        t.state.frontier = frontier
        for box in (*t.state.pending[begun:], *t.state.ready):
            if isinstance(box.content, PendingC) and any(item.name in box.content.start for item in nodes):
                t.state.write(box).start = frontier
        numbers = iter(range(len(risky)))
        for item in nodes:
            if is_free(item):
                t.state.nodes.append(item)
                continue
            assert isinstance(item, Glue)
            number = next(numbers)
            items = at(ast.Subscript(value=known.tree, slice=index.tree, ctx=ast.Load()), node)
            value = at(ast.Subscript(value=items, slice=at(ast.Constant(number), node), ctx=ast.Load()), node)
            t.emit_glue(item.name, Unknown(value, item.type), node)
        return one

    return read


def maker(
    t: Tracer, box: Box, work: Callable[[Unknown], Any], rows: Unknown | None, boxes: tuple[Box, ...], node: ast.AST
) -> Callable[[Unknown], Any]:
    """Make what gives a coroutine of one list, as things stand now. boxes: all the lists that a round appends to."""
    frame = t.frame
    held = new_frame(t.state, dict(variables(frame)))
    shown = Frame(held, frame.scope, frame.parent, frame.globals, frame.cells, frame.file, frame.title, frame.notes)

    def make(number: Unknown) -> Any:
        row = None
        if rows is not None:
            row = at(ast.Subscript(value=rows.tree, slice=number.tree, ctx=ast.Load()), node)
            is_pair = inference.plain(rows.type) is tuple
            number = Unknown(item_tree(row, 0) if is_pair else row, int)

        def one() -> Any:
            before = {one: one.content for one in boxes}
            for one in boxes:
                t.state.replace(one, DictC({}) if isinstance(one.content, KeyedC | DictC) else ListC([]))
            t.holding += 1
            try:
                work(number)
            finally:
                t.holding -= 1
            appended = {one: items_of(one.content) for one in boxes}
            for one, content in before.items():
                t.state.replace(one, content.copy())
            options = appended.pop(box)
            others = {id(job) for items in appended.values() for item in items for job in jobs_in(item)}
            t.state.pending[:] = [item for item in t.state.pending if id(item) not in others]
            t.state.ready = tuple(item for item in t.state.ready if id(item) not in others)
            for option in options:
                unscheduled(t, option)
            if len(options) == 1 or row is None:
                return options[0]
            return Choice(t.expression(t.settle(Unknown(item_tree(row, 1), int), "kind", node)), options)

        return within(t, shown, one)

    return make


def items_of(content: Content) -> tuple[Any, ...]:
    """List all that the ways of a round have appended."""
    contents = content.contents if isinstance(content, ChoiceC) else (content,)
    return tuple(item for one in contents if isinstance(one, ListC | DictC | BatchC) for item in begun_with(one))


def unscheduled(t: Tracer, value: Any) -> None:
    """Let tasks that one of several ways has started, which is undone, begin when they are awaited."""
    if isinstance(value, Choice):
        for option in value.options:
            unscheduled(t, option)
        return
    for job in jobs_in(value):
        content = job.content if isinstance(job, Box) else None
        if isinstance(content, PendingC) and content.status is Status.SCHEDULED and job not in t.state.ready:
            content = t.state.write(job)
            content.status, content.taken = Status.CREATED, False


def item_tree(row: ast.expr, index: int) -> ast.expr:
    """Read an item of a pair."""
    return at(ast.Subscript(value=row, slice=at(ast.Constant(index), row), ctx=ast.Load()), row)


def within(t: Tracer, frame: Frame, work: Callable[[], Any]) -> Any:
    """Interpret in another frame."""
    outer, t.frame = t.frame, frame
    t.callers.append(outer)
    try:
        return work()
    finally:
        t.callers.pop()
        t.frame = outer
