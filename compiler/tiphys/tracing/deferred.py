"""Calls that are left to run time, and the values that they change in place."""

from __future__ import annotations

import ast
import functools
import random
import types
from collections.abc import Callable
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.tracing import inference, natives
from tiphys.tracing.changes import changes_arguments, changes_receiver, has_changing_method
from tiphys.tracing.glue import at
from tiphys.tracing.reach import reaches
from tiphys.tracing.source import is_user_code
from tiphys.tracing.spreading import call_bound
from tiphys.tracing.state import Box, IteratorC, ListC
from tiphys.tracing.together import Change, Gives, change
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Generator, Method, Special, Spread, TupleV, Unknown

Args = tuple[Any, ...]
Keywords = dict[str, Any]
LAZY = frozenset(("itertools", "builtins.next", "builtins.iter"))


def glue_call(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Leave a call to run time. What it may change in place is read back from it."""
    from tiphys.tracing.facts import hint_of, mix, type_of
    from tiphys.tracing.names import is_constant

    args = tuple(walked(t, function, value, node) for value in args)
    for value in (*args, *keywords.values()):
        check_callback(t, value, node)
    values = [value.value if isinstance(value, Spread) else value for value in [*args, *keywords.values()]]
    changed = changed_values(t, function, values)
    sources = list(node.args) if len(node.args) == len(args) else [node] * len(args)
    words = {word.arg: word.value for word in node.keywords if word.arg}

    def part(value: Any, source: ast.AST) -> ast.expr:
        source = source.value if isinstance(source, ast.Starred) else source
        hint = hint_of(source) if source is not node else "v"
        return t.tree(value, source, hint, constant=source is not node and is_constant(t, source))

    if isinstance(function, Method):
        inner = part(function.receiver, node.func.value if isinstance(node.func, ast.Attribute) else node)
        head: ast.expr = at(ast.Attribute(value=inner, attr=function.name, ctx=ast.Load()), node.func)
    else:
        head = t.tree(function, node.func, hint_of(node.func), constant=True)
    tree = ast.Call(
        func=head,
        args=[part(value, source) for value, source in zip(args, sources, strict=True)],
        keywords=[keyword_tree(name, value, part, words.get(name, node)) for name, value in keywords.items()],
    )
    types_ = (
        [type_of(t, value) for value in args] if not any(isinstance(value, Spread) for value in args) else [Any, Any]
    )
    receiver: Any = None
    if isinstance(function, Method):
        receiver = type_of(t, function.receiver)
        kind, total = inference.method(receiver, function.name, types_)
        pure = function.name in natives.VALUE_METHODS and not is_library_class(receiver)
        values.append(function.receiver)
    else:
        known = function.native if isinstance(function, Closure) else function
        kind, total = inference.call(known, types_, keywords)
        pure = not isinstance(function, Closure) and t.unknown(function) is None and natives.is_pure(function)
    inner_pure, inner_total = mix(t, values)
    result = Unknown(at(tree, node), kind, pure and inner_pure, total and inner_total)
    if not changed:
        return result
    if isinstance(function, Method):
        deep = not is_container(t, receiver, function.name)
    else:
        deep = not natives.path_of(function).startswith(("heapq.", "bisect.", "random.shuffle", "operator."))
    given = [value for value in values if all(value is not one for one in changed)]
    if isinstance(function, Method) and is_random(receiver):
        what = Change(changed, given, gives=Gives.NOTHING, held={})
    else:
        what = Change(changed, given, deep)
    return change(t, result, what, node, hint_of(node.func))


def keyword_tree(name: str, value: Any, part: Callable[[Any, ast.AST], ast.expr], source: ast.AST) -> ast.keyword:
    """Give a keyword argument of a call that is left to run time."""
    if isinstance(value, Spread):
        return ast.keyword(arg=None, value=part(value.value, source))
    return ast.keyword(arg=name, value=part(value, source))


def is_library_class(annotation: Any) -> bool:
    """Say whether an annotation is a class that is not Python's own, whose methods may do anything."""
    cls = inference.plain(annotation)
    return isinstance(cls, type) and cls.__module__ != "builtins" and not issubclass(cls, natives.BUILTIN_TYPES)


def walked(t: Tracer, function: Any, value: Any, node: ast.Call) -> Any:
    """Turn an iterator that a call walks to its end into the list of its items."""
    from tiphys.tracing.iteration import collect

    if not (isinstance(value, Generator) or (isinstance(value, Box) and isinstance(value.content, IteratorC))):
        return value
    path = "" if isinstance(function, Method) else natives.path_of(function)
    if path.startswith(tuple(LAZY)) or not (isinstance(function, Method) or natives.is_pure(function)):
        mend = "Make a list of it first: `list(...)`."
        raise t.refuse(
            "an iterator that the orchestrator made is passed to a call that is computed at run time", node, mend
        )
    return t.state.box(ListC(collect(t, value, node)))


def check_callback(t: Tracer, value: Any, node: ast.Call) -> None:
    """Refuse to pass a function that calls a task, or changes what it is called with: nobody could read that back."""
    is_native = isinstance(value, TaskTemplate | types.FunctionType | types.MethodType | functools.partial)
    if is_native and reaches(value):
        called = value.name if isinstance(value, TaskTemplate) else getattr(value, "__name__", "this function")
        what = f"`{called.rpartition('.')[2]}` calls a task, so it cannot run as part of another computation"
        raise t.refuse(what, node, "Loop over the values, and call it in the orchestrator.")
    function: Any = value
    is_function = isinstance(value, Closure | Bound) or (isinstance(value, types.FunctionType) and is_user_code(value))
    if is_function and changes_arguments(function):
        mend = "Let it give a new value instead, or loop and call it yourself."
        raise t.refuse("this passes a function that changes what it is called with", node, mend)


# ---- what a call changes


def changed_values(t: Tracer, function: Any, values: list[Any]) -> list[Any]:
    """List the arguments, or the receiver, that a call may change in place."""
    found: list[Any] = []
    if isinstance(function, Method):
        receiver = t.unknown(function.receiver)
        known = receiver is None and function.name in natives.MUTATORS
        if known or (receiver and changes_receiver(t, receiver.type, function.name)):
            found = [function.receiver]
        if receiver and is_random(receiver.type) and function.name == "shuffle":
            found += values[:1]
    elif isinstance(function, Closure | Bound):
        if changes_arguments(function):
            found = [function.receiver, *values] if isinstance(function, Bound) else values
    elif t.unknown(function) is None and natives.may_change_arguments(function):
        found = values[:1]
    return [value for value in found if t.sharing.of(value).all]


def is_random(kind: Any) -> bool:
    """Say whether values of a type make random numbers: what their methods give is no part of them."""
    base = inference.plain(kind)
    return isinstance(base, type) and issubclass(base, random.Random)


def is_container(t: Tracer, kind: Any, method: str) -> bool:
    """Say whether a method of values of a type leaves what they hold: containers of Python's own."""
    if inference.plain(kind) in natives.CONTAINERS:
        return True
    return kind is Any and method in natives.CONTAINER_METHODS and not has_changing_method(t.frame, method)


def call_spread(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call with `*` or `**` of a runtime value: possible only where the whole call is computed at run time."""
    from tiphys.tracing.calls import call_native, check_allowed
    from tiphys.tracing.choices import decide
    from tiphys.tracing.closures import closure_of, fan_out, reaches_task
    from tiphys.tracing.shapes import partial

    if isinstance(function, types.MethodType):
        method: Any = function.__func__
        if isinstance(method, types.FunctionType) and is_user_code(method):
            function = Bound(closure_of(t, method), function.__self__)
    elif isinstance(function, types.FunctionType) and is_user_code(function):
        function = closure_of(t, function)
    if function is functools.partial and args and not isinstance(args[0], Spread):
        return partial(t, args, keywords, node)
    if isinstance(function, Special) and function.title == "partial":
        return function.call(args, keywords, node)
    if isinstance(function, Choice):
        return decide(t, function, lambda option: call_spread(t, option, args, keywords, node), node)
    code = function.function if isinstance(function, Bound) else function
    glue = t.unknown(function) is not None or isinstance(function, Method | type) or (
        isinstance(code, Closure)
        and not reaches_task(t, code)
        and not isinstance(code.node, ast.AsyncFunctionDef)
    )  # fmt: skip
    if not glue and not isinstance(
        function, Closure | Bound | Special | TaskTemplate | Box | TupleV | functools.partial
    ):
        check_allowed(t, function, node)
        if natives.is_dropped(function):
            return call_native(t, function, args, keywords, node)
        glue = natives.is_pure(function)
    if glue:
        return glue_call(t, function, args, keywords, node)
    for value in (*args, *keywords.values()):
        if isinstance(value, Spread) and (unknown := t.unknown(value.value)) is not None:
            t.need(unknown)
    if natives.path_of(function).startswith("asyncio."):
        raise fan_out(t, node)
    return call_bound(t, function, args, keywords, node)
