"""Constructing instances, and reading their attributes."""

from __future__ import annotations

import abc
import ast
import dataclasses
import enum
import functools
import inspect
import types
import typing
from typing import Any

from tiphys.tracing import inference
from tiphys.tracing.binding import bind
from tiphys.tracing.calls import call_known, call_user, call_value, raising
from tiphys.tracing.closures import closure_of
from tiphys.tracing.deferred import glue_call
from tiphys.tracing.names import chain, variables
from tiphys.tracing.reach import is_user_class, reaches
from tiphys.tracing.source import is_user_code, parameters_of
from tiphys.tracing.state import Box, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, NotKnown, NotTraceable, Parent, Raised, Special

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def construct(t: Tracer, cls: type, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a class."""
    if dataclasses.is_dataclass(cls) and is_plain_dataclass(cls):
        return construct_dataclass(t, cls, args, keywords, node)
    if issubclass(cls, tuple) and hasattr(cls, "_fields") and cls.__new__.__module__ != cls.__module__:
        return construct_named(t, cls, args, keywords, node)
    if issubclass(cls, (enum.Enum, BaseException)) or hasattr(cls, "model_fields"):
        return construct_native(t, cls, args, keywords, node)
    if is_plain_class(cls) and not (does_nothing(vars(cls).get("__init__", cls.__init__)) and (args or keywords)):
        mark = t.state.mark()
        try:
            box = t.state.box(ObjectC(cls, {}))
            init: Any = cls.__init__
            if not does_nothing(init):
                call_user(t, init, (box, *args), keywords, node)
        except NotTraceable:
            t.state.rollback(mark)
        else:
            t.state.keep(mark)
            return box
    if is_user_class(cls) and reaches(cls):
        mend = "Give it a plain `__init__`, without `__new__`, `__setattr__` or a metaclass."
        raise t.refuse(f"`{cls.__name__}` calls tasks, and how it makes its objects cannot be traced", node, mend)
    return call_known(t, cls, args, keywords, node)


def is_plain_dataclass(cls: type) -> bool:
    """Say whether constructing a dataclass does just what its fields say."""
    init = cls.__dict__.get("__init__")
    generated = isinstance(init, types.FunctionType) and init.__code__.co_filename == "<string>"
    declared: dict[str, Any] = vars(cls)["__dataclass_fields__"]
    inits = any(item._field_type.name == "_FIELD_INITVAR" for item in declared.values())
    return generated and not inits and has_plain_new(cls)


def has_plain_new(cls: Any) -> bool:
    """Say whether instances are made as `object` makes them."""
    return bool(cls.__new__ is object.__new__)


def is_plain_class(cls: type) -> bool:
    """Say whether a class of the user's is made by its `__init__` alone, or by nothing at all."""
    init = inspect.getattr_static(cls, "__init__", None)
    is_own = isinstance(init, types.FunctionType) and is_user_code(init)
    return (
        (is_own or (does_nothing(init) and is_user_class(cls)))
        and has_plain_new(cls)
        and not inspect.isabstract(cls)
        and all(base is object or is_plain_base(base) for base in cls.__mro__)
        and not any("__setattr__" in vars(base) for base in cls.__mro__[:-1])
    )


def is_plain_base(cls: type) -> bool:
    """Say whether a class brings no way of its own to make instances."""
    return cls in (abc.ABC, typing.Generic) or (type(cls).__call__ is type.__call__ and cls.__module__ != "builtins")


def does_nothing(init: Any) -> bool:
    """Say whether an `__init__` is that of `object`, or what a `Protocol` has instead."""
    return init is object.__init__ or getattr(init, "__module__", None) == "typing"


def construct_dataclass(t: Tracer, cls: type, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Make an instance of a dataclass, field by field."""
    kinds: list[tuple[bool, inspect.Parameter]] = []
    fields = [item for item in dataclasses.fields(cls) if item.init]
    for item in fields:
        has_default = item.default is not dataclasses.MISSING or item.default_factory is not dataclasses.MISSING
        kind = inspect.Parameter.KEYWORD_ONLY if item.kw_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        kinds.append(
            (
                item.kw_only is True,
                inspect.Parameter(item.name, kind, default=... if has_default else inspect.Parameter.empty),
            )
        )
    parameters = tuple(parameter for _, parameter in sorted(kinds, key=lambda pair: pair[0]))
    bound = bind(t, cls.__name__, parameters, args, keywords, node)
    values: dict[str, Any] = {}
    for item in dataclasses.fields(cls):
        if item.name in bound:
            values[item.name] = t.settle(bound[item.name], item.name, node)
        elif item.default is not dataclasses.MISSING:
            values[item.name] = item.default
        elif item.default_factory is not dataclasses.MISSING:
            call = ast.copy_location(ast.Call(func=node.func, args=[], keywords=[]), node)
            values[item.name] = call_value(t, item.default_factory, (), {}, call)
    box = t.state.box(ObjectC(cls, values))
    after = getattr(cls, "__post_init__", None)
    if isinstance(after, types.FunctionType):
        mark = t.state.mark()
        try:
            call_user(t, after, (box,), {}, node)
        except NotTraceable:
            t.state.rollback(mark)
            return glue_call(t, cls, args, keywords, node)
        t.state.keep(mark)
    return box


def replaced(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Run `dataclasses.replace`: an object with other values of some fields."""
    match args:
        case (Box(content=ObjectC(cls=cls, fields=fields)),) if dataclasses.is_dataclass(cls) and is_plain_dataclass(
            cls
        ):
            kept = {item.name: fields[item.name] for item in dataclasses.fields(cls) if item.init}
            return construct_dataclass(t, cls, (), {**kept, **keywords}, node)
    return NotImplemented


def construct_named(t: Tracer, cls: Any, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Make a NamedTuple."""
    defaults = cls._field_defaults
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    empty = inspect.Parameter.empty
    parameters = tuple(inspect.Parameter(name, kind, default=defaults.get(name, empty)) for name in cls._fields)
    bound = bind(t, cls.__name__, parameters, args, keywords, node)
    items = [t.settle(bound[name], name, node) if name in bound else defaults[name] for name in cls._fields]
    return t.tuple(items, cls)


def construct_native(t: Tracer, cls: type, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Make an enum member, an exception or a pydantic model: natively where all is known."""
    try:
        known = [t.native(item) for item in args], {name: t.native(item) for name, item in keywords.items()}
    except NotKnown:
        return glue_call(t, cls, args, keywords, node)
    return raising(t, node, cls, *known[0], **known[1])


def parent_of(t: Tracer, args: tuple[Any, ...], node: ast.Call) -> Parent:
    """Run `super()`, or `super(cls, self)`."""
    if len(args) == 2:
        return Parent(t.native(args[0]), args[1])
    frames = chain(t.frame)
    own = next((frame for frame in frames if isinstance(frame.scope.node, Function)), frames[-1])
    first = [item.arg for item in parameters_of(own.scope.node.args)] if isinstance(own.scope.node, Function) else []
    cls = next((frame.cells["__class__"] for frame in frames if "__class__" in frame.cells), None)
    if args or cls is None or not first:
        raise Raised(RuntimeError("super(): no arguments"), t.span(node))
    return Parent(cls, variables(own)[first[0]])


def parent_attribute(t: Tracer, parent: Parent, name: str, node: ast.expr) -> Any:
    """Read an attribute of `super()`."""
    receiver = parent.receiver
    unknown = t.unknown(receiver)
    if unknown is not None:
        known = inference.plain(unknown.type)
        is_sure = isinstance(known, type) and issubclass(known, parent.cls) and not known.__subclasses__()
        inner = found_behind(known.__mro__, parent.cls, name) if is_sure else None
        if isinstance(inner, types.FunctionType):
            return Bound(closure_of(t, inner), receiver)
        mend = "Call the method of the parent by its class, such as `Parent.run(self)`."
        raise t.untraceable(
            "what `super()` is of an object that is known only at run time cannot be traced", node, mend
        )
    if not isinstance(receiver, Box) or not isinstance(receiver.content, ObjectC):
        return t.lift_outside(raising(t, node, getattr, super(parent.cls, t.native(receiver)), name))
    found = found_behind(receiver.content.cls.__mro__, parent.cls, name)
    if name == "__init__" and does_nothing(found):
        return Special(name, lambda _args, _words, _node: None)
    return class_attribute(t, receiver, found, name, node, title="super")


def found_behind(mro: tuple[type, ...], cls: type, name: str) -> Any:
    """Find an attribute in the classes behind one; `...` where none has it."""
    behind = mro[mro.index(cls) + 1 :]
    return next((vars(one)[name] for one in behind if name in vars(one)), ...)


def object_attribute(t: Tracer, box: Box, name: str, node: ast.expr) -> Any:
    """Read an attribute of an instance that the orchestrator made."""
    content = box.content
    assert isinstance(content, ObjectC)
    if name in content.fields:
        return t.lift(content.fields[name])
    found = inspect.getattr_static(content.cls, name, ...)
    return class_attribute(t, box, found, name, node, title=content.cls.__name__)


def has_place(cls: type, name: str) -> bool:
    """Say whether instances of a class can have an attribute: any, unless all its classes say `__slots__`."""
    slots = (types.MemberDescriptorType, property)
    return cls.__dictoffset__ != 0 or isinstance(inspect.getattr_static(cls, name, None), slots)


def task_method(t: Tracer, value: Any, name: str, node: ast.AST) -> Bound | None:
    """Give a method of a runtime value that calls tasks, so that it is interpreted; nothing for any other."""
    cls = inference.plain(t.expression(value).type)
    found = inspect.getattr_static(cls, name, None) if isinstance(cls, type) and is_user_class(cls) else None
    if not isinstance(found, types.FunctionType) or not (inspect.iscoroutinefunction(found) or reaches(found)):
        return None
    if cls.__subclasses__():
        what = f"`{name}` calls tasks, and of which class its object is, only run time says: there are several"
        raise t.refuse(what, node, "Decide by the data which function to call, such as by an `if`.")
    return Bound(closure_of(t, found), value)


def class_attribute(t: Tracer, box: Box, found: Any, name: str, node: ast.expr, *, title: str) -> Any:
    """Read, through an instance, what its class holds; nothing (`...`) where that has no such attribute."""
    content = box.content
    call = ast.copy_location(ast.Call(func=node, args=[], keywords=[]), node)
    if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
        return call_user(t, found.fget, (box,), {}, call)
    if isinstance(found, functools.cached_property) and isinstance(found.func, types.FunctionType):
        made = t.settle(call_user(t, found.func, (box,), {}, call), name, node)
        t.writable(box, node).fields[name] = made
        return made
    if isinstance(found, types.FunctionType) and is_user_code(found):
        return Bound(closure_of(t, found), box)
    if name == "__class__":
        return content.cls
    fallback = inspect.getattr_static(content.cls, "__getattr__", None)
    if found is ... and isinstance(fallback, types.FunctionType) and is_user_code(fallback):
        return call_user(t, fallback, (box, name), {}, call)
    if found is ... or isinstance(found, types.MemberDescriptorType):
        text = f"{title!r} object has no attribute {name!r}"
        raise Raised(AttributeError(text), t.span(node))
    if isinstance(found, staticmethod | classmethod):
        return found.__get__(None, content.cls)
    if name == "__dict__" or (callable(found) and hasattr(type(found), "__get__")):
        raise t.untraceable(f"`{name}` of an object made by the orchestrator cannot be read", node)
    return t.lift_outside(found)
