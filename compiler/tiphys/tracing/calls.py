"""Calls: of tasks, of the user's functions, of classes, of everything else; and the attributes they are found by."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import itertools
import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import AuthoringError, ProgramError
from tiphys.tracing import inference, natives
from tiphys.tracing.deferred import call_spread, glue_call
from tiphys.tracing.glue import at
from tiphys.tracing.lifting import Given
from tiphys.tracing.pending import BatchC, GroupC, KeyedC, PendingC
from tiphys.tracing.source import is_user_code
from tiphys.tracing.state import Box, DictC, IteratorC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import (
    Bound,
    Choice,
    Closure,
    Method,
    NeedsKnown,
    NotKnown,
    NotTraceable,
    Parent,
    Posed,
    Raised,
    Special,
    Spread,
    TupleV,
    Unknown,
)
from tiphys_runtime.items import groups_of

Args = tuple[Any, ...]
Keywords = dict[str, Any]
FINITE = (
    itertools.chain, itertools.islice, itertools.zip_longest, itertools.takewhile, itertools.dropwhile,
    itertools.filterfalse, itertools.compress, itertools.pairwise, itertools.product, itertools.combinations,
    itertools.permutations,
)  # fmt: skip
"""Iterators that end where those end that they are made of."""
EACH = (len, list, tuple, reversed, enumerate)
"""Of one of several lists of tasks they are asked each."""


def raising(t: Tracer, node: ast.AST, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Evaluate natively; an exception of the user's program is raised inside the interpreted program."""
    try:
        return natives.evaluate(function, *args, **kwargs)
    except natives.Touched as error:
        mend = "Do it in a task."
        raise t.refuse(f"an orchestrator cannot do this: it touches `{error}`", node, mend) from None
    except AuthoringError as error:  # no frame of the program is there to tell the place
        raise ProgramError(*(replace(one, where=t.span(node)) for one in error.mistakes)) from None
    except (ProgramError, NotKnown, Raised):
        raise
    except Exception as error:  # noqa: BLE001  it is the user's, and raised again where the program is interpreted
        raise Raised(error, t.span(node)) from None


