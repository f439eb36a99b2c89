"""The statements `for` and `while`: round by round where their rounds are known, else as a loop of run time."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from tiphys.tracing.acting import acts
from tiphys.tracing.assignment import assign
from tiphys.tracing.batches import batched
from tiphys.tracing.blocks import hides_changes, run_as_glue
from tiphys.tracing.changes import NEXT, changed_by
from tiphys.tracing.choices import decided_by
from tiphys.tracing.closures import reaches_task
from tiphys.tracing.completions import WITH_VALUE, Completion, Done, Exit, Split, exits_of, without
from tiphys.tracing.comprehensions import loop_over_given
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import Unlisted, begin, counted, given_by, is_stream, iterate, lost_count, opened
from tiphys.tracing.jobs import Item, done_like, members
from tiphys.tracing.keyed import seen
from tiphys.tracing.loops import Rounds, recoded
from tiphys.tracing.merging import fork
from tiphys.tracing.pending import BatchC
from tiphys.tracing.running import proceed, run_block
from tiphys.tracing.state import Box, CountC, ListC, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Generator, Poisoned, Unknown
from tiphys.tracing.which import Which
from tiphys.tracing.words import Words
from tiphys_runtime.objects import count_of

For = ast.For | ast.AsyncFor
UNROLLED = 8
"""A loop over more known items that may be left early is a loop of run time."""
ENDLESS = 200
"""So many rounds of `while True` are traced one by one at most: what ends it may be an exception of run time."""
GOING_ON = frozenset((Exit.NEXT, Exit.CONTINUE))


def for_loop(t: Tracer, node: For) -> Done:
    from tiphys.tracing.mapping import in_order

    node = in_order(t, node)
    mark, names = t.state.mark(), t.names.mark()
    iterable = seen(t, opened(t, evaluate(t, node.iter), node.iter), node.iter)
    if isinstance(iterable, Choice):
        t.state.keep(mark)
        return over_each(t, node, iterable)
    unknown, is_before = t.unknown(iterable), False
    if unknown is not None:
        t.need(unknown)
        is_before = isinstance(node, ast.AsyncFor) or acts(t, node.iter)
        if not is_before and not acts(t, node) and not hides_changes(t, node):
            t.state.rollback(mark)
            t.undo_names(names)
            return run_as_glue(t, node)
    t.state.keep(mark)
    if unknown is not None:
        parts = (*node.body, *node.orelse)
        if is_before and not any(acts(t, item) or hides_changes(t, item) for item in parts):
            with loop_over_given(t, node, iterable) as loop:
                return run_as_glue(t, loop)
        if isinstance(iterable, Box) and is_resized(node):
            return as_it_grows(t, node, iterable)
        count, item = counted(t, unknown, node.iter)
        return looped(t, node, count, item)
    if isinstance(iterable, Generator) and reaches_task(t, iterable.closure):
        return over_generator(t, node, iterable)
    if isinstance(iterable, Box) and isinstance(iterable.content, ListC) and is_resized(node):
        return growing(t, node, iterable)
    if isinstance(iterable, Box) and isinstance(iterable.content, CountC):
        return without_end(t, node, iterable)
    if isinstance(iterable, Box) and isinstance(iterable.content, BatchC):
        return over_batch(t, node, iterable)
    if not leaves(t, node.body):
        return walked(t, node, iterable)
    if isinstance(iterable, Generator) and iterable.forks:
        with loop_over_given(t, node, given_by(t, iterable, node.iter)) as loop:
            return for_loop(t, loop)
    return unrolled(t, node, iterable)


def over_each(t: Tracer, node: For, choice: Choice) -> Done:
    """Run a loop over one of several things, such as lists of tasks: a loop for each of them."""

    def work(option: Any) -> Done:
        with loop_over_given(t, node, option) as loop:
            return for_loop(t, loop)

    which = Which(t, choice.number, node.iter, is_number=True)
    done: Done = fork(t, which, [partial(work, option) for option in choice.options], node, title="pick")
    return done


def walked(t: Tracer, node: For, iterable: Any) -> Done:
    """Run a loop over known items that is not left early, item by item."""

    def body(item: Any) -> Done:
        assign(t, node.target, item)
        done = run_block(t, node.body)
        return None if exits_of(done) <= GOING_ON else done

    done = iterate(t, iterable, node.iter, body)
    return run_block(t, node.orelse) if done is None else done


def is_resized(node: For) -> bool:
    """Say whether a loop makes the very list longer or shorter that it walks."""
    if not isinstance(node.iter, ast.Name):
        return False
    parts = [part for statement in node.body for part in ast.walk(statement)]
    owners = [changed_by(part) for part in parts if isinstance(part, ast.Call | ast.Attribute | ast.AugAssign)]
    owners += [part.value for part in parts if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Del)]
    return any(isinstance(owner, ast.Name) and owner.id == node.iter.id for owner in owners)


def growing(t: Tracer, node: For, iterable: Box) -> Done:
    """Run a loop that changes the known list that it walks: item by item, or at run time if only that tells how far."""
    mark, names = t.state.mark(), t.names.mark()
    if not leaves(t, node.body):
        try:
            done = walked(t, node, iterable)
        except Unlisted:
            t.state.rollback(mark)
            t.undo_names(names)
        else:
            t.state.keep(mark)
            return done
    else:
        t.state.keep(mark)
    whole = t.expression(t.settle(Unknown(t.tree(iterable, node.iter), list), "items", node.iter))
    if whole.ref is not None:
        t.sharing.note(whole.ref, t.sharing.of(iterable))
    t.state.replace(iterable, OpaqueC(Unknown(whole.tree, list)))
    return as_it_grows(t, node, iterable)


def as_it_grows(t: Tracer, node: For, iterable: Box) -> Done:
    """Run a loop at run time that changes the list that it walks: it ends where there is no item left."""
    _, item = counted(t, t.expression(iterable), node.iter)

    def tested(index: Unknown) -> Done:
        head = t.capture(count_of, "count_of", node.iter)
        size = at(ast.Call(func=head, args=[t.tree(iterable, node.iter)], keywords=[]), node.iter)
        test = at(ast.Compare(left=index.tree, ops=[ast.Lt()], comparators=[size]), node.iter)
        return going_on(t, Unknown(test, bool, total=False), node.iter)

    def work(index: Unknown) -> Done:
        assign(t, node.target, item(index))
        behind = at(ast.BinOp(left=index.tree, op=ast.Add(), right=at(ast.Constant(1), node)), node)
        return proceed(t, run_block(t, node.body), GOING_ON, lambda: tested(Unknown(behind, int)), node)

    first = tested(Unknown(at(ast.Constant(0), node), int))
    start = first.code if isinstance(first, Split) else 0
    return left_loop(t, Rounds(t, node, "loop", work, start=start).run(), node)


def without_end(t: Tracer, node: For, iterable: Box) -> Done:
    """Run a `for` loop over an endless iterator: a `while` loop that asks for the next item."""
    with loop_over_given(t, node, iterable) as loop:
        t.frame.scope.locals |= {NEXT}
        t.state.write(t.frame.box).names[NEXT] = next
        head = at(ast.Name(id=NEXT, ctx=ast.Load()), node.iter)
        call = at(ast.Call(func=head, args=[loop.iter], keywords=[]), node.iter)
        first = at(ast.Assign(targets=[node.target], value=call), node)
        made = at(ast.While(test=at(ast.Constant(value=True), node.iter), body=[first, *node.body], orelse=[]), node)
        t.program.kept.append(made)
        return while_loop(t, made)


def unrolled(t: Tracer, node: For, iterable: Any) -> Done:
    """Run a loop over known items that may be left early: item by item, or as a loop of run time if that takes long."""
    items: list[Any] = []
    begun = iterable.content.position if is_stream(iterable) else 0
    iterate(t, iterable, node.iter, items.append)

    def rounds(first: int) -> Done:
        for index in range(first, len(items)):
            if is_stream(iterable):
                t.state.write(iterable).position = begun + index + 1
            assign(t, node.target, items[index])
            done = run_block(t, node.body)
            if exits_of(done) <= GOING_ON:
                continue
            if isinstance(done, Split) and done.exits & GOING_ON:
                if len(items) > UNROLLED:
                    raise TooLong
                return proceed(t, done, GOING_ON, partial(rounds, index + 1), node)
            return done
        return None

    mark, names = t.state.mark(), t.names.mark()
    try:
        done = rounds(0)
    except TooLong:
        t.state.rollback(mark)
        t.undo_names(names)
        if is_stream(iterable) and iterable in t.sharing.living():
            raise lost_count(t, node.iter) from None
        whole = t.tree(t.state.box(ListC(items)), node.iter, "items")
        listed = t.unknown(t.settle(Unknown(whole, list), "items", node.iter))
        assert listed is not None
        _, item = counted(t, listed, node.iter)
        return looped(t, node, len(items), item)
    t.state.keep(mark)
    return left_loop(t, done, node)


class TooLong(Exception):
    """A loop has too many rounds to be written out."""


def leaves(t: Tracer, body: list[ast.stmt]) -> bool:
    """Say whether a loop may be left by `break` or `return`, be it of whoever loops over what it yields."""
    words = Words()
    for statement in body:
        words.visit(statement)
    return bool(words.exits & {Exit.BREAK, Exit.RETURN}) or (words.yields and "manages" in t.frame.notes)


def over_generator(t: Tracer, node: For, generator: Generator) -> Done:
    """Run a loop over a generator that calls tasks: the generator's code, with the loop's body where it yields."""
    begin(t, generator, node.iter)
    consumer, frame = t.frame, generator.frame
    for item in ast.walk(generator.closure.node):
        if isinstance(item, ast.Try) and item.handlers and any(yields(part) for part in item.body):
            mend = "Collect the items in a list inside of the `try`, and loop over that."
            raise t.untraceable("a generator that yields inside of a `try` cannot be traced here", node.iter, mend)

    def give(value: Any) -> Done:
        inner, t.frame = t.frame, consumer
        t.callers.append(inner)
        try:
            assign(t, node.target, value)
            done = run_block(t, node.body)
        finally:
            t.callers.pop()
            t.frame = inner
        return renamed(t, done, LEAVING, node)

    def given(value: Any, where: ast.AST) -> None:
        if give(value) is not None:
            raise t.untraceable("this loop is left in the middle of an expression of the generator", where)

    frame.notes["manages"] = give
    frame.on_yield = given
    t.frame = frame
    t.calls.append((generator.closure.node, t.regions))
    t.callers.append(consumer)
    try:
        body = generator.closure.node.body
        assert isinstance(body, list)
        done = t.at_depth(node, lambda: run_block(t, body))
    finally:
        t.callers.pop()
        t.calls.pop()
        t.frame = consumer
    return left_loop(t, renamed(t, done, LEFT, node), node)


LEAVING = {Exit.CONTINUE: Exit.NEXT, Exit.BREAK: Exit.LEFT, Exit.RETURN: Exit.LEFT_RETURN}
"""What a way to end the body of a loop is in the generator that the loop goes over."""
LEFT = {Exit.RETURN: Exit.NEXT, Exit.LEFT: Exit.BREAK, Exit.LEFT_RETURN: Exit.RETURN}
"""What a way to end the code of a generator is in the loop over it."""


def yields(code: ast.AST) -> bool:
    """Say whether code yields."""
    return any(isinstance(item, ast.Yield | ast.YieldFrom) for item in ast.walk(code))


def renamed(t: Tracer, done: Done, names: dict[Exit, Exit], node: ast.AST) -> Done:
    """Give a completion under other names."""
    exits = frozenset(names.get(one, one) for one in exits_of(done))
    value = done.value if done is not None else None
    if len(exits) == 1:
        (only,) = exits
        return None if only is Exit.NEXT else Completion(only, value if only in WITH_VALUE else None)
    assert isinstance(done, Split)
    table = t.capture({int(one): int(names.get(one, one)) for one in exits_of(done)}, "exits", node)
    code = at(ast.Subscript(value=table, slice=done.code.tree, ctx=ast.Load()), node)
    return Split(
        t.expression(t.settle(Unknown(code, int, done.code.pure, done.code.total), "exit", node)), exits, value
    )


def looped(t: Tracer, node: For, count: Unknown | int, item: Callable[[Unknown], Unknown]) -> Done:
    """Run a `for` loop at run time, one round after the other."""

    def work(index: Unknown) -> Done:
        assign(t, node.target, item(index))
        return run_block(t, node.body)

    if not awaits(node.body) and batched(t, work, count, node):
        return run_block(t, node.orelse)
    return left_loop(t, Rounds(t, node, "loop", work, count=count).run(), node)


def awaits(body: list[ast.stmt]) -> bool:
    """Say whether a piece of code awaits something."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.Await):
            return True
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(item))
    return False


