"""Comprehensions over runtime values that call tasks: the rows they go over, side by side or one after the other."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiphys.ir import Glue
from tiphys.tracing.acting import acts
from tiphys.tracing.assignment import assign
from tiphys.tracing.batches import ROUND, Probe, beforehand, tried, within
from tiphys.tracing.closures import comprehension_tree
from tiphys.tracing.comprehensions import Comprehension
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.facts import mix
from tiphys.tracing.fan_out import Many, each_of, has_begun, run_batch
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import counted
from tiphys.tracing.looping import over_generator
from tiphys.tracing.loops import Rounds
from tiphys.tracing.names import variables
from tiphys.tracing.running import run_block
from tiphys.tracing.state import BatchC, Box, PendingC
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Choice, Frame, Generator, Hole, Poisoned, Scope, Unknown

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
    t: Tracer, node: Comprehension, frame: Frame, rows: tuple[Unknown | int, Callable[[Unknown], Any]]
) -> Any:
    """Run a comprehension over rows: side by side, or one after the other."""
    count, item_of = rows
    element = node.value if isinstance(node, ast.DictComp) else node.elt

    def make(index: Unknown) -> Any:
        return within(t, frame, lambda: one(index))

    def one(index: Unknown) -> Any:
        assign(t, target, item_of(index))
        return evaluate(t, element)

    target = target_of(node)
    probe = None if isinstance(node, ast.SetComp | ast.DictComp) else pending(t, make, node)
    if probe is not None:
        box = t.state.box(BatchC([Many(count, beforehand(t, probe, make, count, node), "gather", node)]))
        t.state.pending.append(box)
        return box
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


def pending(t: Tracer, make: Callable[[Unknown], Any], node: ast.AST) -> Probe | None:
    """Try out an item; nothing unless making it gives a coroutine and does nothing else."""
    found: list[Any] = []

    def work(index: Unknown) -> None:
        found.append(make(index))

    probe = tried(t, work, Unknown(Hole(ROUND, "i", node), int))
    if probe is None or not all(isinstance(item, Glue) for item in probe.nodes):
        return None
    is_one = isinstance(found[0], Choice) or (isinstance(found[0], Box) and isinstance(found[0].content, PendingC))
    return probe if is_one else None


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
    if is_simple(node) and len(box.content.items) == 1 and isinstance(box.content.items[0], Many):
        t.state.write(box).taken = True
        return over_rows(t, node, frame_of(t, node), each_of(t, box.content.items[0]))
    return NotImplemented
