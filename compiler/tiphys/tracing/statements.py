"""Statements: one function per kind of syntax, and the table that names them all. Each returns how it completed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.tracing.acting import acts
from tiphys.tracing.assignment import assign, augmented, delete
from tiphys.tracing.attempts import attempt
from tiphys.tracing.calls import call_value, raising
from tiphys.tracing.choices import decided_by
from tiphys.tracing.closures import make_closure
from tiphys.tracing.completions import BREAK, CONTINUE, Completion, Done, Exit, Whole
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.facts import hint_of
from tiphys.tracing.glue import at
from tiphys.tracing.groups import attempt_groups
from tiphys.tracing.iterators import iterator
from tiphys.tracing.looping import for_loop, while_loop
from tiphys.tracing.managers import BodyOf, with_items
from tiphys.tracing.matching import match_statement
from tiphys.tracing.merging import fork
from tiphys.tracing.names import store
from tiphys.tracing.pending import PendingC
from tiphys.tracing.raises import handled, raise_value
from tiphys.tracing.running import run_block
from tiphys.tracing.state import Box, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Raised, Unknown
from tiphys.tracing.which import Which


def expression(t: Tracer, node: ast.Expr) -> Done:
    if isinstance(node.value, ast.Yield) and "manages" in t.frame.notes:
        given = evaluate(t, node.value.value) if node.value.value is not None else None
        inside: Done = t.frame.notes["manages"](given)
        return inside
    if isinstance(node.value, ast.YieldFrom) and "manages" in t.frame.notes:
        return each_yielded(t, node.value)
    value = evaluate(t, node.value)
    if isinstance(value, Unknown) and value.ref is None and not (value.pure and value.total):
        t.settle(value, hint_of(node.value), node.value)
    if isinstance(value, TaskTemplate) and isinstance(node.value, ast.Call):
        what = f"`override` gives another task, and leaves `{value.name}` as it is; call what it gives"
        t.state.notes.append(f"{t.span(node)}: {what}")
    return None


def each_yielded(t: Tracer, node: ast.YieldFrom) -> Done:
    """Run `yield from` in a generator that runs inside its consumer."""
    given = at(ast.Name(id="__given", ctx=ast.Store()), node)
    again = at(ast.Expr(value=at(ast.Yield(value=at(ast.Name(id="__given", ctx=ast.Load()), node)), node)), node)
    loop = at(ast.For(target=given, iter=node.value, body=[again], orelse=[]), node)
    t.frame.scope.locals |= {"__given"}
    t.program.kept.append(loop)
    return for_loop(t, loop)


def assignment(t: Tracer, node: ast.Assign) -> None:
    value = evaluate(t, node.value)
    if isinstance(node.value, ast.GeneratorExp) and isinstance(value, Box) and isinstance(value.content, ListC):
        held = [item.content for item in value.content.items if isinstance(item, Box)]
        if not any(isinstance(content, PendingC) for content in held):
            value = iterator(t, value.content.items)
    if len(node.targets) > 1 and isinstance(value, Unknown):
        value = t.settle(value, hint_of(node.targets[0]), node)
    for target in node.targets:
        assign(t, target, value)


def annotated(t: Tracer, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(t, node.target, evaluate(t, node.value))


def returned(t: Tracer, node: ast.Return) -> Completion:
    value = evaluate(t, node.value) if node.value is not None else None
    if node.value is not None and isinstance(value, Unknown) and not value.total and leaves_try(t):
        value = t.settle(value, hint_of(node.value), node.value)  # what it raises, the `try` around it catches
    return Completion(Exit.RETURN, value)


def leaves_try(t: Tracer) -> bool:
    """Say whether a `return` here leaves a `try`: one of this function, or of a context manager around it."""
    around = {t.frame.box, *(frame.box for frame in t.callers if "manages" in frame.notes)}
    return any(trial.frame_box in around for trial in t.trials)


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


def definition(t: Tracer, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function: Any = make_closure(t, node)
    for decorator in reversed(node.decorator_list):
        call = ast.copy_location(ast.Call(func=decorator, args=[], keywords=[]), decorator)
        function = call_value(t, evaluate(t, decorator), (function,), {}, call)
    store(t, node.name, function, node)


def imported(t: Tracer, node: ast.Import | ast.ImportFrom) -> None:
    """Import a module; its names are known objects."""
    import importlib

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
        raise_value(t, call_value(t, AssertionError, tuple(message), {}, call), [], node, handled(t))

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
    raise_value(t, value, [] if node.cause is None else [evaluate(t, node.cause)], node, handled(t))


def attempted(t: Tracer, node: ast.Try) -> Done:
    done: Done = attempt(t, node, lambda body: run_block(t, body))
    return done


def attempted_groups(t: Tracer, node: ast.TryStar) -> Done:
    return attempt_groups(t, node, lambda body: run_block(t, body))


def with_block(t: Tracer, node: ast.With | ast.AsyncWith) -> Done:
    return with_items(t, node, lambda body: run_block(t, body))


def match_block(t: Tracer, node: ast.Match, behind: Sequence[ast.stmt]) -> Done | Whole:
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