def over_batch(t: Tracer, node: For, box: Box) -> Done:
    """Run a loop over coroutines or tasks of which only run time knows the number."""
    return over_members(t, node, *members(t, box, node.iter))


def over_members(t: Tracer, node: For, count: Unknown | int, item: Item, *, source: ast.AST | None = None) -> Done:
    """Run a loop over the items of such a list: together where all have run, and a round only looks at them.

    source: the code that the loop stands for.
    """
    from tiphys.tracing.done import over_done

    like = done_like(t, item, node)
    done = NotImplemented if like is None else over_done(t, node, (count, item), like, source or node)
    return looped(t, node, count, item) if done is NotImplemented else done


def left_loop(t: Tracer, done: Done, node: For | ast.While) -> Done:
    """Run the `else` of a loop that is through; a `break` goes on behind the loop."""
    if not isinstance(done, Split):
        if done is None:
            return run_block(t, node.orelse)
        return None if done.exit is Exit.BREAK else done

    def behind(left: Done) -> Done:
        if not isinstance(left, Split):
            return None if left is not None and left.exit is Exit.BREAK else left
        if Exit.BREAK not in left.exits:
            return left
        exits = (left.exits - {Exit.BREAK}) | {Exit.NEXT}
        return Split(recoded(t, left.code, Exit.BREAK, node), exits, left.value) if len(exits) > 1 else None

    if not node.orelse or Exit.NEXT not in done.exits:
        return behind(done)
    test = ast.Compare(left=done.code.tree, ops=[ast.Eq()], comparators=[at(ast.Constant(0), node)])
    which = Which(t, Unknown(at(test, node), bool, done.code.pure, done.code.total), node)
    works = [lambda: run_block(t, node.orelse), lambda: behind(without(done, Exit.NEXT))]
    merged: Done = fork(t, which, works, node, title="otherwise")
    return merged


