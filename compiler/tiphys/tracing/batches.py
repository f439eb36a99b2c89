"""Loops over runtime values whose rounds only make coroutines: tried out on one round, and taken for a `Many`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Glue, Ref
from tiphys.tracing.completions import Ended, Exit, exits_of
from tiphys.tracing.fan_out import Many
from tiphys.tracing.glue import at
from tiphys.tracing.names import variables
from tiphys.tracing.regions import Way, expression_tree
from tiphys.tracing.results import replaced
from tiphys.tracing.state import BatchC, Box, ChoiceC, Content, FrameC, GroupC, ListC, PendingC
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Choice, Frame, Hole, NotKnown, Poisoned, Raised, Undecided, Unknown

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
    if len(lists) != 1:
        return False
    ((box, (before, after)),) = lists.items()
    chosen = appending(before, after)
    if chosen is None:
        return False
    rows: Unknown | None = None
    if isinstance(after, ChoiceC):
        count, rows = picked(t, probe, after.number, chosen, index, count, node)
    make = maker(t, box, work, rows, node)
    if rows is None:
        make = beforehand(t, probe, make, count, node)
    t.state.replace(box, BatchC([*box.content.items, Many(count, make, "gather", node, frozenset((box,)))]))
    t.state.pending.append(box)
    return True


def tried(t: Tracer, work: Callable[[Unknown], Any], index: Unknown) -> Probe | None:
    """Interpret one round and undo it; nothing where it does not simply go on to the next."""
    mark, names = t.state.mark(), t.names.mark()
    nodes, ready = len(t.state.nodes), t.state.ready
    t.guards += 1
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
        t.state.rollback(mark)
        t.state.ready = ready
        t.undo_names(names)


def appending(before: Content, after: Content) -> list[int] | None:
    """Say in which of its ways a round appends one coroutine, and nothing else, to a list; None if it does more."""
    if isinstance(after, ChoiceC):
        sizes = [grown(before, one) for one in after.contents]
        known = all(size in (0, 1) for size in sizes)
        return [number for number, size in enumerate(sizes) if size] if known and any(sizes) else None
    return [0] if grown(before, after) == 1 else None


def grown(before: Content, after: Content) -> int | None:
    """Count the coroutines by which a list has grown; None if something else has happened to it."""
    if not isinstance(before, ListC | BatchC) or not isinstance(after, ListC | BatchC):
        return None
    more = after.items[len(before.items) :]
    same = all(one is other for one, other in zip(before.items, after.items, strict=False))
    pending = all(isinstance(item, Box) and isinstance(item.content, PendingC) for item in more)
    return len(more) if same and pending else None


def picked(
    t: Tracer, probe: Probe, number: Unknown, chosen: list[int], index: Ref, count: Unknown | int, node: ast.AST
) -> tuple[Unknown, Unknown]:
    """Give how many rounds append a coroutine, and the list of their numbers."""
    wanted: list[ast.expr] = [at(ast.Constant(one), node) for one in chosen]
    numbers = at(ast.Tuple(elts=wanted, ctx=ast.Load()), node)
    test = at(ast.Compare(left=number.tree, ops=[ast.In()], comparators=[numbers]), node)
    condition = of_round(t, probe, test, index, node)
    tree = at(ast.ListComp(elt=name_of_round(node), generators=[rounds(t, count, node, condition)]), node)
    rows = t.unknown(t.settle(Unknown(tree, list[int]), "rows", node))
    assert rows is not None
    length = at(ast.Call(func=t.capture(len, "len", node), args=[rows.tree], keywords=[]), node)
    return Unknown(length, int), rows


ROW = "row_"
"""What the number of a round is called in glue over all rounds."""


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
    t: Tracer, box: Box, work: Callable[[Unknown], Any], rows: Unknown | None, node: ast.AST
) -> Callable[[Unknown], Any]:
    """Make what gives the coroutine of one round, as things stand now."""
    frame = t.frame
    held = new_frame(t.state, dict(variables(frame)))
    shown = Frame(held, frame.scope, frame.parent, frame.globals, frame.cells, frame.file, frame.title, frame.notes)

    def make(number: Unknown) -> Any:
        if rows is not None:
            number = Unknown(at(ast.Subscript(value=rows.tree, slice=number.tree, ctx=ast.Load()), node), int)

        def one() -> Any:
            before = box.content
            t.state.replace(box, ListC([]))
            work(number)
            after = box.content
            t.state.replace(box, before.copy())
            if isinstance(after, ChoiceC):
                lists = [one.items for one in after.contents if isinstance(one, ListC | BatchC)]
                assert len(lists) == len(after.contents)
                options = [items[-1] for items in lists if items]
                if len(options) == 1:
                    return options[0]
                return Choice(after.number, tuple(items[-1] if items else None for items in lists))
            return after.items[-1]

        return within(t, shown, one)

    return make


def within(t: Tracer, frame: Frame, work: Callable[[], Any]) -> Any:
    """Interpret in another frame."""
    outer, t.frame = t.frame, frame
    try:
        return work()
    finally:
        t.frame = outer