def call_value(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call any value."""
    if any(isinstance(value, Spread) for value in (*args, *keywords.values())):
        return call_spread(t, function, args, keywords, node)
    match function:
        case Special():
            return function.call(args, keywords, node)
        case Choice():
            from tiphys.tracing.choices import decide

            return decide(t, function, lambda option: call_value(t, option, args, keywords, node), node)
        case Closure():
            return call_closure(t, function, args, keywords, node)
        case Bound():
            return call_closure(t, function.function, (function.receiver, *args), keywords, node)
        case Method():
            return call_method(t, function, args, keywords, node)
        case TaskTemplate():
            from tiphys.tracing.tasks import call_task

            return call_task(t, function, args, keywords, node)
        case Box(content=ObjectC(cls=cls)):
            inner = getattr(cls, "__call__", None)  # noqa: B004
            if isinstance(inner, types.FunctionType):
                return call_user(t, inner, (function, *args), keywords, node)
        case functools.partial():
            return call_value(t, function.func, (*function.args, *args), {**function.keywords, **keywords}, node)
    if t.unknown(function) is not None:
        return glue_call(t, function, args, keywords, node)
    if isinstance(function, Box | TupleV):
        from tiphys.tracing.shapes import class_of

        raise Raised(TypeError(f"{class_of(t, function).__name__!r} object is not callable"), t.span(node))
    return call_native(t, function, args, keywords, node)


def check_allowed(t: Tracer, function: Any, node: ast.Call) -> None:
    """Refuse what an orchestrator may not call."""
    why = natives.refusal(function)
    if why is not None:
        mend = "Do it in a task, or pass the value as an argument of the orchestrator."
        if why == natives.STARTS:
            mend = "Call the task itself, and await it."
        raise t.refuse(f"`{ast.unparse(node.func)}` in an orchestrator {why}", node, mend)


def check_read(t: Tracer, value: Any, node: ast.AST) -> None:
    """Refuse to read the environment of the computer that compiles."""
    if type(value).__name__ == "_Environ":
        mend = "Read it in a task, or pass it as an argument of the orchestrator."
        raise t.refuse(
            "reading `os.environ` in an orchestrator would freeze the compiling computer's value", node, mend
        )


def call_native(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call a native object: the interpreter's own version where there is one, else natively, else as glue."""
    from tiphys.tracing.asyncio_calls import ASYNCIO
    from tiphys.tracing.keyed import seen
    from tiphys.tracing.managers import managed
    from tiphys.tracing.mapping import mapped
    from tiphys.tracing.shapes import SHAPES, WALKS
    from tiphys.tracing.waiting import waited

    check_allowed(t, function, node)
    if natives.is_stateful(function):
        mend = "Make one in the orchestrator, or use it inside a task."
        raise t.refuse("an orchestrator cannot change a value of its module", node, mend)
    if not callable(function):
        raise Raised(TypeError(f"{type(function).__name__!r} object is not callable"), t.span(node))
    if natives.is_dropped(function):
        t.state.notes.append(f"{t.span(node)}: output of an orchestrator is dropped in the cluster")
        return None
    found = mapped(t, function, args, keywords, node)
    if found is not NotImplemented:
        return found
    found = managed(t, function, args, keywords, node)
    if found is not NotImplemented:
        return found
    found = waited(t, function, args, keywords, node)
    if found is not NotImplemented:
        return found
    module = getattr(function, "__module__", "") or ""
    if module == "asyncio" or module.startswith("asyncio."):
        handler = ASYNCIO.get(getattr(function, "__name__", ""))
        if handler is not None:
            return handler(t, args, keywords, node)
    try:
        shape = SHAPES.get(function)
    except TypeError:
        shape = None
    if shape is not None:
        if function in EACH and isinstance(args[0] if args else None, Choice):
            from tiphys.tracing.choices import decide

            return decide(
                t, args[0], lambda option: call_native(t, function, (option, *args[1:]), keywords, node), node
            )
        if function in WALKS:
            args = tuple(seen(t, one, node) for one in args)
        result = shape(t, args, keywords, node)
        if result is not NotImplemented:
            return result
    if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
        if is_user_code(function.__func__):
            return call_user(t, function.__func__, (function.__self__, *args), keywords, node)
    elif isinstance(function, functools._lru_cache_wrapper):
        return call_value(t, function.__wrapped__, args, keywords, node)
    elif isinstance(function, types.GenericAlias) or typing.get_origin(function) is not None:
        return call_value(t, typing.get_origin(function), args, keywords, node)
    elif function is super:
        from tiphys.tracing.objects import parent_of

        return parent_of(t, args, node)
    elif isinstance(function, types.FunctionType) and is_user_code(function):
        return call_user(t, function, args, keywords, node)
    elif isinstance(function, type):
        from tiphys.tracing.objects import construct

        return construct(t, function, args, keywords, node)
    inner = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(inner, types.FunctionType) and is_user_code(inner):
        return call_user(t, inner, (function, *args), keywords, node)
    return call_known(t, function, args, keywords, node)


def call_known(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call natively where function and arguments allow it, else leave the call to run time."""
    from tiphys.tracing.realise import real_function

    if natives.is_pure(function) and function is not bytearray:
        given: Given = {}
        try:
            known = (
                [real_function(t, item, given) for item in args],
                {name: real_function(t, item, given) for name, item in keywords.items()},
            )
        except NotKnown:
            pass
        else:
            found = raising(t, node, function, *known[0], **known[1])
            if isinstance(found, FINITE) and not any(isinstance(item, Iterator) for item in known[0]):
                return t.state.box(IteratorC(tuple(t.fresh(item, given) for item in found)))
            if isinstance(found, itertools.groupby):
                groups = [(key, [t.fresh(item, given) for item in group]) for key, group in found]
                rows = [t.tuple((t.fresh(key, given), t.state.box(IteratorC(tuple(items))))) for key, items in groups]
                return t.state.box(IteratorC(tuple(rows)))
            return t.fresh(found, None if function is copy.deepcopy else given)
    if function is itertools.groupby:  # a group is read where its round is, which need not be where the next one is
        function = groups_of
    return glue_call(t, function, args, keywords, node)


def call_user(t: Tracer, function: types.FunctionType, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call a function of the user's."""
    from tiphys.tracing.closures import closure_of

    return call_closure(t, closure_of(t, function), args, keywords, node)


def call_closure(t: Tracer, closure: Closure, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Interpret a call. Where that is impossible and it calls no task, the whole call is left to run time."""
    from tiphys.tracing.closures import enter, reaches_task

    if isinstance(closure.node, ast.AsyncFunctionDef) or reaches_task(t, closure):
        return enter(t, closure, args, keywords, node)
    mark = t.state.mark()
    t.guards += 1
    try:
        result = enter(t, closure, args, keywords, node)
    except (NotTraceable, NeedsKnown):
        t.state.rollback(mark)
    else:
        t.state.keep(mark)
        return result
    finally:
        t.guards -= 1
    return glue_call(t, closure, args, keywords, node)


def call_method(t: Tracer, method: Method, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call a method of a value that is not native."""
    from tiphys.tracing.concurrency import call_pending
    from tiphys.tracing.containers import call_batch, call_container, call_list

    match method.receiver:
        case Box(content=ListC() | DictC() | SetC() | IteratorC()) | TupleV():
            return call_container(t, method, args, keywords, node)
        case Box(content=KeyedC()):
            from tiphys.tracing.keyed import call_keyed

            return call_keyed(t, method, args, node)
        case Box(content=BatchC()):
            return call_batch(t, method, args, node)
        case Box(content=OpaqueC()) if (found := call_list(t, method, args, keywords, node)) is not NotImplemented:
            return found
        case Box(content=GroupC()):
            from tiphys.tracing.task_groups import call_group

            return call_group(t, method, args, keywords, node)
        case Box(content=PendingC()):
            return call_pending(t, method, args, keywords, node)
    return glue_call(t, method, args, keywords, node)


def load_attribute(t: Tracer, value: Any, name: str, node: ast.expr, *, source: ast.expr, called: bool = False) -> Any:
    """Read `value.name`; `called` when it is about to be called."""
    from tiphys.tracing.facts import hint_of, mix, type_of
    from tiphys.tracing.names import is_constant
    from tiphys.tracing.objects import object_attribute, parent_attribute, task_method
    from tiphys.tracing.tasks import task_attribute
    from tiphys.tracing.waiting import posed_attribute

    unknown = t.unknown(value)
    if unknown is not None:
        if called:
            return task_method(t, value, name, node) or Method(value, name)
        if name in natives.MUTATORS and inference.plain(type_of(t, value)) in natives.CONTAINERS:
            return Method(value, name)
        kind, total = inference.attribute(type_of(t, value), name)
        pure, inner = mix(t, [value])
        tree = t.tree(value, source, hint_of(source), constant=is_constant(t, source))
        made = at(ast.Attribute(value=tree, attr=name, ctx=ast.Load()), node)
        return Unknown(made, kind, pure, total and inner)
    match value:
        case Choice():
            from tiphys.tracing.choices import decide

            def read(option: Any) -> Any:
                return load_attribute(t, option, name, node, source=source, called=called)

            return decide(t, value, read, node)
        case Box(content=ObjectC()):
            return object_attribute(t, value, name, node)
        case Parent():
            return parent_attribute(t, value, name, node)
        case TupleV(cls=cls) if name in getattr(cls, "_fields", ()):
            return value.items[getattr(cls, "_fields", ()).index(name)]
        case Box() | TupleV():
            return Method(value, name)
        case TaskTemplate():
            return task_attribute(t, value, name, node)
        case Posed():
            return posed_attribute(value, name)
        case Closure(title=title) if name == "__name__":
            return title
        case Closure(wraps=inner) if name == "__wrapped__" and inner is not None:
            return inner
        case Bound(function=method) if name == "__name__":
            return method.title
        case Closure() | Bound() | Method() | Special():
            raise t.untraceable(f"the attribute `{name}` of a function made by the orchestrator cannot be read", node)
    check_read(t, value, node)
    return t.lift_outside(raising(t, node, getattr, value, name))
