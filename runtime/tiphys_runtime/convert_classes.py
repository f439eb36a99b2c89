"""Classes that plain JSON can mean: those of the standard library, Enums, and the records of the user."""

from __future__ import annotations

import binascii
import typing

from tiphys_runtime.convert import Mismatch, is_enum, mismatch, place, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiphys_runtime.codec import World


def of_class(data: object, kind: type, world: World, path: str, args: tuple[object, ...]) -> object:
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


def of_library(data: object, kind: type) -> object:
    """Convert to a class of the standard library. Raises ValueError or TypeError."""
    home, name = kind.__module__.partition(".")[0], kind.__name__
    if kind in (bytes, bytearray):
        return kind(binascii.a2b_base64(expect(data, str), strict_mode=True))  # type: ignore[call-overload]
    if kind is complex:
        return complex(expect(data, str, int, float))  # type: ignore[arg-type]
    if home == "datetime" and name in ("datetime", "date", "time"):
        return kind.fromisoformat(expect(data, str))  # type: ignore[attr-defined]
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


def expect(data: object, *kinds: type) -> object:
    if type(data) not in kinds:
        raise TypeError(f"expected {' or '.join(each.__name__ for each in kinds)}")
    return data


def of_enum(data: object, kind: type, world: World, path: str) -> object:
    """Take a member by its value, or by its name."""
    members: dict[str, object] = kind.__members__  # type: ignore[attr-defined]
    for member in members.values():
        if member._value_ == data and type(member._value_) is type(data):  # type: ignore[attr-defined]
            return member
    if isinstance(data, str) and data in members:
        return members[data]
    for member in members.values():
        try:
            if value_of(data, type(member._value_), world, path) == member._value_:  # type: ignore[attr-defined]
                return member
        except Mismatch:
            continue
    raise mismatch(data, kind, path)


def hints(kind: type, world: World) -> Mapping[str, object]:
    """Give the types of the fields of a class."""
    known = getattr(world, "hints", None)
    found: Mapping[str, object] | None = known(kind) if known is not None else None
    return found if found is not None else typing.get_type_hints(kind, include_extras=True)


def bound(kind: type, args: tuple[object, ...]) -> Mapping[object, object]:
    """Say what the type variables of a generic class stand for."""
    return dict(zip(getattr(kind, "__parameters__", ()), args, strict=False))


def fields_of(
    data: object, kind: type, names: Mapping[str, bool], world: World, path: str, args: tuple[object, ...]
) -> dict[str, object]:
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
        declared = kinds.get(name, typing.Any)
        made[name] = value_of(item, variables.get(declared, declared), world, f"{path}.{name}")
    return made


def of_dataclass(data: object, kind: type, world: World, path: str, args: tuple[object, ...]) -> object:
    import dataclasses

    missing = dataclasses.MISSING
    # InitVars are parameters too
    fields = {
        name: field.default is missing and field.default_factory is missing
        for name, field in kind.__dataclass_fields__.items()  # type: ignore[attr-defined]
        if field.init and field._field_type.name != "_FIELD_CLASSVAR"
    }
    return made(kind, fields_of(data, kind, fields, world, path, args), path)


def of_namedtuple(data: object, kind: type, world: World, path: str, args: tuple[object, ...]) -> object:
    """Take an object of fields, or a list in their order."""
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    if isinstance(data, list) and len(data) <= len(names):
        data = dict(zip(names, data, strict=False))
    defaults = kind._field_defaults  # type: ignore[attr-defined]
    return made(kind, fields_of(data, kind, {name: name not in defaults for name in names}, world, path, args), path)


def of_typed_dict(data: object, kind: type, world: World, path: str, args: tuple[object, ...]) -> object:
    required = kind.__required_keys__  # type: ignore[attr-defined]
    names = {name: name in required for name in hints(kind, world)}
    return fields_of(data, kind, names, world, path, args)


def made(kind: type, fields: dict[str, object], path: str) -> object:
    """Call the class: its own checks run. Raises Mismatch with what they say."""
    try:
        return kind(**fields)
    except Exception as error:  # noqa: BLE001  (the user's own checks)
        raise Mismatch(f"{place(path)}: {kind.__qualname__}: {error}") from error


def of_model(data: object, kind: type, path: str, args: tuple[object, ...]) -> object:
    """Let pydantic validate, in JSON mode as it knows best what JSON means."""
    import json

    if args:
        kind = kind[args]  # type: ignore[index]
    try:
        return kind.__pydantic_validator__.validate_json(json.dumps(data))  # type: ignore[attr-defined]
    except ValueError as error:
        details = error.errors() if hasattr(error, "errors") else []
        for detail in details[:1]:
            inner = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
            raise Mismatch(f"{place(path + inner)}: {detail['msg']}") from error
        raise Mismatch(f"{place(path)}: {error}") from error


