"""Constructing instances, and reading their attributes."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import types
from typing import Any

from tiphys.tracing.binding import bind
from tiphys.tracing.calls import call_known, call_user, call_value
from tiphys.tracing.closures import closure_of
from tiphys.tracing.deferred import glue_call
from tiphys.tracing.source import is_user_code
from tiphys.tracing.state import Box, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, NotKnown, NotTraceable


def construct(t: Tracer, cls: type, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a class."""
    if dataclasses.is_dataclass(cls) and is_plain_dataclass(cls):
        return construct_dataclass(t, cls, args, keywords, node)
    if issubclass(cls, tuple) and hasattr(cls, "_fields") and cls.__new__.__module__ != cls.__module__:
        return construct_named(t, cls, args, keywords, node)
    if issubclass(cls, (enum.Enum, BaseException)) or hasattr(cls, "model_fields"):
        return construct_native(t, cls, args, keywords, node)
    if is_plain_class(cls):
        mark = t.state.mark()
        try:
            box = t.state.box(ObjectC(cls, {}))
            init: Any = cls.__init__
            call_user(t, init, (box, *args), keywords, node)
        except NotTraceable:
            t.state.rollback(mark)
        else:
            t.state.keep(mark)
            return box
    return call_known(t, cls, args, keywords, node)


def is_plain_dataclass(cls: type) -> bool:
    """Say whether constructing a dataclass does just what its fields say."""
    init = cls.__dict__.get("__init__")
    generated = isinstance(init, types.FunctionType) and init.__code__.co_filename == "<string>"
    declared: dict[str, Any] = vars(cls)["__dataclass_fields__"]
    inits = any(item._field_type.name == "_FIELD_INITVAR" for item in declared.values())
    return generated and not inits and has_plain_new(cls) and not hasattr(cls, "__slots__")


def has_plain_new(cls: Any) -> bool:
    """Say whether instances are made as `object` makes them."""
    return bool(cls.__new__ is object.__new__)


def is_plain_class(cls: type) -> bool:
    """Say whether a class of the user's is made by its `__init__` alone."""
    init = inspect.getattr_static(cls, "__init__", None)
    return (
        isinstance(init, types.FunctionType)
        and is_user_code(init)
        and type(cls) is type
        and has_plain_new(cls)
        and all(base is object or (type(base) is type and base.__module__ != "builtins") for base in cls.__mro__)
        and not any("__slots__" in base.__dict__ or "__setattr__" in base.__dict__ for base in cls.__mro__[:-1])
    )


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
    from tiphys.tracing.calls import raising

    try:
        known = [t.native(item) for item in args], {name: t.native(item) for name, item in keywords.items()}
    except NotKnown:
        return glue_call(t, cls, args, keywords, node)
    return raising(t, node, cls, *known[0], **known[1])


def object_attribute(t: Tracer, box: Box, name: str, node: ast.expr) -> Any:
    """Read an attribute of an instance that the orchestrator made."""
    content = box.content
    assert isinstance(content, ObjectC)
    if name in content.fields:
        return t.lift(content.fields[name])
    found = inspect.getattr_static(content.cls, name, ...)
    call = ast.copy_location(ast.Call(func=node, args=[], keywords=[]), node)
    if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
        return call_user(t, found.fget, (box,), {}, call)
    if isinstance(found, types.FunctionType) and is_user_code(found):
        return Bound(closure_of(t, found), box)
    if name == "__class__":
        return content.cls
    if found is ...:
        from tiphys.tracing.values import Raised

        text = f"{content.cls.__name__!r} object has no attribute {name!r}"
        raise Raised(AttributeError(text), t.span(node))
    if isinstance(found, staticmethod | classmethod):
        return getattr(content.cls, name)
    if name == "__dict__" or callable(found):
        raise t.untraceable(f"`{name}` of an object made by the orchestrator cannot be read", node)
    return t.lift(found)
