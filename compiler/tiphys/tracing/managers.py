"""`with` and `async with`: the context managers that an orchestrator may use, and what each means."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tiphys.authoring import context
from tiphys.tracing.assignment import assign
from tiphys.tracing.attempts import forked
from tiphys.tracing.closures import closure_of, entered
from tiphys.tracing.completions import Done, Exit, code_of, completed, exits_of, value_of
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.contexts import Given, given, inside_context, outer_context
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.glue import at
from tiphys.tracing.merging import fork
from tiphys.tracing.names import variables
from tiphys.tracing.pending import GroupC, SemaphoreC
from tiphys.tracing.raises import raise_again
from tiphys.tracing.running import proceed, run_block
from tiphys.tracing.state import Box, LeftC, ObjectC
from tiphys.tracing.task_groups import in_group
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import Choice, Closure, Generator, Manager, Raised, Special
from tiphys.tracing.which import Which
from tiphys_runtime.context import ctx

Body = Callable[[], Done]
HELPERS = contextlib.contextmanager.__code__.co_filename


@dataclass(frozen=True, eq=False)
class Managed(Manager):
    """A call of a `contextmanager` helper of the user's: its generator, not begun."""

    generator: Any


@dataclass(frozen=True, eq=False)
class Null(Manager):
    """`contextlib.nullcontext`: does nothing, and gives a value."""

    value: Any = None


@dataclass(frozen=True, eq=False)
class Limit(Manager):
    """`asyncio.timeout`: how many seconds what is called inside may take."""

    seconds: Any


def with_items(t: Tracer, node: ast.With | ast.AsyncWith, run: Callable[[Sequence[ast.stmt]], Done]) -> Done:
    """Run a `with` statement, its managers from the first to the last."""

    def inner(index: int) -> Done:
        if index == len(node.items):
            return run(node.body)
        return with_item(t, node, node.items[index], lambda: inner(index + 1), run)

    return inner(0)


def with_item(
    t: Tracer, node: ast.With | ast.AsyncWith, item: ast.withitem, body: Body,
    run: Callable[[Sequence[ast.stmt]], Done],
) -> Done:  # fmt: skip
    """Run code inside one context manager."""
    return with_manager(t, node, item, evaluate(t, item.context_expr), body, run)


def with_manager(
    t: Tracer, node: ast.With | ast.AsyncWith, item: ast.withitem, value: Any, body: Body,
    run: Callable[[Sequence[ast.stmt]], Done],
) -> Done:  # fmt: skip
    """Run code inside one context manager, or inside of one of several."""

    def bound(given: Any) -> Done:
        if item.optional_vars is not None:
            assign(t, item.optional_vars, given)
        return body()

    match value:
        case Choice(number=number, options=options):
            works = [partial(with_manager, t, node, item, option, body, run) for option in options]
            one: Done = fork(t, Which(t, number, item.context_expr, is_number=True), works, node, title="with")
            return one
        case Managed(generator=generator):
            return inside_generator(t, generator, item.context_expr, bound)
        case Box(content=GroupC()) if isinstance(node, ast.AsyncWith):
            return in_group(t, value, lambda: bound(value), node)
        case Box(content=SemaphoreC()) if isinstance(node, ast.AsyncWith):
            return held(t, value, lambda: bound(None))
        case Given(values=values):
            done: Done = inside_context(t, values, lambda: bound(None), item.context_expr)
            return done
        case Limit(seconds=seconds) if isinstance(node, ast.AsyncWith):
            timed: Done = t.within_time(seconds, lambda: bound(None))
            return timed
        case contextlib.suppress():
            return suppressed(t, node, vars(value)["_exceptions"], lambda: bound(None))
        case Null(value=given):
            return bound(given)
        case Box(content=ObjectC(cls=cls)) if hasattr(cls, "__enter__") or hasattr(cls, "__aenter__"):
            return with_object(t, node, value, item, run, body)
        case asyncio.Semaphore() if isinstance(node, ast.AsyncWith):
            return held(t, t.outer_semaphore(value), lambda: bound(None))
    mend = "Open what you need inside a task."
    raise t.untraceable("this context manager cannot be used in an orchestrator", item.context_expr, mend)


def held(t: Tracer, box: Box, body: Body) -> Done:
    """Run code that holds a semaphore: not before one of those that hold it gives it back."""
    start_ready(t)
    content = box.content
    if t.lanes and content.epoch < t.lanes[-1].epoch:
        t.lanes[-1].limits.append(content.limit)
        return body()
    if isinstance(content.limit, int) and len(content.released) >= content.limit:
        before = content.released[len(content.released) - content.limit]
        t.state.frontier = tuple(dict.fromkeys((*t.state.frontier, *before)))
    done = body()
    t.state.write(box).released.append(t.state.frontier)
    return done


def suppressed(t: Tracer, node: ast.AST, kinds: tuple[type, ...], body: Body) -> Done:
    """Run code of which some exceptions are dropped."""
    tried = tries(t, body, [kinds], node)
    if isinstance(tried, Raised):
        if isinstance(tried.error, kinds):
            return None
        raise tried
    if not isinstance(tried, Tried):
        done: Done = tried
        return done

    def dropped() -> Done:
        tried.failed()
        return None

    def other() -> Done:
        tried.failed()
        return raise_again(t, tried.error, node)

    merged: Done = forked(t, tried, [tried.went, dropped, other], node)
    return merged


