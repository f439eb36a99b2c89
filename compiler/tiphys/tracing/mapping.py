"""`tiphys.map`: a call per item, side by side, known or not."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from functools import partial
from typing import Any

from tiphys.authoring.mapping import Mapper
from tiphys.authoring.task import TaskTemplate
from tiphys.tracing import inference
from tiphys.tracing.asyncio_calls import gather
from tiphys.tracing.calls import call_value
from tiphys.tracing.concurrency import article, await_value, type_name
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.fan_out import Many, run_many
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import collect, counted, is_iterable
from tiphys.tracing.managers import held
from tiphys.tracing.pending import PendingC, SemaphoreC
from tiphys.tracing.state import Box, ListC
from tiphys.tracing.tasks import call_task
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import NotKnown, Unknown


def mapped(t: Tracer, function: Any, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call `map` or `map.aio`; NotImplemented for anything else. Gives the list of results."""
    if isinstance(function, types.MethodType) and isinstance(function.__self__, Mapper):
        function = function.__self__
    if not isinstance(function, Mapper):
        return NotImplemented
    if not args:
        raise t.refuse("`map` needs a task", node)
    target, *iterables = args
    keeps = known_flag(t, keywords.get("return_exceptions", True), node)
    limit = keywords.get("concurrency", 0)
    if not iterables:
        return t.state.box(ListC([]))
    if all(is_iterable(t, one) for one in iterables):
        return over_known(t, target, iterables, limit, node, keeps=keeps)
    for one in iterables:
        if t.unknown(one) is None and not is_iterable(t, one):
            text = f"`map` goes through lists and the like, and this is {article(type_name(one))}"
            raise t.refuse(text, node, "Pass a list: `tiphys.map(task, [...])`.")
    rows, make = rows_of(t, target, iterables, node)
    most = None if limit == 0 else t.unknown(limit) or t.native(limit)
    count, item = counted(t, rows, node)
    many = Many(count, lambda index: make(item(index)), "map", node)
    return t.boxed(run_many(t, many, limit=most, keeps_errors=keeps))


def in_order(t: Tracer, node: ast.For | ast.AsyncFor) -> ast.For | ast.AsyncFor:
    """Rewrite a loop in a `try` over a `map` that raises: the items before the one that fails have their rounds.

    They run side by side all the same: each gives its exception as a value, and its round raises it.
    """
    call = node.iter
    if not t.trials or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
        return node
    says = {word.arg: word.value for word in call.keywords}
    flag = says.get("return_exceptions")
    if not isinstance(flag, ast.Constant) or flag.value is not False or not is_map(evaluate(t, call.func)):
        return node
    names = {"__given": None, "__is": isinstance, "__error": Exception}
    t.frame.scope.locals |= set(names)
    t.state.write(t.frame.box).names.update({name: value for name, value in names.items() if value is not None})

    def load(name: str = "__given") -> ast.expr:
        return at(ast.Name(id=name, ctx=ast.Load()), call)

    words = [ast.keyword(arg="return_exceptions", value=at(ast.Constant(value=True), flag))]
    words += [word for word in call.keywords if word.arg != "return_exceptions"]
    made = at(ast.Call(func=call.func, args=call.args, keywords=words), call)
    test = at(ast.Call(func=load("__is"), args=[load(), load("__error")], keywords=[]), call)
    fail = at(ast.Raise(exc=load(), cause=None), call)
    first = [
        at(ast.If(test=test, body=[fail], orelse=[]), call),
        at(ast.Assign(targets=[node.target], value=load()), node.target),
    ]
    target = at(ast.Name(id="__given", ctx=ast.Store()), node.target)
    loop = type(node)(target=target, iter=made, body=[*first, *node.body], orelse=node.orelse)
    t.program.kept.append(loop)
    return at(loop, node)


def is_map(function: Any) -> bool:
    """Say whether a function is `map`, or its `aio`."""
    owner = function.__self__ if isinstance(function, types.MethodType) else function
    return isinstance(owner, Mapper)


def known_flag(t: Tracer, value: Any, node: ast.AST) -> bool:
    """Give a flag that has to be known."""
    try:
        return bool(t.native(value))
    except NotKnown:
        what = "`return_exceptions` has to be known when the program is compiled"
        raise t.untraceable(what, node, "Write `True` or `False`.") from None


def rows_of(t: Tracer, target: Any, iterables: list[Any], node: ast.Call) -> tuple[Unknown, Callable[[Unknown], Any]]:
    """Give what is mapped over as one value, and what makes the call for one of its items."""
    if len(iterables) == 1:
        return t.expression(iterables[0]), lambda item: called(t, target, (item,), node)
    trees = [t.tree(one, node) for one in iterables]
    zipped = at(ast.Call(func=t.capture(zip, "zip", node), args=trees, keywords=[]), node)
    listed = at(ast.Call(func=t.capture(list, "list", node), args=[zipped], keywords=[]), node)
    rows = t.expression(t.settle(Unknown(listed, list, total=False), "rows", node))

    def make(row: Unknown) -> Any:
        settled = t.settle(row, "row", node)
        parts = [
            Unknown(at(ast.Subscript(value=t.tree(settled, node), slice=at(ast.Constant(index), node),
                                     ctx=ast.Load()), node))
            for index in range(len(iterables))
        ]  # fmt: skip
        return called(t, target, tuple(parts), node)

    return Unknown(rows.tree, inference.collection(list, tuple)), make


def called(t: Tracer, target: Any, args: tuple[Any, ...], node: ast.Call) -> Any:
    """Call a task, or a partial of one, as a coroutine."""

    def begin() -> Any:
        if isinstance(target, TaskTemplate):
            return await_value(t, call_task(t, target, args, {}, node, awaitable=True), node)
        made = call_value(t, target, args, {}, node)
        return await_value(t, made, node) if isinstance(made, Box) and isinstance(made.content, PendingC) else made

    return t.state.box(PendingC(begin, "map", t.span(node), reusable=False))


def over_known(t: Tracer, target: Any, iterables: list[Any], limit: Any, node: ast.Call, *, keeps: bool) -> Any:
    """Map over items that are known to be there."""
    rows = list(zip(*(collect(t, one, node) for one in iterables), strict=False))
    calls = [called(t, target, row, node) for row in rows]
    if limit != 0:
        box = t.state.box(SemaphoreC(t.native(limit), []))

        def limited(one: Any) -> Box:
            begin = partial(held, t, box, lambda: await_value(t, one, node))
            return t.state.box(PendingC(begin, "map", t.span(node), reusable=False))

        calls = [limited(one) for one in calls]
    return await_value(t, gather(t, tuple(calls), {"return_exceptions": keeps}, node), node)
