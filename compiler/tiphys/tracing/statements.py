"""Statements: one function per kind of syntax, and the table that names them all. Each returns how it completed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.tracing.assignment import assign, augmented, delete
from tiphys.tracing.closures import fan_out, make_closure
from tiphys.tracing.concurrency import async_with
from tiphys.tracing.expressions import acts, evaluate
from tiphys.tracing.facts import hint_of, truth_of
from tiphys.tracing.iteration import iterate
from tiphys.tracing.names import store
from tiphys.tracing.state import Box, DictC, ListC, PendingC
from tiphys.tracing.tracer import POISON, Poisoned, Tracer
from tiphys.tracing.values import Raised, TupleV, Unknown


class Exit(Enum):
    """How a statement can complete, other than by going on to the next."""

    RETURN = "return"
    BREAK = "break"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Completion:
    """A statement that does not go on to the next one; exceptions travel as `Raised`."""

    exit: Exit
    value: Any = None


BREAK, CONTINUE = Completion(Exit.BREAK), Completion(Exit.CONTINUE)


def run_function(t: Tracer, body: list[ast.stmt]) -> Any:
    """Interpret a function body; give what it returns."""
    done = run_block(t, body)
    return done.value if done is not None else None


def run_block(t: Tracer, body: list[ast.stmt]) -> Completion | None:
    """Interpret statements in order, to the first that does not go on."""
    for statement in body:
        done = execute(t, statement)
        if done is not None:
            return done
    return None


def execute(t: Tracer, node: ast.stmt) -> Completion | None:
    """Interpret one statement. In the orchestrator itself a mistake is kept, and the rest is looked at too."""
    handler = TABLE.get(type(node))
    begun = len(t.state.pending)
    try:
        if handler is None:
            raise t.untraceable(f"`{type(node).__name__}` cannot be used in an orchestrator", node)
        return handler(t, node)
    except ProgramError as error:
        if t.guards:
            raise
        t.mistakes.extend(error.mistakes)
    except Poisoned:
        if t.guards:
            raise
    poison(t, node)
    for box in t.state.pending[begun:]:
        excuse(t, box)
    return None


def poison(t: Tracer, node: ast.stmt) -> None:
    """After a mistake: what the statement would have set is not to be looked at."""
    names = t.state.write(t.frame.box).names
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            names[item.id] = POISON
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            excuse(t, names.get(item.id))


def excuse(t: Tracer, value: Any) -> None:
    """Take coroutines for awaited: what would have awaited them was refused."""
    match value:
        case Box(content=PendingC()):
            t.state.write(value).taken = True
        case Box(content=ListC(items=items)) | TupleV(items=items):
            for item in items:
                excuse(t, item)
        case Box(content=DictC(entries=entries)):
            for item in entries.values():
                excuse(t, item)


def expression(t: Tracer, node: ast.Expr) -> None:
    value = evaluate(t, node.value)
    if isinstance(value, Unknown) and value.ref is None and not (value.pure and value.total):
        t.settle(value, hint_of(node.value), node.value)


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
    return Completion(Exit.RETURN, evaluate(t, node.value) if node.value is not None else None)


def known_test(t: Tracer, test: ast.expr, word: str) -> bool:
    """Decide a condition that the program steers by."""
    value = evaluate(t, test)
    known = truth_of(t, value)
    if known is None:
        unknown = t.unknown(value)
        assert unknown is not None
        t.need(unknown)
        mend = (
            "Decide inside a task, or use a conditional expression of plain values; branches come with a later version."
        )
        raise t.untraceable(f"this `{word}` depends on a value that is known only at run time", test, mend)
    return known


def branch(t: Tracer, node: ast.If) -> Completion | None:
    return run_block(t, node.body if known_test(t, node.test, "if") else node.orelse)


def for_loop(t: Tracer, node: ast.For) -> Completion | None:
    iterable = evaluate(t, node.iter)
    unknown = t.unknown(iterable)
    if unknown is not None:
        t.need(unknown)
        raise fan_out(t, node.iter, acts=acts(t, node))

    def body(item: Any) -> Completion | None:
        assign(t, node.target, item)
        done = run_block(t, node.body)
        return None if done is CONTINUE else done

    done = iterate(t, iterable, node.iter, body)
    if done is None:
        return run_block(t, node.orelse)
    return None if done is BREAK else done


def while_loop(t: Tracer, node: ast.While) -> Completion | None:
    rounds = 0
    while known_test(t, node.test, "while"):
        rounds += 1
        if rounds > 100_000:
            raise t.refuse("this loop does not end when the program is compiled", node.test)
        done = run_block(t, node.body)
        if done is BREAK:
            return None
        if done is not None and done is not CONTINUE:
            return done
    return run_block(t, node.orelse)


def definition(t: Tracer, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function: Any = make_closure(t, node)
    for decorator in reversed(node.decorator_list):
        from tiphys.tracing.calls import call_value

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


def asserted(t: Tracer, node: ast.Assert) -> None:
    if not known_test(t, node.test, "assert"):
        message = t.native(evaluate(t, node.msg)) if node.msg is not None else None
        raise Raised(AssertionError(*([] if message is None else [message])), t.span(node))


def raised(t: Tracer, node: ast.Raise) -> None:
    if node.exc is None:
        active = t.frame.notes.get("handling")
        if active is None:
            raise Raised(RuntimeError("No active exception to reraise"), t.span(node))
        raise active
    value = evaluate(t, node.exc)
    unknown = t.unknown(value)
    if unknown is not None:
        raise t.untraceable("this raises a value that is known only at run time", node)
    error = t.native(value)
    if isinstance(error, type) and issubclass(error, BaseException):
        error = error()
    if not isinstance(error, BaseException):
        error = TypeError("exceptions must derive from BaseException")
    if node.cause is not None:
        error.__cause__ = t.native(evaluate(t, node.cause))
    raise Raised(error, t.span(node))


def attempt(t: Tracer, node: ast.Try) -> Completion | None:
    """Run a `try` whose body is decided when the program is compiled: it may await no task."""
    before = len(t.state.nodes)
    frontier = t.state.frontier
    t.guards += 1
    done: Completion | None = None
    try:
        try:
            done = run_block(t, node.body)
            refuse_nodes(t, node, before, frontier)
            if done is None:
                done = run_block(t, node.orelse)
        except Raised as error:
            refuse_nodes(t, node, before, frontier)
            done = handle(t, node, error)
    except Raised:
        ended = run_block(t, node.finalbody)
        if ended is not None:
            return ended
        raise
    finally:
        t.guards -= 1
    return run_block(t, node.finalbody) or done


def refuse_nodes(t: Tracer, node: ast.Try, before: int, frontier: tuple[str, ...]) -> None:
    """Refuse a `try` around what runs in pods."""
    if len(t.state.nodes) > before and t.state.frontier != frontier:
        mend = "Catch inside the task; `try` around tasks comes with a later version."
        raise t.untraceable("this `try` contains what happens at run time", node, mend)


def handle(t: Tracer, node: ast.Try, error: Raised) -> Completion | None:
    """Find the clause that catches an exception, and run it."""
    for clause in node.handlers:
        kinds = t.native(evaluate(t, clause.type)) if clause.type is not None else BaseException
        if isinstance(error.error, kinds):
            if clause.name:
                store(t, clause.name, error.error, clause)
            outer = t.frame.notes.get("handling")
            t.frame.notes["handling"] = error
            try:
                return run_block(t, clause.body)
            finally:
                t.frame.notes["handling"] = outer
                if clause.name:
                    t.state.write(t.frame.box).names.pop(clause.name, None)
    raise error


def with_block(t: Tracer, node: ast.With) -> Completion | None:
    raise t.untraceable("`with` cannot be traced here", node.items[0].context_expr, "Open what you need inside a task.")


def async_with_block(t: Tracer, node: ast.AsyncWith) -> Completion | None:
    return async_with(t, node, lambda: run_block(t, node.body))


def match_block(t: Tracer, node: ast.Match) -> Completion | None:
    """Run a `match` on a known subject."""
    from tiphys.tracing.patterns import matches

    subject = evaluate(t, node.subject)
    for case in node.cases:
        if matches(t, case.pattern, subject) and (case.guard is None or known_test(t, case.guard, "if")):
            return run_block(t, case.body)
    return None


def deleted(t: Tracer, node: ast.Delete) -> None:
    for target in node.targets:
        delete(t, target)


def refused(sentence: str) -> Callable[[Tracer, ast.stmt], Completion | None]:
    """Make the handler of a statement that is always refused."""

    def handler(t: Tracer, node: ast.stmt) -> Completion | None:
        raise t.untraceable(sentence, node)

    return handler


TABLE: dict[type[ast.stmt], Callable[[Tracer, Any], Completion | None]] = {
    ast.Expr: expression, ast.Assign: assignment, ast.AnnAssign: annotated, ast.AugAssign: augmented,
    ast.Return: returned, ast.If: branch, ast.For: for_loop, ast.While: while_loop, ast.FunctionDef: definition,
    ast.AsyncFunctionDef: definition, ast.Import: imported, ast.ImportFrom: imported, ast.Assert: asserted,
    ast.Raise: raised, ast.Try: attempt, ast.With: with_block, ast.AsyncWith: async_with_block, ast.Match: match_block,
    ast.Delete: deleted,
    ast.Pass: lambda _t, _node: None, ast.Break: lambda _t, _node: BREAK, ast.Continue: lambda _t, _node: CONTINUE,
    ast.Global: lambda _t, _node: None, ast.Nonlocal: lambda _t, _node: None,
    ast.AsyncFor: refused("`async for` cannot be traced"),
    ast.TryStar: refused("`except*` cannot be traced yet"),
    ast.ClassDef: refused("a class cannot be defined inside an orchestrator"),
}  # fmt: skip