def managed(t: Tracer, function: Any, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a function that `contextlib.contextmanager` has made of a generator; NotImplemented for any other."""
    if function is ctx:
        return outer_context(t)
    if function is contextlib.nullcontext:
        return Null(args[0] if args else keywords.get("enter_result"))
    if function is contextlib.suppress:
        return contextlib.suppress(*(t.native(kind) for kind in args))
    if function in (contextlib.contextmanager, contextlib.asynccontextmanager) and isinstance(args[0], Closure):
        made = args[0]
        return Special(made.name, lambda given, words, where: Managed(generator_of(t, made, given, words, where)))
    inner = getattr(function, "__wrapped__", None)
    is_made = isinstance(function, types.FunctionType) and function.__code__.co_filename == HELPERS
    if not is_made or not isinstance(inner, types.FunctionType):
        return NotImplemented
    if inner is inspect.unwrap(context.group):
        return Null()
    if inner is inspect.unwrap(context.custom_context):
        return given(t, keywords, node)
    if not (inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner)):
        return NotImplemented
    return Managed(generator_of(t, closure_of(t, inner), args, keywords, node))


def generator_of(t: Tracer, closure: Closure, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Bind the arguments of a generator, async or not."""
    return Generator(closure, entered(t, closure, args, keywords, node))


def inside_generator(t: Tracer, generator: Generator, node: ast.AST, body: Callable[[Any], Done]) -> Done:
    """Run code where a generator yields, once: what it does around that is done around the code."""
    consumer = t.frame
    frame = generator.frame
    whole = generator.closure.node
    code = [at(ast.Expr(value=whole.body), whole)] if isinstance(whole, ast.Lambda) else whole.body
    left = t.state.box(LeftC(int(Exit.UNRUN), frozenset((Exit.UNRUN,)), None, {Exit.UNRUN}))

    def give(value: Any) -> None:
        content = t.state.write(left)
        if content.exits != {Exit.UNRUN}:
            raise Raised(RuntimeError("generator didn't stop"), t.span(node))
        content.code, content.exits = int(Exit.NEXT), frozenset((Exit.NEXT,))
        t.frame = consumer
        t.callers.append(frame)
        try:
            done = body(value)
        finally:
            t.callers.pop()
            t.frame = frame
        content = t.state.write(left)
        content.code, content.exits, content.value = code_of(done), exits_of(done), value_of(done)
        content.seen |= {Exit.NEXT, *content.exits}

    frame.notes["manages"] = give
    t.frame = frame
    t.callers.append(consumer)
    t.held.append(left)
    try:
        run_block(t, code)
    finally:
        t.held.pop()
        t.callers.pop()
        t.frame = consumer
    return stopped(t, left.content, node)


def stopped(t: Tracer, left: LeftC, node: ast.AST) -> Done:
    """Go on as the code inside of a context manager has completed, where it has run."""

    def fail() -> Done:
        raise Raised(RuntimeError("generator didn't yield"), t.span(node))

    return proceed(t, completed(left.code, left.exits, left.value), frozenset((Exit.UNRUN,)), fail, node)


def with_object(
    t: Tracer, node: ast.With | ast.AsyncWith, manager: Box, item: ast.withitem,
    run: Callable[[Sequence[ast.stmt]], Done], body: Body,
) -> Done:  # fmt: skip
    """Run code inside an object of the user's with `__enter__` and `__exit__`, as Python's reference spells it out."""
    count = len(variables(t.frame))
    name, hit, error = f"manager {count}", f"hit {count}", f"error {count}"
    is_async = isinstance(node, ast.AsyncWith)
    enter, leave = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    t.state.write(t.frame.box).names[name] = manager
    place = item.context_expr

    def load(word: str) -> ast.expr:
        return at(ast.Name(id=word, ctx=ast.Load()), place)

    def called(method: str, *args: ast.expr) -> ast.expr:
        head = at(ast.Attribute(value=load(name), attr=method, ctx=ast.Load()), place)
        call = at(ast.Call(func=head, args=list(args), keywords=[]), place)
        return at(ast.Await(value=call), place) if is_async else call

    def setting(word: str, value: ast.expr) -> ast.stmt:
        return at(ast.Assign(targets=[at(ast.Name(id=word, ctx=ast.Store()), place)], value=value), place)

    def constant(value: Any) -> ast.expr:
        return at(ast.Constant(value), place)

    target: ast.expr = item.optional_vars or at(ast.Name(id=f"entered {count}", ctx=ast.Store()), place)
    kind = at(ast.Call(func=t.name_of_builtin("type", place), args=[load(error)], keywords=[]), place)
    leaving = called(leave, kind, load(error), constant(None))
    again = at(ast.If(test=at(ast.UnaryOp(op=ast.Not(), operand=leaving), place), body=[at(ast.Raise(), place)],
                      orelse=[]), place)  # fmt: skip
    clause = at(ast.ExceptHandler(type=None, name=error, body=[setting(hit, constant(value=False)), again]), place)
    inner = at(ast.Try(body=[BodyOf(body, place)], handlers=[clause], orelse=[], finalbody=[]), place)
    end = at(ast.Expr(value=called(leave, constant(None), constant(None), constant(None))), place)
    last = at(ast.If(test=load(hit), body=[end], orelse=[]), place)
    whole = at(ast.Try(body=[inner], handlers=[], orelse=[], finalbody=[last]), place)
    first = at(ast.Assign(targets=[target], value=called(enter)), place)
    return run([first, setting(hit, constant(value=True)), whole])


class BodyOf(ast.Pass):
    """A statement that stands for code which is interpreted by a function of ours."""

    def __init__(self, work: Body, where: ast.AST) -> None:
        super().__init__()
        self.work = work
        at(self, where)
