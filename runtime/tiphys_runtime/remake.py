"""What pickles of the bundle call: functions, classes and other things of the program, made again in two steps.

First an empty shell, so that the parts may refer to it; then its parts.
"""

from __future__ import annotations

import builtins
import sys
from types import CellType, CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def module(name: str) -> object:
    """Import a module that the image provides."""
    __import__(name)
    return sys.modules[name]


def attribute(name: str, path: str) -> object:
    """Give something of a module that has no other way to be found again."""
    found = module(name)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def code(*parts: object) -> CodeType:
    return CodeType(*parts)  # type: ignore[arg-type]


def function(
    body: CodeType, names: dict[str, object], cells: tuple[CellType | None, ...] | None
) -> FunctionType:
    """Make a function without defaults, in a namespace."""
    names.setdefault("__builtins__", builtins)
    return FunctionType(body, names, None, None, cells and tuple(CellType() if each is None else each for each in cells))


def function_state(made: FunctionType, state: tuple[Mapping[str, object], Mapping[str, object], Mapping[str, object], object, Iterable[tuple[int, object]]]) -> None:
    """Give a function its attributes, its namespace the names it uses, and its cells what they hold."""
    attributes, own, names, _ensured, contents = state
    for name, value in attributes.items():
        setattr(made, name, value)
    made.__dict__.update(own)
    made.__globals__.update(names)
    for at, value in contents:
        made.__closure__[at].cell_contents = value  # type: ignore[index]


def same(value: object) -> object:
    return value


def cell() -> CellType:
    return CellType()


def cell_of(made: FunctionType, at: int) -> CellType:
    return made.__closure__[at]  # type: ignore[index]


def cell_state(made: CellType, contents: tuple[object]) -> None:
    (made.cell_contents,) = contents


_program_classes: set[int] = set()  # ids of classes out of bundles; these live as long as the process


def plain_class(meta: type, maker: type, name: str, bases: tuple[type, ...], members: dict[str, object]) -> type:
    """Make a class with the few members it must be born with; what the program's own hooks did is in its state."""
    above = {each: None for base in bases for each in base.__mro__}
    silenced = [each for each in above if id(each) in _program_classes and "__init_subclass__" in each.__dict__]
    hooks = [(base, base.__dict__["__init_subclass__"]) for base in silenced]
    for base in silenced:
        type.__delattr__(base, "__init_subclass__")
    try:
        made: type = maker.__new__(meta, name, bases, members)  # type: ignore[call-overload]
    finally:
        for base, hook in hooks:
            type.__setattr__(base, "__init_subclass__", hook)
    _program_classes.add(id(made))
    return made


def class_state(made: type, state: Mapping[str, object]) -> None:
    """Give a class its members."""
    for name, value in state.items():
        if name == "_abc_impl":
            for registered in value:  # type: ignore[attr-defined]
                made.register(registered)  # type: ignore[attr-defined]
        else:
            type.__setattr__(made, name, value)


def enum_class(
    meta: type,
    name: str,
    bases: tuple[type, ...],
    born: Mapping[str, object],
    members: list[tuple[str, object]],
    boundary: object = None,
) -> type:
    """Make an Enum whose members are no more than their values."""
    body = meta.__prepare__(name, bases)
    for key, value in (*born.items(), *members):
        body[key] = value  # type: ignore[index]
    options = {"boundary": boundary} if boundary is not None else {}
    made: type = meta.__new__(meta, name, bases, body, **options)  # type: ignore[call-overload]
    return made


def made_enum_class(
    meta: type,
    name: str,
    bases: tuple[type, ...],
    born: Mapping[str, object],
    members: list[tuple[str, tuple[type | None, object, object, Mapping[str, object]]]],
) -> type:
    """Make an Enum whose members were made by its own `__new__` or `__init__`: these do not run again."""

    def born_member(kind: type, *packed: object) -> object:
        plain, data, value, own = packed[0] if len(packed) == 1 else packed  # type: ignore[misc]
        member = object.__new__(kind) if plain is None else plain.__new__(kind, data)
        member._value_ = value
        member.__dict__.update(own)
        return member

    def silent(*_arguments: object) -> None: ...

    made = enum_class(meta, name, bases, {**born, "__new__": born_member, "__init__": silent}, members)  # type: ignore[arg-type]
    for each in ("__init__", "__new_member__"):
        if each in made.__dict__:
            type.__delattr__(made, each)
    return made


def typed_dict(meta: type, name: str, members: dict[str, object]) -> type:
    return type.__new__(meta, name, (dict,), members)


def model_class(
    meta: type, name: str, bases: tuple[type, ...], members: dict[str, object], decorated: Mapping[str, tuple[object, object]]
) -> type:
    """Make a pydantic model from its fields, as its class statement did."""
    from pydantic._internal._decorators import PydanticDescriptorProxy

    for key, (info, shim) in decorated.items():
        members[key] = PydanticDescriptorProxy(members[key], info, shim)  # type: ignore[arg-type, type-var]
    made: type = meta(name, bases, members)
    return made


def model_state(made: type, names: Mapping[str, object]) -> None:
    """Finish a model whose fields speak of itself or of later ones, and those."""
    for kind in (made, *names.values()):
        if getattr(kind, "__pydantic_complete__", True) is False:
            kind.model_rebuild(force=True, raise_errors=False, _types_namespace=dict(names))  # type: ignore[attr-defined]


def cached_property(inner: Callable[..., object], name: str | None) -> object:
    import functools

    made = functools.cached_property(inner)
    made.attrname = name
    return made


def lru_cache(inner: Callable[..., object], parameters: Mapping[str, object]) -> object:
    import functools

    return functools.lru_cache(**parameters)(inner)  # type: ignore[arg-type]


def type_variable(kind: type, name: str, args: tuple[object, ...], options: Mapping[str, object]) -> object:
    return kind(name, *args, **options)


def new_type(name: str, inner: object, home: str) -> object:
    import typing

    made = typing.NewType(name, inner)  # type: ignore[valid-newtype]
    made.__module__ = home
    return made


def lock(kind: str) -> object:
    import threading

    return getattr(threading, kind)()  # type: ignore[no-any-return]


def context_variable(name: str, default: tuple[object, ...]) -> object:
    from contextvars import ContextVar

    return ContextVar(name, default=default[0]) if default else ContextVar(name)
