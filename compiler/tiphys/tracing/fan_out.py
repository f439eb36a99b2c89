"""Coroutines of which the number is known only at run time: made in a comprehension or a loop, and run side by side.

A `Many` stands for them in a list (`BatchC`). What makes one of them is interpreted in the region of a `Map`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Glue, Input, Literal, Map, Ref, Sub
from tiphys.tracing import inference
from tiphys.tracing.assignment import assign
from tiphys.tracing.closures import comprehension_tree
from tiphys.tracing.completions import NEVER, Ended, Exit, exits_of
from tiphys.tracing.concurrency import await_value, start_ready
from tiphys.tracing.containers import call_container
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.facts import type_of
from tiphys.tracing.glue import at
from tiphys.tracing.loops import Rounds, counted
from tiphys.tracing.merging import taken
from tiphys.tracing.names import chain, variables
from tiphys.tracing.regions import Way, close, expression_tree, inside, label_of
from tiphys.tracing.results import replaced
from tiphys.tracing.running import run_block
from tiphys.tracing.state import BatchC, Box, ChoiceC, Content, FrameC, GroupC, ListC, PendingC, Status
from tiphys.tracing.tracer import NotKnown, Poisoned, Tracer, new_frame
from tiphys.tracing.values import Choice, Frame, Hole, Method, Raised, Scope, Undecided, Unknown
from tiphys_runtime.objects import UNBOUND, from_lanes, rounds_of

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(eq=False)
class Many:
    """Coroutines, tasks or futures: as many as `count` says. make: gives one of them, inside a region."""

    count: Unknown | int
    make: Callable[[Unknown], Any]
    title: str
    node: ast.AST
    touched: frozenset[Box] = frozenset()
    """What making one seems to change, and does not."""
    values: Any = None
    """The list of what they gave, once they have run."""


@dataclass(eq=False)
class Lanes:
    """How many items of a map may run at a time, as far as its region has told."""

    epoch: int
    limits: list[Unknown | int]


def comprehended(t: Tracer, node: Comprehension, iterable: Unknown) -> Any:
    """Run a comprehension over a runtime value that calls tasks: side by side, or one after the other.

    It runs side by side if its element is a coroutine that nobody awaits there.
    """
    frame, item = targets_of(t, node, iterable)
    count, item_of = item
    element = node.value if isinstance(node, ast.DictComp) else node.elt

    def make(index: Unknown) -> Any:
        return within(t, frame, lambda: one(index))

    def one(index: Unknown) -> Any:
        assign(t, target, item_of(index))
        return evaluate(t, element)

    target = target_of(node)
    if not isinstance(node, ast.SetComp | ast.DictComp) and is_pending(t, make, node):
        box = t.state.box(BatchC([Many(count, make, "gather", node)]))
        t.state.pending.append(box)
        return box
    return one_by_one(t, node, frame, count, item_of, target)


def target_of(node: Comprehension) -> ast.expr:
    """Give the target of a comprehension's rows: its own, or all that its generators set."""
    if is_simple(node):
        return node.generators[0].target
    names = dict.fromkeys(
        part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)
    )
    parts: list[ast.expr] = [at(ast.Name(id=name, ctx=ast.Store()), node) for name in names]
    return at(ast.Tuple(elts=parts, ctx=ast.Store()), node)


def is_simple(node: Comprehension) -> bool:
    """Say whether a comprehension goes over one iterable as it is."""
    return len(node.generators) == 1 and not node.generators[0].ifs


def targets_of(
    t: Tracer, node: Comprehension, iterable: Unknown
) -> tuple[Frame, tuple[Unknown, Callable[[Unknown], Unknown]]]:
    """Give the frame of a comprehension, and the rows that it goes over: filtered, and of all its generators."""
    names = {part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)}
    outer = t.frame
    scope = Scope(node, frozenset(names), frozenset(), frozenset(), is_generator=False)
    held = new_frame(t.state, dict(variables(outer)))
    shown = Frame(held, outer.scope, outer.parent, outer.globals, outer.cells, outer.file, outer.title, outer.notes)
    frame = Frame(new_frame(t.state, {}), scope, shown, outer.globals, outer.cells, outer.file, outer.title)
    if is_simple(node):
        return frame, counted(t, iterable, node.generators[0].iter)
    row = target_of(node)
    names_in = [item.id for item in ast.walk(row) if isinstance(item, ast.Name)]
    parts: list[ast.expr] = [at(ast.Name(id=name, ctx=ast.Load()), node) for name in names_in]
    listed = at(ast.ListComp(elt=at(ast.Tuple(elts=parts, ctx=ast.Load()), node), generators=node.generators), node)
    rows = comprehension_tree(t, listed, iterable)
    made = t.unknown(t.settle(Unknown(rows.tree, list, rows.pure, total=False), "rows", node))
    assert made is not None
    return frame, counted(t, Unknown(made.tree, list), node)


