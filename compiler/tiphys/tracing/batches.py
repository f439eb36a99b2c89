"""Loops over runtime values whose rounds only make coroutines: tried out on one round, and taken for a `Many`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Glue, Literal, Ref
from tiphys.tracing import inference
from tiphys.tracing.completions import Ended, Exit, exits_of
from tiphys.tracing.fan_out import Many
from tiphys.tracing.forks import is_repeatable
from tiphys.tracing.glue import at, replaced
from tiphys.tracing.names import variables
from tiphys.tracing.reach import names_reached
from tiphys.tracing.regions import Way, expression_tree
from tiphys.tracing.source import scope_of
from tiphys.tracing.state import BatchC, Box, ChoiceC, Content, FrameC, GroupC, ListC, PendingC, Status
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Choice, Closure, Frame, Hole, NotKnown, Poisoned, Raised, Undecided, Unknown

ROUND = Ref("round of a batch")
"""Stands for the number of the round that is tried out."""


@dataclass
class Probe:
    """What one round of a loop has done when it was tried out."""

    nodes: list[Any]
    changes: dict[Box, tuple[Content, Content]]
    glue: dict[str, Unknown]
    """The expressions of its nodes, which are forgotten with it."""


def batched(t: Tracer, work: Callable[[Unknown], Any], count: Unknown | int, node: ast.AST) -> bool:
    """Take a loop whose rounds only append coroutines to a list for one that makes them; False where it does more."""
    index = ROUND
    probe = tried(t, work, Unknown(Hole(index, "i", node), int))
    if probe is None or not all(isinstance(item, Glue) for item in probe.nodes):
        return False
    lists = {box: pair for box, pair in probe.changes.items() if not isinstance(pair[1], FrameC)}
    for box, (_, after) in list(lists.items()):
        if isinstance(after, PendingC | GroupC):
            del lists[box]
    sizes = {box: found for box, pair in lists.items() if (found := appending(*pair)) is not None}
    if not lists or len(sizes) < len(lists):
        return False
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
        t.state.replace(box, BatchC([*box.content.items, many]))
        t.state.pending.append(box)
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


def tried(t: Tracer, work: Callable[[Unknown], Any], index: Unknown) -> Probe | None:
    """Interpret one round and undo it; nothing where it does not simply go on to the next."""
    mark, names = t.state.mark(), t.names.mark()
    nodes, ready = len(t.state.nodes), t.state.ready
    t.guards += 1
    t.holding += 1
    try:
        done = work(index)
        if done is not None and not exits_of(done) <= {Exit.NEXT, Exit.CONTINUE}:
            return None
        made = t.state.nodes[nodes:]
        return Probe(
            made, t.state.changes(mark), {node.name: t.glue[node.name] for node in made if node.name in t.glue}
        )
    except (ProgramError, Poisoned, Raised, Ended, Undecided, NotKnown):
        return None
    finally:
        t.guards -= 1
        t.holding -= 1
        t.state.rollback(mark)
        t.state.ready = ready
        t.undo_names(names)


def appending(before: Content, after: Content) -> list[int] | None:
    """Count the coroutines that each of its ways appends to a list; None if a round does something else."""
    if isinstance(after, ChoiceC):
        sizes = [size for one in after.contents if (size := grown(before, one)) is not None]
        return sizes if len(sizes) == len(after.contents) and any(sizes) else None
    size = grown(before, after)
    return [size] if size else None


def grown(before: Content, after: Content) -> int | None:
    """Count the coroutines by which a list has grown; None if something else has happened to it."""
    if not isinstance(before, ListC | BatchC) or not isinstance(after, ListC | BatchC):
        return None
    more = after.items[len(before.items) :]
    same = all(one is other for one, other in zip(before.items, after.items, strict=False))
    pending = all(is_coroutine(item) for item in more)
    return len(more) if same and pending else None


def is_coroutine(value: Any) -> bool:
    """Say whether a value is a coroutine or a task, or one of several."""
    if isinstance(value, Choice):
        return all(is_coroutine(option) for option in value.options)
    return isinstance(value, Box) and isinstance(value.content, PendingC)


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


ROW = "row_"
"""What the number of a round is called in glue over all rounds."""
KIND = "kind_"
"""What the number of one of all that the ways of a round append is called there."""


def name_of_round(node: ast.AST) -> ast.expr:
    """Refer to the number of a round, in glue over all rounds."""
    return at(ast.Name(id=ROW, ctx=ast.Load()), node)


def of_round(t: Tracer, probe: Probe, last: ast.expr, index: Ref, node: ast.AST) -> ast.expr:
    """Write what a round computes as an expression of its number, of which `last` is the value."""

    def named(ref: Ref, _kind: Any) -> ast.expr:
        return name_of_round(node) if ref == index else Hole(ref, "v", node)

    t.glue.update(probe.glue)
    way = Way(probe.nodes, (), None, None, {}, [], (), 0)
    made: ast.expr = replaced(expression_tree(t, way, last), named, None)
    for name in probe.glue:
        del t.glue[name]
    return made


def rounds(t: Tracer, count: Unknown | int, node: ast.AST, *tests: ast.expr) -> ast.comprehension:
    """Write the `for` of a comprehension over the numbers of rounds."""
    size = t.tree(count, node, "n", constant=True)
    every = at(ast.Call(func=t.capture(range, "range", node), args=[size], keywords=[]), node)
    return ast.comprehension(target=at(ast.Name(id=ROW, ctx=ast.Store()), node), iter=every, ifs=[*tests], is_async=0)


def beforehand(
    t: Tracer, probe: Probe, make: Callable[[Unknown], Any], count: Unknown | int, node: ast.AST
) -> Callable[[Unknown], Any]:
    """Compute what making coroutines computes, where that may raise, for all of them before the first one runs."""
    if all(item.code.pure and item.code.total for item in probe.nodes):
        return make
    held: list[ast.expr] = [Hole(Ref(item.name), "v", node) for item in probe.nodes]
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
        for number, item in enumerate(nodes):
            assert isinstance(item, Glue)
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
                t.state.replace(one, ListC([]))
            t.holding += 1
            try:
                work(number)
            finally:
                t.holding -= 1
            appended = {one: items_of(one.content) for one in boxes}
            for one, content in before.items():
                t.state.replace(one, content.copy())
            options = appended.pop(box)
            others = {id(item) for items in appended.values() for item in items}
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
    return tuple(item for one in contents if isinstance(one, ListC | BatchC) for item in one.items)


def unscheduled(t: Tracer, value: Any) -> None:
    """Let a task that one of several ways has started, which is undone, begin when it is awaited."""
    if isinstance(value, Choice):
        for option in value.options:
            unscheduled(t, option)
    elif value.content.status is Status.SCHEDULED and value not in t.state.ready:
        content = t.state.write(value)
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
