"""What pickles of the bundle call for classes, and for objects that pickle itself cannot make again."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_program_classes: set[int] = set()  # ids of classes out of bundles; these live as long as the process


def plain_class(meta: type, maker: type, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    """Make a class with the few members it must be born with; what the program's own hooks did is in its state."""
    above = {each: None for base in bases for each in base.__mro__}
    silenced = [each for each in above if id(each) in _program_classes and "__init_subclass__" in each.__dict__]
    hooks = [(base, base.__dict__["__init_subclass__"]) for base in silenced]
    for base in silenced:
        type.__delattr__(base, "__init_subclass__")
    try:
        made: type = maker.__new__(meta, name, bases, members)
    finally:
        for base, hook in hooks:
            type.__setattr__(base, "__init_subclass__", hook)
    _program_classes.add(id(made))
    return made


def class_state(made: Any, state: Mapping[str, Any]) -> None:
    """Give a class its members."""
    for name, value in state.items():
        if name == "_abc_impl":
            for registered in value:
                made.register(registered)
        else:
            type.__setattr__(made, name, value)


def enum_class(
    meta: Any,
    name: str,
    bases: tuple[type, ...],
    born: Mapping[str, Any],
    members: list[tuple[str, Any]],
    boundary: Any = None,
) -> type:
    """Make an Enum whose members are no more than their values."""
    body = meta.__prepare__(name, bases)
    for key, value in (*born.items(), *members):
        body[key] = value
    options = {"boundary": boundary} if boundary is not None else {}
    made: type = meta.__new__(meta, name, bases, body, **options)
    return made


def made_enum_class(
    meta: type,
    name: str,
    bases: tuple[type, ...],
    born: Mapping[str, Any],
    members: list[tuple[str, Any]],
) -> type:
    """Make an Enum whose members were made by its own `__new__` or `__init__`: these do not run again."""

    def born_member(kind: type, *packed: Any) -> Any:
        plain, data, value, own = packed[0] if len(packed) == 1 else packed
        member = object.__new__(kind) if plain is None else plain.__new__(kind, data)
        member._value_ = value
        member.__dict__.update(own)
        return member

    def silent(*_arguments: Any) -> None: ...

    made = enum_class(meta, name, bases, {**born, "__new__": born_member, "__init__": silent}, members)
    for each in ("__init__", "__new_member__"):
        if each in made.__dict__:
            type.__delattr__(made, each)
    return made


def typed_dict(meta: type, name: str, members: dict[str, Any]) -> type:
    return type.__new__(meta, name, (dict,), members)


def model_class(
    meta: type, name: str, bases: tuple[type, ...], members: dict[str, Any], decorated: Mapping[str, tuple[Any, Any]]
) -> type:
    """Make a pydantic model from its fields, as its class statement did.

    Its schema is built later: the dataclasses that it speaks of may be shells yet.
    """
    from pydantic._internal._decorators import PydanticDescriptorProxy

    for key, (info, shim) in decorated.items():
        members[key] = PydanticDescriptorProxy(members[key], info, shim)
    config = members["model_config"]
    made: Any = meta(name, bases, {**members, "model_config": {**config, "defer_build": True}})
    made.model_config = config
    return made  # type: ignore[no-any-return]


def model_state(made: type, names: Mapping[str, Any]) -> None:
    """Finish a model, and those that its fields speak of by name.

    Where a class among its fields is still a shell, as it speaks of the model in turn, the first use finishes it.
    """
    from contextlib import suppress

    from pydantic.errors import PydanticSchemaGenerationError

    for kind in (made, *names.values()):
        if getattr(kind, "__pydantic_complete__", True) is False:
            with suppress(PydanticSchemaGenerationError):
                kind.model_rebuild(force=True, raise_errors=False, _types_namespace=dict(names))


def cached_property(inner: Callable[..., Any], name: str | None) -> Any:
    import functools

    made = functools.cached_property(inner)
    made.attrname = name
    return made


def lru_cache(inner: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
    import functools

    return functools.lru_cache(**parameters)(inner)


def type_variable(kind: type, name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    return kind(name, *args, **options)


def new_type(name: str, inner: Any, home: str) -> Any:
    import typing

    made = getattr(typing, "NewType")(name, inner)  # noqa: B009  (mypy wants a literal)
    made.__module__ = home
    return made


def lock(kind: str) -> Any:
    import threading

    return getattr(threading, kind)()


def context_variable(name: str, default: tuple[Any, ...]) -> Any:
    from contextvars import ContextVar

    return ContextVar(name, default=default[0]) if default else ContextVar(name)