def within(t: Tracer, frame: Frame, work: Callable[[], Any]) -> Any:
    """Interpret in another frame."""
    outer, t.frame = t.frame, frame
    try:
        return work()
    finally:
        t.frame = outer


def is_pending(t: Tracer, make: Callable[[Unknown], Any], node: ast.AST) -> bool:
    """Say whether making an item gives a coroutine and does nothing else."""
    found: list[Any] = []

    def work(index: Unknown) -> None:
        found.append(make(index))

    probe = tried(t, work, Unknown(Hole(Ref("round of a batch"), "i", node), int))
    if probe is None or not all(isinstance(item, Glue) for item in probe.nodes):
        return False
    return isinstance(found[0], Choice) or (isinstance(found[0], Box) and isinstance(found[0].content, PendingC))


def one_by_one(
    t: Tracer, node: Comprehension, frame: Frame, count: Unknown, item: Callable[[Unknown], Unknown], target: ast.expr
) -> Any:
    """Run a comprehension whose items await: one after the other."""
    kind: ast.expr = ast.List(elts=[], ctx=ast.Load())
    if isinstance(node, ast.DictComp):
        kind = ast.Dict(keys=[], values=[])
    elif isinstance(node, ast.SetComp):
        kind = ast.Call(func=ast.Name(id="set", ctx=ast.Load()), args=[], keywords=[])
    out = "made items"
    frame.scope.locals |= {out}
    found = ast.Name(id=out, ctx=ast.Load())
    begin = ast.Assign(targets=[ast.Name(id=out, ctx=ast.Store())], value=kind)
    if isinstance(node, ast.DictComp):
        slot = ast.Subscript(value=found, slice=node.key, ctx=ast.Store())
        step: ast.stmt = ast.Assign(targets=[slot], value=node.value)
    else:
        name = "add" if isinstance(node, ast.SetComp) else "append"
        call = ast.Call(func=ast.Attribute(value=found, attr=name, ctx=ast.Load()), args=[node.elt], keywords=[])
        step = ast.Expr(value=call)
    for made in (begin, step):
        for part in ast.walk(made):
            if not hasattr(part, "lineno") and "lineno" in part._attributes:
                at(part, node)

    def run() -> Any:
        run_block(t, [begin])

        def work(index: Unknown) -> None:
            assign(t, target, item(index))
            run_block(t, [step])

        Rounds(t, node, "loop", work, count=count).run()
        return variables(frame)[out]

    return within(t, frame, run)


# ---- loops that only make coroutines


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
                options = [one.items[-1] for one in after.contents if one.items]  # type: ignore[attr-defined]
                if len(options) == 1:
                    return options[0]
                return Choice(after.number, tuple(
                    one.items[-1] if one.items else None for one in after.contents  # type: ignore[attr-defined]
                ))  # fmt: skip
            return after.items[-1]

        return within(t, shown, one)

    return make


# ---- running them


def run_many(
    t: Tracer, many: Many, *, limit: Unknown | int | None = None, keeps_errors: bool = False, is_limited: bool = False
) -> Unknown:
    """Run them all side by side; gives the list of what they give. is_limited: they are as few as may run at a time."""
    if many.values is not None:
        return t.expression(many.values)
    start_ready(t)
    begun = t.state.frontier
    if isinstance(many.count, int) and many.count == 0:
        return Unknown(t.tree(t.state.box(ListC([])), many.node), list)
    count = t.to_atom(many.count, "n", many.node)
    if isinstance(count, Literal):
        count = t.to_atom(t.settle(Unknown(Hole(count, "n", many.node), int), "n", many.node), "n", many.node)
    assert isinstance(count, Ref)
    name = t.names.allocate("map")
    index = t.names.allocate("i")
    t.types[Ref(index)] = int
    lanes = Lanes(t.state.next_epoch, [] if limit is None else [limit])
    t.lanes.append(lanes)
    try:
        way = taken(t, lambda: item_value(t, many, Ref(index)), many.node)
    finally:
        t.lanes.pop()
    runtime = [one for one in lanes.limits if isinstance(one, Unknown)]
    if runtime and not is_limited:
        return in_lanes(t, many, runtime[0], keeps_errors=keeps_errors)
    check_changes(t, way, many)
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
    t.emit(Sub(name, base, tuple(reads.items()), object, tuple(dict.fromkeys((*begun, *closed.after))), where))
    t.sources[name] = None
    t.state.frontier = (name,)
    result = inference.collection(list, kind) if isinstance(kind, type) else list
    t.types[Ref(name)] = result
    return Unknown(Hole(Ref(name), many.title, many.node), result)


