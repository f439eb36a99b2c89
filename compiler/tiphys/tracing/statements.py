"""Statements: one function per kind of syntax, and the table that names them all. Each returns how it completed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Never

from tiphys.tracing.assignment import assign, augmented, delete
from tiphys.tracing.attempts import attempt
from tiphys.tracing.blocks import Words, run_as_glue
from tiphys.tracing.calls import call_value
from tiphys.tracing.closures import make_closure
from tiphys.tracing.completions import BREAK, CONTINUE, Completion, Done, Ended, Exit, Split, Whole, exits_of, without
from tiphys.tracing.comprehensions import loop_over_given
from tiphys.tracing.expressions import acts, evaluate
from tiphys.tracing.facts import hint_of
from tiphys.tracing.fan_out import Many, batched, each_of
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import iterate
from tiphys.tracing.loops import Rounds, counted, recoded
from tiphys.tracing.managers import BodyOf, with_items
from tiphys.tracing.merging import Which, decided_by, fork
from tiphys.tracing.names import store
from tiphys.tracing.running import proceed, run_block
from tiphys.tracing.state import BatchC, Box, ListC
from tiphys.tracing.tracer import NotKnown, Tracer
from tiphys.tracing.values import Raised, Unknown
from tiphys_runtime.objects import raise_

For = ast.For | ast.AsyncFor


def expression(t: Tracer, node: ast.Expr) -> Done:
    if isinstance(node.value, ast.Yield) and "manages" in t.frame.notes:
        given = evaluate(t, node.value.value) if node.value.value is not None else None
        inside: Done = t.frame.notes["manages"](given)
        return inside
    value = evaluate(t, node.value)
    if isinstance(value, Unknown) and value.ref is None and not (value.pure and value.total):
        t.settle(value, hint_of(node.value), node.value)
    return None


def assignment(t: Tracer, node: ast.Assign) -> None:
    value = evaluate(t, node.value)
    if len(node.targets) > 1 and isinstance(value, Unknown):
        value = t.settle(value, hint_of(node.targets[0]), node)
    for target in node.targets:
        assign(t, target, value)


def annotated(t: Tracer, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(t, node.target, evaluate(t, node.value))


def returned(t: Tracer, node: ast.Return) -> Completion:
    value = evaluate(t, node.value) if node.value is not None else None
    return Completion(Exit.RETURN, value)


def branch(t: Tracer, node: ast.If, behind: Sequence[ast.stmt]) -> Done | Whole:
    unknown = decided_by(t, evaluate(t, node.test), node.test)
    if isinstance(unknown, bool):
        return run_block(t, node.body if unknown else node.orelse)
    t.need(unknown)
    works = [lambda: run_block(t, node.body), lambda: run_block(t, node.orelse)]
    rest = (lambda: run_block(t, behind)) if behind else None
    ends = ends_function(t, behind)
    done: Done | Whole = fork(t, Which(t, unknown, node.test), works, node, rest=rest, ends=ends)
    return done


def ends_function(t: Tracer, behind: Sequence[ast.stmt]) -> bool:
    """Say whether statements call no task and end the function."""
    return bool(behind) and isinstance(behind[-1], ast.Return) and not any(acts(t, item) for item in behind)


def for_loop(t: Tracer, node: For) -> Done:
    mark, names = t.state.mark(), t.names.mark()
    iterable = evaluate(t, node.iter)
    unknown, is_before = t.unknown(iterable), False
    if unknown is not None:
        t.need(unknown)
        is_before = isinstance(node, ast.AsyncFor) or acts(t, node.iter)
        if not is_before and not acts(t, node):
            t.state.rollback(mark)
            t.undo_names(names)
            return run_as_glue(t, node)
    t.state.keep(mark)
    if unknown is not None:
        if is_before and not any(acts(t, item) for item in (*node.body, *node.orelse)):
            with loop_over_given(t, node, iterable) as loop:
                return run_as_glue(t, loop)
        count, item = counted(t, unknown, node.iter)
        return looped(t, node, count, item)
    if isinstance(iterable, Box) and isinstance(iterable.content, BatchC):
        return over_batch(t, node, iterable)
    if not leaves(node.body):

        def body(item: Any) -> Done:
            assign(t, node.target, item)
            done = run_block(t, node.body)
            return None if exits_of(done) <= GOING_ON else done

        done = iterate(t, iterable, node.iter, body)
        return run_block(t, node.orelse) if done is None else done
    return unrolled(t, node, iterable)


def unrolled(t: Tracer, node: For, iterable: Any) -> Done:
    """Run a loop over known items that may be left early: item by item, or as a loop of run time if that takes long."""
    items: list[Any] = []
    iterate(t, iterable, node.iter, items.append)

    def rounds(first: int) -> Done:
        for index in range(first, len(items)):
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
        whole = t.tree(t.state.box(ListC(items)), node.iter, "items")
        listed = t.unknown(t.settle(Unknown(whole, list), "items", node.iter))
        assert listed is not None
        _, item = counted(t, listed, node.iter)
        return looped(t, node, len(items), item)
    t.state.keep(mark)
    return left_loop(t, done, node)


class TooLong(Exception):
    """A loop has too many rounds to be written out."""


UNROLLED = 8
GOING_ON = frozenset((Exit.NEXT, Exit.CONTINUE))


def leaves(body: list[ast.stmt]) -> bool:
    """Say whether a loop may be left by `break` or `return`."""
    words = Words()
    for statement in body:
        words.visit(statement)
    return bool(words.exits & {Exit.BREAK, Exit.RETURN})


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
    return any(isinstance(item, ast.Await) for statement in body for item in ast.walk(statement))


def over_batch(t: Tracer, node: For, box: Box) -> Done:
    """Run a loop over coroutines or tasks of which the number is known only at run time."""
    items = t.state.write(box).items
    if len(items) != 1 or not isinstance(items[0], Many):
        raise t.untraceable("this list holds tasks of two kinds", node.iter, "Await them all with `asyncio.gather`.")
    box.content.taken = True
    (many,) = items
    return looped(t, node, *each_of(t, many))


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
        if rounds > 100_000:
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
    if not acts(t, node):
        return run_as_glue(t, node)
    return while_later(t, node)


def while_later(t: Tracer, node: ast.While) -> Done:
    """Run a `while` loop at run time."""

    def tested() -> Done:
        test = decided_by(t, evaluate(t, node.test), node.test)
        if isinstance(test, bool):
            return None if test else Completion(Exit.EXHAUSTED)
        t.need(test)
        on, off = (at(ast.Constant(int(item)), node.test) for item in (Exit.NEXT, Exit.EXHAUSTED))
        which = Which(t, test, node.test)
        code = Unknown(which.pick([on, off]), int)
        return Split(code, frozenset((Exit.NEXT, Exit.EXHAUSTED)))

    def work(_: Unknown) -> Done:
        return proceed(t, run_block(t, node.body), GOING_ON, tested, node)

    first = tested()
    if isinstance(first, Completion):
        return run_block(t, node.orelse)
    start = first.code if isinstance(first, Split) else 0
    return left_loop(t, Rounds(t, node, "loop", work, start=start).run(), node)


def definition(t: Tracer, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function: Any = make_closure(t, node)
    for decorator in reversed(node.decorator_list):
        call = ast.copy_location(ast.Call(func=decorator, args=[], keywords=[]), decorator)
        function = call_value(t, evaluate(t, decorator), (function,), {}, call)
    store(t, node.name, function, node)


def imported(t: Tracer, node: ast.Import | ast.ImportFrom) -> None:
    """Import a module; its names are known objects."""
    import importlib

    from tiphys.tracing.calls import raising

    if isinstance(node, ast.Import):
        for alias in node.names:
            module = raising(t, node, importlib.import_module, alias.name)
            if alias.asname is None:
                module = importlib.import_module(alias.name.partition(".")[0])
            store(t, alias.asname or alias.name.partition(".")[0], module, node)
        return
    package = t.frame.globals.get("__package__")
    module = raising(t, node, importlib.import_module, "." * node.level + (node.module or ""), package)
    for alias in node.names:
        store(t, alias.asname or alias.name, raising(t, node, getattr, module, alias.name), node)


def asserted(t: Tracer, node: ast.Assert) -> Done:
    unknown = decided_by(t, evaluate(t, node.test), node.test)

    def fail() -> Done:
        message = [] if node.msg is None else [evaluate(t, node.msg)]
        call = at(
            ast.Call(
                func=at(ast.Name(id="AssertionError"), node), args=[] if node.msg is None else [node.msg], keywords=[]
            ),
            node,
        )
        raise_value(t, call_value(t, AssertionError, tuple(message), {}, call), [], node)

    if isinstance(unknown, bool):
        return None if unknown else fail()
    t.need(unknown)
    done: Done = fork(t, Which(t, unknown, node.test), [lambda: None, fail], node)
    return done


def raised(t: Tracer, node: ast.Raise) -> None:
    if node.exc is None:
        active = t.frame.notes.get("handling")
        if active is None:
            raise Raised(RuntimeError("No active exception to reraise"), t.span(node))
        if isinstance(active, Raised):
            raise active
        raise_value(t, active, [], node)
    value = evaluate(t, node.exc)
    raise_value(t, value, [] if node.cause is None else [evaluate(t, node.cause)], node)


def raise_value(t: Tracer, value: Any, cause: list[Any], node: ast.AST) -> Never:
    """Raise a value: now, or at run time where it has runtime parts. cause: what stands behind `from`, if it does."""
    try:
        known = [t.native(item) for item in (value, *cause)]
    except NotKnown:
        parts = [t.tree(item, node, "error") for item in (value, *cause)]
        call = at(ast.Call(func=t.capture(raise_, "raise_", node), args=parts, keywords=[]), node)
        t.settle(Unknown(call, None, pure=False, total=False), "raise", node, follow=False)
        raise Ended from None
    try:
        raise_(*known)
    except BaseException as error:  # noqa: BLE001  it is the user's, whatever it is
        raise Raised(error.with_traceback(None), t.span(node)) from None


def attempted(t: Tracer, node: ast.Try) -> Done:
    done: Done = attempt(t, node, lambda body: run_block(t, body))
    return done


def attempted_groups(t: Tracer, node: ast.TryStar) -> Done:
    from tiphys.tracing.groups import attempt_groups

    return attempt_groups(t, node, lambda body: run_block(t, body))


def with_block(t: Tracer, node: ast.With | ast.AsyncWith) -> Done:
    return with_items(t, node, lambda body: run_block(t, body))


def match_block(t: Tracer, node: ast.Match, behind: Sequence[ast.stmt]) -> Done | Whole:
    from tiphys.tracing.matching import match_statement

    rest = (lambda: run_block(t, behind)) if behind else None
    done: Done | Whole = match_statement(t, node, lambda body: run_block(t, body), rest, ends=ends_function(t, behind))
    return done


def deleted(t: Tracer, node: ast.Delete) -> None:
    for target in node.targets:
        delete(t, target)


def refused(sentence: str, mend: str) -> Callable[[Tracer, ast.stmt], Done]:
    """Make the handler of a statement that is always refused."""

    def handler(t: Tracer, node: ast.stmt) -> Done:
        raise t.untraceable(sentence, node, mend)

    return handler


TABLE: dict[type[ast.stmt], Callable[[Tracer, Any], Done]] = {
    ast.Expr: expression, ast.Assign: assignment, ast.AnnAssign: annotated, ast.AugAssign: augmented,
    ast.Return: returned, ast.For: for_loop, ast.While: while_loop, ast.FunctionDef: definition,
    ast.AsyncFunctionDef: definition, ast.Import: imported, ast.ImportFrom: imported, ast.Assert: asserted,
    ast.Raise: raised, ast.Try: attempted, ast.With: with_block, ast.AsyncWith: with_block,
    BodyOf: lambda _t, node: node.work(),
    ast.Delete: deleted,
    ast.Pass: lambda _t, _node: None, ast.Break: lambda _t, _node: BREAK, ast.Continue: lambda _t, _node: CONTINUE,
    ast.Global: lambda _t, _node: None, ast.Nonlocal: lambda _t, _node: None,
    ast.AsyncFor: for_loop,
    ast.TryStar: attempted_groups,
    ast.ClassDef: refused("a class cannot be defined inside an orchestrator", "Define it in the module."),
}  # fmt: skip
