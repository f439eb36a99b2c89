"""Classes that plain JSON can mean: those of the standard library, Enums, and the records of the user."""

from __future__ import annotations

import binascii
import typing
from typing import Any

from tiphys_runtime.convert import Mismatch, is_enum, mismatch, place, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiphys_runtime.codec import World


def of_class(data: Any, kind: Any, world: World, path: str, args: tuple[Any, ...]) -> Any:
    """Convert to an instance of a class. Raises Mismatch."""
    if is_enum(kind):
        return of_enum(data, kind, world, path)
    if getattr(kind, "__pydantic_validator__", None) is not None:
        return of_model(data, kind, path, args)
    if hasattr(kind, "__dataclass_fields__"):
        return of_dataclass(data, kind, world, path, args)
    if hasattr(kind, "__total__") and kind.__bases__ == (dict,):
        return of_typed_dict(data, kind, world, path, args)
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return of_namedtuple(data, kind, world, path, args)
    try:
        return of_library(data, kind)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise mismatch(data, kind, path) from error


def of_library(data: Any, kind: Any) -> Any:
    """Convert to a class of the standard library. Raises ValueError or TypeError."""
    home, name = kind.__module__.partition(".")[0], kind.__name__
    if kind in (bytes, bytearray):
        return kind(binascii.a2b_base64(expect(data, str), strict_mode=True))
    if kind is complex:
        return complex(expect(data, str, int, float))
    if home == "datetime" and name in ("datetime", "date", "time"):
        return kind.fromisoformat(expect(data, str))
    if home == "datetime" and name == "timedelta":
        return kind(seconds=expect(data, int, float))
    if home == "decimal" and name == "Decimal":
        return kind(str(expect(data, str, int, float)))
    if (home, name) == ("uuid", "UUID"):
        return kind(expect(data, str))
    if home == "pathlib":
        return kind(expect(data, str))
    if isinstance(data, kind):
        return data
    raise TypeError(f"plain JSON does not mean a {name}; its tagged form does")


def expect(data: Any, *kinds: type) -> Any:
    if type(data) not in kinds:
        raise TypeError(f"expected {' or '.join(each.__name__ for each in kinds)}")
    return data


def of_enum(data: Any, kind: Any, world: World, path: str) -> Any:
    """Take a member by its value, or by its name."""
    members: dict[str, Any] = kind.__members__
    for member in members.values():
        if member._value_ == data and type(member._value_) is type(data):
            return member
    if isinstance(data, str) and data in members:
        return members[data]
    for member in members.values():
        try:
            if value_of(data, type(member._value_), world, path) == member._value_:
                return member
        except Mismatch:
            continue
    raise mismatch(data, kind, path)


def hints(kind: Any, world: World) -> Mapping[str, Any]:
    """Give the types of the fields of a class."""
    known = getattr(world, "hints", None)
    found: Mapping[str, Any] | None = known(kind) if known is not None else None
    return found if found is not None else typing.get_type_hints(kind, include_extras=True)


def bound(kind: Any, args: tuple[Any, ...]) -> Mapping[Any, Any]:
    """Say what the type variables of a generic class stand for."""
    return dict(zip(getattr(kind, "__parameters__", ()), args, strict=False))


def fields_of(
    data: Any, kind: Any, names: Mapping[str, bool], world: World, path: str, args: tuple[Any, ...]
) -> dict[str, Any]:
    """Convert the fields of a record; `names` says which are required."""
    if not isinstance(data, dict):
        raise mismatch(data, kind, path)
    for name in data:
        if name not in names:
            raise Mismatch(f"{place(path)}: {kind.__qualname__} has no field {name!r}; it has {', '.join(names)}")
    for name, is_required in names.items():
        if is_required and name not in data:
            raise Mismatch(f"{place(path)}: {kind.__qualname__} needs the field {name!r}")
    kinds, variables = hints(kind, world), bound(kind, args)
    made = {}
    for name, item in data.items():
        declared = kinds.get(name, Any)
        made[name] = value_of(item, variables.get(declared, declared), world, f"{path}.{name}")
    return made


def of_dataclass(data: Any, kind: Any, world: World, path: str, args: tuple[Any, ...]) -> Any:
    import dataclasses

    missing = dataclasses.MISSING
    # InitVars are parameters too
    fields = {
        name: field.default is missing and field.default_factory is missing
        for name, field in kind.__dataclass_fields__.items()
        if field.init and field._field_type.name != "_FIELD_CLASSVAR"
    }
    return made(kind, fields_of(data, kind, fields, world, path, args), path)


def of_namedtuple(data: Any, kind: Any, world: World, path: str, args: tuple[Any, ...]) -> Any:
    """Take an object of fields, or a list in their order."""
    names: tuple[str, ...] = kind._fields
    if isinstance(data, list) and len(data) <= len(names):
        data = dict(zip(names, data, strict=False))
    defaults = kind._field_defaults
    return made(kind, fields_of(data, kind, {name: name not in defaults for name in names}, world, path, args), path)


def of_typed_dict(data: Any, kind: Any, world: World, path: str, args: tuple[Any, ...]) -> Any:
    required = kind.__required_keys__
    names = {name: name in required for name in hints(kind, world)}
    return fields_of(data, kind, names, world, path, args)


def made(kind: Any, fields: dict[str, Any], path: str) -> Any:
    """Call the class: its own checks run. Raises Mismatch with what they say."""
    try:
        return kind(**fields)
    except Exception as error:  # whatever the checks of the user's class raise
        raise Mismatch(f"{place(path)}: {kind.__qualname__}: {error}") from error


def of_model(data: Any, kind: Any, path: str, args: tuple[Any, ...]) -> Any:
    """Let pydantic validate, in JSON mode as it knows best what JSON means."""
    import json

    if args:
        kind = kind[args]
    try:
        return kind.__pydantic_validator__.validate_json(json.dumps(data))
    except ValueError as error:
        details: list[Any] = getattr(error, "errors", list)()
        for detail in details[:1]:
            inner = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
            raise Mismatch(f"{place(path + inner)}: {detail['msg']}") from error
        raise Mismatch(f"{place(path)}: {error}") from error