def item_value(t: Tracer, many: Many, index: Ref) -> Any:
    """Make one of them, and await it."""
    made = many.make(Unknown(Hole(index, "i", many.node), int))
    return await_value(t, made, many.node)


def assigned(before: Content | None, after: FrameC) -> bool:
    """Say whether a variable of a frame was set anew."""
    held = before.names if isinstance(before, FrameC) else {}
    return any(held.get(name, UNBOUND) is not value for name, value in after.names.items())


def check_changes(t: Tracer, way: Way, many: Many) -> None:
    """Refuse items that change something around them: which of them comes first is not known."""
    own = {frame.box for frame in chain(t.frame)}
    for box, content in way.changes.items():
        if isinstance(content, PendingC | GroupC) or box in many.touched:
            continue
        if isinstance(content, FrameC) and not (box in own and assigned(box.content, content)):
            continue
        mend = "Return a value from each, and put them together from the list that `gather` gives."
        raise t.untraceable("these run side by side, and each changes a value that they share", many.node, mend)


def in_lanes(t: Tracer, many: Many, limit: Unknown, *, keeps_errors: bool) -> Unknown:
    """Run as many at a time as a runtime value says: in so many lanes, each of which goes on with every so-manieth."""
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

        Rounds(t, node, "loop", work, count=Unknown(count, int)).run()
        return found

    lanes = run_many(t, Many(width, make, many.title, node), keeps_errors=keeps_errors, is_limited=True)
    tree = at(ast.Call(func=t.capture(from_lanes, "from_lanes", node), args=[lanes.tree, size], keywords=[]), node)
    return Unknown(tree, list, total=False)


def many_values(t: Tracer, many: Many, *, keeps_errors: bool = False) -> Box:
    """Give a future of the list of what they give."""
    return t.state.box(
        PendingC(lambda: run_many(t, many, keeps_errors=keeps_errors), many.title, t.span(many.node), reusable=True)
    )


def has_begun(t: Tracer, many: Many) -> bool:
    """Say whether they are tasks, which run from the moment they are made."""
    mark, names = t.state.mark(), t.names.mark()
    ready = t.state.ready
    try:
        made = many.make(Unknown(Hole(Ref("round of a batch"), "i", many.node), int))
        return isinstance(made, Box) and isinstance(made.content, PendingC) and made.content.reusable
    finally:
        t.state.rollback(mark)
        t.state.ready = ready
        t.undo_names(names)


def each_of(t: Tracer, many: Many) -> tuple[Unknown | int, Callable[[Unknown], Any]]:
    """Give their number, and what gives one of them to whoever awaits it; tasks have all begun before."""
    if many.values is None and not has_begun(t, many):
        return many.count, many.make
    values = t.boxed(run_many(t, many))

    def item(index: Unknown) -> Any:
        _, read = counted(t, t.expression(values), many.node)
        done = PendingC(None, many.title, t.span(many.node), reusable=True, status=Status.DONE)
        done.value = read(index)
        return t.state.box(done)

    return many.count, item


def run_batch(t: Tracer, box: Box) -> None:
    """Run the tasks of a list of which the number is known only at run time; from now on they are done."""
    for index, item in enumerate(box.content.items):
        if isinstance(item, Many) and item.values is None:
            values = t.boxed(run_many(t, item))
            t.state.write(box).items[index] = replace(item, values=values)
    t.state.write(box).taken = True


def results_of(t: Tracer, node: Comprehension, box: Box) -> Any:
    """Run `[task.result() for task in tasks]` over many tasks; NotImplemented for any other comprehension."""
    generator = node.generators[0]
    element = None if isinstance(node, ast.DictComp) else node.elt
    match element, generator.target:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=said), attr="result"), args=[], keywords=[])
            | ast.Await(value=ast.Name(id=said)),
            ast.Name(id=target),
        ) if said == target and is_simple(node) and len(box.content.items) == 1:
            (many,) = box.content.items
            if isinstance(many, Many) and (many.values is not None or has_begun(t, many)):
                run_batch(t, box)
                return box.content.items[0].values
    return NotImplemented
