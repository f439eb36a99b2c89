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


@dataclass
class Probe:
    """What one round of a loop has done when it was tried out."""

    nodes: list[Any]
    changes: dict[Box, tuple[Content, Content]]
    glue: dict[str, Unknown]
    """The expressions of its nodes, which are forgotten with it."""


def batched(t: Tracer, work: Callable[[Unknown], Any], count: Unknown | int, node: ast.AST) -> bool:
    """Take a loop whose rounds only append coroutines to a list for one that makes them; False where it does more."""
    index = Ref("round of a batch")
    probe = tried(t, work, Unknown(Hole(index, "i", node), int))
    if probe is None or not all(isinstance(item, Glue) and item.code.pure and item.code.total for item in probe.nodes):
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
    way = Way(probe.nodes, (), None, None, {}, [], (), 0)
    row = "row_"

    def named(ref: Ref, _kind: Any) -> ast.expr:
        return at(ast.Name(id=row, ctx=ast.Load()), node) if ref == index else Hole(ref, "v", node)

    t.glue.update(probe.glue)
    condition = replaced(expression_tree(t, way, test), named, None)
    for name in probe.glue:
        del t.glue[name]
    size = t.tree(count, node, "n", constant=True)
    every = at(ast.Call(func=t.capture(range, "range", node), args=[size], keywords=[]), node)
    generator = ast.comprehension(
        target=at(ast.Name(id=row, ctx=ast.Store()), node), iter=every, ifs=[condition], is_async=0
    )
    tree = at(ast.ListComp(elt=at(ast.Name(id=row, ctx=ast.Load()), node), generators=[generator]), node)
    rows = t.unknown(t.settle(Unknown(tree, list[int]), "rows", node))
    assert rows is not None
    length = at(ast.Call(func=t.capture(len, "len", node), args=[rows.tree], keywords=[]), node)
    return Unknown(length, int), rows


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
