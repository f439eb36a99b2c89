"""Comprehensions over runtime values that call tasks: the rows they go over, side by side or one after the other."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tiphys.tracing.acting import acts
from tiphys.tracing.assignment import assign
from tiphys.tracing.batches import beforehand, within
from tiphys.tracing.closures import comprehension_tree
from tiphys.tracing.comprehensions import ITEMS, Comprehension
from tiphys.tracing.data import is_data
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.facts import mix
from tiphys.tracing.fan_out import Many, run_many
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import counted
from tiphys.tracing.jobs import jobs_in, made_list, members
from tiphys.tracing.looping import over_generator, over_members
from tiphys.tracing.loops import Rounds
from tiphys.tracing.names import variables
from tiphys.tracing.pending import BatchC, KeyedC, PendingC, RanC, Status
from tiphys.tracing.probes import ROUND, Probe, of_round, rounds, try_round
from tiphys.tracing.running import run_block
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Frame, Generator, Hole, Poisoned, Scope, TupleV, Unknown

MAPPED = "__mapped"
"""The variable that holds the function of a `map`."""


def comprehended(t: Tracer, node: Comprehension, iterable: Unknown) -> Any:
    """Run a comprehension over a runtime value that calls tasks: side by side, or one after the other.

    It runs side by side if its element is a coroutine that nobody awaits there.
    """
    if conditions_act(t, node):
        frame, rows = targets_of(t, node, iterable, as_it_is=True)
        return one_by_one(t, node, frame, *rows, node.generators[0].target)
    return over_rows(t, node, *targets_of(t, node, iterable))


def over_rows(
    t: Tracer, node: Comprehension, frame: Frame, rows: tuple[Unknown | int, Callable[[Unknown], Any]], *,
    is_known: bool = False,
) -> Any:  # fmt: skip
    """Run a comprehension over rows: side by side, or one after the other. is_known: what they hold has run."""
    count, item_of = rows
    is_dict = isinstance(node, ast.DictComp)

    def make(index: Unknown) -> Any:
        return within(t, frame, lambda: one(index))

    def one(index: Unknown) -> Any:
        assign(t, target, item_of(index))
        if isinstance(node, ast.DictComp):
            return TupleV((evaluate(t, node.key), evaluate(t, node.value)))
        return evaluate(t, node.elt)

    target = target_of(node)
    found, probe = tried_out(t, make, node)
    if probe is not None and jobs_in(found):
        made = Many(count, beforehand(t, probe, make, count, node), "gather", node)
        return made_list(t, with_values(t, made, found, probe), found, kind=KeyedC if is_dict else BatchC)
    if probe is not None and is_known and is_data(t, found):
        return as_expression(t, node, found, probe, count)
    return one_by_one(t, node, frame, count, item_of, target)


def conditions_act(t: Tracer, node: Comprehension) -> bool:
    """Say whether finding out which rows a comprehension goes over calls a task."""
    tests = [test for item in node.generators for test in item.ifs]
    return any(acts(t, part) for part in (*tests, *(item.iter for item in node.generators[1:])))


def mapped_over(t: Tracer, function: Any, iterables: list[Any], node: ast.Call) -> Any:
    """Run `map(function, ...)` over runtime values, where the function calls tasks: as the comprehension that it is."""
    items: list[ast.expr] = [at(ast.Name(id=f"__item{index}", ctx=ast.Load()), node) for index in range(len(iterables))]
    targets: list[ast.expr] = [
        at(ast.Name(id=item.id, ctx=ast.Store()), node) for item in items if isinstance(item, ast.Name)
    ]
    over = iterables[0]
    target = targets[0]
    if len(iterables) > 1:
        target = at(ast.Tuple(elts=targets, ctx=ast.Store()), node)
        trees = [t.tree(value, node) for value in iterables]
        zipped = at(ast.Call(func=t.capture(zip, "zip", node), args=trees, keywords=[]), node)
        listed = at(ast.Call(func=t.capture(list, "list", node), args=[zipped], keywords=[]), node)
        pure, _ = mix(t, iterables)
        over = t.settle(Unknown(listed, list, pure, total=False), "rows", node)
    call = at(ast.Call(func=at(ast.Name(id=MAPPED, ctx=ast.Load()), node), args=items, keywords=[]), node)
    generator = ast.comprehension(target=target, iter=at(ast.Constant(None), node), ifs=[], is_async=0)
    made = at(ast.ListComp(elt=call, generators=[generator]), node)
    t.program.kept.append(made)
    outer = t.frame
    scope = Scope(made, frozenset((MAPPED,)), frozenset(), frozenset(), is_generator=False)
    held = new_frame(t.state, {MAPPED: function})
    frame = Frame(held, scope, outer, outer.globals, outer.cells, outer.file, outer.title, outer.notes)
    return within(t, frame, lambda: comprehended(t, made, t.expression(over)))


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


def frame_of(t: Tracer, node: Comprehension) -> Frame:
    """Make the frame of a comprehension, which sees the variables around it as they are now."""
    names = {part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)}
    outer = t.frame
    scope = Scope(node, frozenset(names), frozenset(), frozenset(), is_generator=False)
    held = new_frame(t.state, dict(variables(outer)))
    shown = Frame(held, outer.scope, outer.parent, outer.globals, outer.cells, outer.file, outer.title, outer.notes)
    return Frame(new_frame(t.state, {}), scope, shown, outer.globals, outer.cells, outer.file, outer.title)


def targets_of(
    t: Tracer, node: Comprehension, iterable: Unknown, *, as_it_is: bool = False
) -> tuple[Frame, tuple[Unknown, Callable[[Unknown], Unknown]]]:
    """Give the frame of a comprehension, and the rows that it goes over: filtered, and of all its generators.

    as_it_is: the rows are those of its first iterable.
    """
    frame = frame_of(t, node)
    if as_it_is or is_simple(node):
        return frame, counted(t, iterable, node.generators[0].iter)
    row = target_of(node)
    names_in = [item.id for item in ast.walk(row) if isinstance(item, ast.Name)]
    parts: list[ast.expr] = [at(ast.Name(id=name, ctx=ast.Load()), node) for name in names_in]
    listed = at(ast.ListComp(elt=at(ast.Tuple(elts=parts, ctx=ast.Load()), node), generators=node.generators), node)
    rows = comprehension_tree(t, listed, iterable)
    made = t.unknown(t.settle(Unknown(rows.tree, list, rows.pure, total=False), "rows", node))
    assert made is not None
    return frame, counted(t, Unknown(made.tree, list), node)


def tried_out(t: Tracer, make: Callable[[Unknown], Any], node: ast.AST) -> tuple[Any, Probe | None]:
    """Try out an item: gives it, and what making it does, unless that calls a task."""
    found: list[Any] = []

    def work(index: Unknown) -> None:
        found.append(make(index))

    probe = try_round(t, work, Unknown(Hole(ROUND, "i", node), int))
    return (found[0], probe) if probe is not None and probe.computes else (None, None)


def with_values(t: Tracer, many: Many, like: Any, probe: Probe) -> Many:
    """Note what tasks gave that are done already. like: one of them."""
    job = like.content if isinstance(like, Box) else None
    if not isinstance(job, PendingC) or job.status is not Status.DONE or not job.reusable:
        return many
    one = job.value if job.kept is None else job.kept
    node = many.node
    row = of_round(t, probe, t.tree(one, node), ROUND, node)
    tree = at(ast.ListComp(elt=row, generators=[rounds(t, many.count, node)]), node)
    values = t.settle(Unknown(tree, list, total=False), "gathered", node)
    keeps = True if job.kept is not None else False if job.may_raise else None
    return replace(many, where=job.where, ran=t.state.box(RanC(values, keeps=keeps, done_at=job.done_at)))


def as_expression(t: Tracer, node: Comprehension, found: Any, probe: Probe, count: Unknown | int) -> Any:
    """Compute a comprehension that awaits nothing that has not run. found: what it gives for a row."""
    row = of_round(t, probe, t.tree(found, node), ROUND, node)
    tree: ast.expr = at(ast.ListComp(elt=row, generators=[rounds(t, count, node)]), node)
    kind: type = list
    if isinstance(node, ast.DictComp | ast.SetComp):
        kind = dict if isinstance(node, ast.DictComp) else set
        tree = at(ast.Call(func=t.capture(kind, kind.__name__, node), args=[tree], keywords=[]), node)
    pure = all(item.code.pure for item in probe.nodes)
    return t.settle(Unknown(tree, kind, pure, total=False), "made", node)


def one_by_one(
    t: Tracer, node: Comprehension, frame: Frame, count: Unknown | int, item: Callable[[Unknown], Any],
    target: ast.expr,
) -> Any:  # fmt: skip
    """Run a comprehension whose items await: one after the other."""
    frame.scope.locals |= {MADE}
    begin, step = steps_of(node, as_it_is=target is node.generators[0].target)

    def run() -> Any:
        run_block(t, [begin])

        def work(index: Unknown) -> None:
            assign(t, target, item(index))
            run_block(t, [step])

        mistakes = len(t.mistakes)
        Rounds(t, node, "loop", work, count=count).run()
        if len(t.mistakes) > mistakes:
            raise Poisoned
        return variables(frame)[MADE]

    return within(t, frame, run)


def through_generator(t: Tracer, node: Comprehension, generator: Generator) -> Any:
    """Run a comprehension over a generator that calls tasks: a loop over it."""
    begin, step = steps_of(node, as_it_is=True)
    first = node.generators[0]
    loop = at(ast.For(target=first.target, iter=first.iter, body=[step], orelse=[]), node)
    t.program.kept.append(loop)
    names = {part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)}
    outer = t.frame
    scope = Scope(node, frozenset({MADE, *names}), frozenset(), frozenset(), is_generator=False)
    frame = Frame(new_frame(t.state, {}), scope, outer, outer.globals, outer.cells, outer.file, outer.title)

    def run() -> Any:
        run_block(t, [begin])
        over_generator(t, loop, generator)
        return variables(frame)[MADE]

    return within(t, frame, run)


def walked(t: Tracer, node: Comprehension, first: Any) -> Any:
    """Run a comprehension over known items that are no data, and that run time filters: a loop over them."""
    begin, step = steps_of(node, as_it_is=True)
    items = at(ast.Name(id=ITEMS, ctx=ast.Load()), node)
    loop = at(ast.For(target=node.generators[0].target, iter=items, body=[step], orelse=[]), node)
    t.program.kept.append(loop)
    frame = frame_of(t, node)
    frame.scope.locals |= {MADE, ITEMS}

    def run() -> Any:
        t.state.write(t.frame.box).names[ITEMS] = first
        run_block(t, [begin, loop])
        return variables(frame)[MADE]

    return within(t, frame, run)


def whole_of(t: Tracer, generator: Generator, node: ast.AST) -> Any:
    """Make the list of what a generator gives that calls tasks."""
    name = "__given"
    one = ast.comprehension(
        target=at(ast.Name(id=name, ctx=ast.Store()), node), iter=at(ast.Constant(None), node), ifs=[], is_async=0
    )
    made = at(ast.ListComp(elt=at(ast.Name(id=name, ctx=ast.Load()), node), generators=[one]), node)
    t.program.kept.append(made)
    return through_generator(t, made, generator)


MADE = "__made"
"""The variable that holds what a comprehension has made so far."""


def steps_of(node: Comprehension, *, as_it_is: bool) -> tuple[ast.stmt, ast.stmt]:
    """Write a comprehension as statements: what begins it, and what each row does.

    as_it_is: the rows are those of its first iterable.
    """
    kind: ast.expr = ast.List(elts=[], ctx=ast.Load())
    if isinstance(node, ast.DictComp):
        kind = ast.Dict(keys=[], values=[])
    elif isinstance(node, ast.SetComp):
        kind = ast.Call(func=ast.Name(id="set", ctx=ast.Load()), args=[], keywords=[])
    found = ast.Name(id=MADE, ctx=ast.Load())
    begin = ast.Assign(targets=[ast.Name(id=MADE, ctx=ast.Store())], value=kind)
    if isinstance(node, ast.DictComp):
        slot = ast.Subscript(value=found, slice=node.key, ctx=ast.Store())
        step: ast.stmt = ast.Assign(targets=[slot], value=node.value)
    else:
        name = "add" if isinstance(node, ast.SetComp) else "append"
        call = ast.Call(func=ast.Attribute(value=found, attr=name, ctx=ast.Load()), args=[node.elt], keywords=[])
        step = ast.Expr(value=call)
    if as_it_is:
        step = nested(node, step)
    for made in (begin, step):
        for part in ast.walk(made):
            if not hasattr(part, "lineno") and "lineno" in part._attributes:
                at(part, node)
    return begin, step


def nested(node: Comprehension, step: ast.stmt) -> ast.stmt:
    """Write what a round of the first generator of a comprehension does."""
    first, *others = node.generators
    for item in reversed(others):
        tested = [guarded(item.ifs, step)]
        step = ast.For(target=item.target, iter=item.iter, body=tested, orelse=[])
    return guarded(first.ifs, step)


def guarded(tests: list[ast.expr], step: ast.stmt) -> ast.stmt:
    """Write a statement that is run if all tests hold."""
    for test in reversed(tests):
        step = ast.If(test=test, body=[step], orelse=[])
    return step


def over_batch(t: Tracer, node: Comprehension, box: Box) -> Any:
    """Run a comprehension over coroutines or tasks of which the number is known only at run time."""
    generator = node.generators[0]
    element = None if isinstance(node, ast.DictComp) else node.elt
    count, item = members(t, box, node)
    (many,) = box.content.items
    match element, generator.target:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=said), attr="result"), args=[], keywords=[])
            | ast.Await(value=ast.Name(id=said)),
            ast.Name(id=target),
        ) if said == target and is_simple(node) and many.jobs == 0 and many.values is not None and not t.trials:
            return t.boxed(run_many(t, many))
    if is_simple(node):
        return over_rows(t, node, frame_of(t, node), (count, item), is_known=True)
    begin, step = steps_of(node, as_it_is=True)
    loop = at(ast.For(target=generator.target, iter=generator.iter, body=[step], orelse=[]), node)
    t.program.kept.append(loop)
    frame = frame_of(t, node)
    frame.scope.locals |= {MADE}

    def run() -> Any:
        run_block(t, [begin])
        over_members(t, loop, count, item, source=node)
        return variables(frame)[MADE]

    return within(t, frame, run)