def while_loop(t: Tracer, node: ast.While) -> Done:
    mark, names = t.state.mark(), t.names.mark()
    rounds = 0
    while True:
        test = decided_by(t, evaluate(t, node.test), node.test)
        if not isinstance(test, bool):
            break
        if not test:
            t.state.keep(mark)
            return run_block(t, node.orelse)
        rounds += 1
        if rounds > ENDLESS and isinstance(node.test, ast.Constant) and acts(t, node):
            break
        if rounds > 100_000:
            if t.mistakes:  # what would have ended it may be what was refused
                raise Poisoned
            mend = "Let something in its body end it, such as the result of a task."
            raise t.refuse("this loop does not end when the program is compiled", node.test, mend)
        done = run_block(t, node.body)
        if isinstance(done, Split) and not done.exits <= GOING_ON:
            break
        if not exits_of(done) <= GOING_ON:
            t.state.keep(mark)
            return left_loop(t, done, node)
    t.state.rollback(mark)
    t.undo_names(names)
    if not acts(t, node) and not hides_changes(t, node):
        return run_as_glue(t, node)
    return while_later(t, node)


def going_on(t: Tracer, test: Unknown, node: ast.expr) -> Split:
    """Go on if a test says so at run time; else the loop is through."""
    on, off = (at(ast.Constant(int(item)), node) for item in (Exit.NEXT, Exit.EXHAUSTED))
    code = Unknown(Which(t, test, node).pick([on, off]), int)
    return Split(code, frozenset((Exit.NEXT, Exit.EXHAUSTED)))


def while_later(t: Tracer, node: ast.While) -> Done:
    """Run a `while` loop at run time."""

    def tested() -> Done:
        test = decided_by(t, evaluate(t, node.test), node.test)
        if isinstance(test, bool):
            return None if test else Completion(Exit.EXHAUSTED)
        t.need(test)
        return going_on(t, test, node.test)

    def work(_: Unknown) -> Done:
        return proceed(t, run_block(t, node.body), GOING_ON, tested, node)

    first = tested()
    if isinstance(first, Completion):
        return run_block(t, node.orelse)
    start = first.code if isinstance(first, Split) else 0
    return left_loop(t, Rounds(t, node, "loop", work, start=start).run(), node)
