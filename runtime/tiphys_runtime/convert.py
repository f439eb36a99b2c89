"""What a person typed, as a value of a declared type. Tagged forms (`{"$t": [...]}`) are taken anywhere."""

from __future__ import annotations

import json
import sys
import types
import typing
from typing import Any

from tiphys_runtime.codec import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tiphys_runtime.codec import World

SEQUENCES = {list: list, tuple: tuple, set: set, frozenset: frozenset}
ABSTRACT = {
    "Sequence": list, "MutableSequence": list, "Collection": list, "Iterable": list,
    "Mapping": dict, "MutableMapping": dict, "Set": frozenset, "MutableSet": set,
}  # fmt: skip
QUALIFIERS = ("Required", "NotRequired", "ReadOnly", "Final", "ClassVar")
BARE = ("datetime", "date", "time", "Decimal", "UUID", "Path", "PurePath", "PosixPath", "PurePosixPath")


class Mismatch(ValueError):
    """A value does not have the declared type; the text says where, what was expected, and shows an example."""


def from_text(text: str, kind: Any, world: World) -> Any:
    """Convert text: JSON, or for a `str` and what is written as one, the bare text. Raises Mismatch."""
    kind = resolved(kind)
    if kind is str and not text.startswith('"'):
        # a tagged form cannot be told from a string that looks like one: a string is meant
        return text
    try:
        data = json.loads(text)
    except ValueError:
        return value_of(text, kind, world, "")
    try:
        return value_of(data, kind, world, "")
    except Mismatch:
        if takes_text(kind):
            try:
                return value_of(text, kind, world, "")
            except Mismatch:
                pass
        raise


def takes_text(kind: Any) -> bool:
    """Whether bare text can be meant: `2024` for a `str | None`, `007` for an Enum."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return any(takes_text(resolved(each)) for each in typing.get_args(kind))
    if kind is str or typing.get_origin(kind) is typing.Literal or is_enum(kind):
        return True
    return getattr(kind, "__name__", "") in BARE


def from_json(data: Any, kind: Any, world: World) -> Any:
    """Convert a JSON value. Raises Mismatch."""
    return value_of(data, resolved(kind), world, "")


def resolved(kind: Any) -> Any:
    """Give the type behind Annotated, NewType, a type alias, Required and their like."""
    while True:
        origin = typing.get_origin(kind)
        if origin is not None and getattr(origin, "_name", None) in QUALIFIERS:
            kind = typing.get_args(kind)[0]
        elif hasattr(kind, "__metadata__") and hasattr(kind, "__origin__"):
            kind = kind.__origin__
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif type(kind).__name__ == "TypeAliasType":
            kind = kind.__value__
        elif type(kind).__name__ == "InitVar":
            kind = kind.type
        elif isinstance(kind, typing.TypeVar):
            kind = kind.__bound__ or Any
        else:
            return kind


def value_of(data: Any, kind: Any, world: World, path: str) -> Any:
    """Convert one value at a path inside the whole."""
    kind = resolved(kind)
    if isinstance(data, dict) and len(data) == 1 and next(iter(data)).startswith("$"):
        try:
            return decode(data, world)
        except (ValueError, TypeError, LookupError) as error:
            raise Mismatch(f"{place(path)}: {error}") from error
    if kind in (Any, object):
        return decode(data, world)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return of_union(data, kind, world, path)
    if origin is typing.Literal:
        return of_literal(data, kind, path)
    if origin is not None or kind in SEQUENCES or kind is dict:
        return of_container(data, kind, world, path)
    return of_class(data, kind, world, path)


def place(path: str) -> str:
    return f"at {path}" if path else "the value"


def shown(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, default=repr)
    return text if len(text) <= 100 else f"{text[:100]}..."


def mismatch(data: Any, kind: Any, path: str) -> Mismatch:
    """Make the error: where, what was expected, an example of it, what there is."""
    return Mismatch(f"{place(path)}: expected {name_of(kind)} (as {example(kind)}), not {shown(data)}")


def name_of(kind: Any) -> str:
    """Give a type as the user writes it."""
    if kind is None or kind is type(None):
        return "None"
    if isinstance(kind, type) and typing.get_origin(kind) is None:
        return kind.__qualname__
    return str(kind).replace("typing.", "")


EXAMPLES = {
    "str": '"text"', "int": "3", "float": "0.5", "bool": "true", "NoneType": "null", "bytes": '"aGVsbG8="',
    "datetime": '"2024-01-31T08:00:00+00:00"', "date": '"2024-01-31"', "time": '"08:00:00"', "timedelta": "90.5",
    "Decimal": '"0.1"', "UUID": '"12345678-1234-5678-1234-567812345678"', "Path": '"data/in.csv"', "complex": '"1+2j"',
}  # fmt: skip


def example(kind: Any, depth: int = 0) -> str:
    """Give an example of a type, in JSON."""
    kind = resolved(kind)
    origin, args = typing.get_origin(kind) or kind, typing.get_args(kind)
    if depth > 3 or kind in (Any, object):
        return "1"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(example(each, depth + 1) for each in args))
    if origin is typing.Literal:
        return " or ".join(json.dumps(each, default=repr) for each in args)
    if is_enum(kind):
        return " or ".join(f'"{name}"' for name in list(kind.__members__)[:3])
    origin = concrete(origin)
    if origin is dict:
        key, value = (example(each, depth + 1) for each in args or (str, Any))
        return f"{{{key}: {value}}}"
    if origin in SEQUENCES:
        items = [each for each in args if each is not Ellipsis]
        return "[" + ", ".join(example(each, depth + 1) for each in items) + "]"
    fields = getattr(kind, "__annotations__", None)
    if isinstance(fields, dict) and fields:
        return "{" + ", ".join(f'"{name}": ...' for name in fields) + "}"
    return EXAMPLES.get(getattr(kind, "__name__", ""), "JSON")


def concrete(origin: Any) -> Any:
    """Give the class that stands for an abstract collection."""
    is_abstract = getattr(origin, "__module__", "") == "collections.abc"
    return ABSTRACT.get(origin.__name__, origin) if is_abstract else origin


def of_union(data: Any, kind: Any, world: World, path: str) -> Any:
    """Take the member that fits exactly, else the first that converts."""
    members = [resolved(each) for each in typing.get_args(kind)]
    exact = [each for each in members if isinstance(each, type) and type(data) is each]
    reasons = []
    for member in (*exact, *members):
        try:
            return value_of(data, member, world, path)
        except Mismatch as error:
            reasons.append(error)
    deeper = [each for each in reasons if not str(each).startswith(f"{place(path)}:")]
    raise deeper[0] if len(deeper) == 1 else mismatch(data, kind, path)


def of_literal(data: Any, kind: Any, path: str) -> Any:
    for choice in typing.get_args(kind):
        if type(choice) is type(data) and choice == data:
            return choice
        if is_enum(type(choice)) and data in (choice._name_, choice._value_):
            return choice
        if isinstance(choice, bytes) and data == choice.decode(errors="replace"):
            return choice
    raise mismatch(data, kind, path)


def of_container(data: Any, kind: Any, world: World, path: str) -> Any:
    origin = typing.get_origin(kind) or kind
    args = typing.get_args(kind)
    origin = concrete(origin)
    if origin is dict:
        return of_dict(data, kind, args, world, path)
    if origin in SEQUENCES:
        if not isinstance(data, list):
            raise mismatch(data, kind, path)
        if origin is tuple and args and args[-1] is not Ellipsis:
            if len(args) != len(data) and args != ((),):
                raise mismatch(data, kind, path)
            each = list(args)
        else:
            each = [args[0] if args else Any] * len(data)
        pairs = enumerate(zip(data, each, strict=False))
        items = [value_of(item, one, world, f"{path}[{at}]") for at, (item, one) in pairs]
        try:
            return SEQUENCES[origin](items)
        except TypeError as error:
            raise Mismatch(f"{place(path)}: {error}") from error
    return of_class(data, origin, world, path, args)


def of_dict(data: Any, kind: Any, args: tuple[Any, ...], world: World, path: str) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise mismatch(data, kind, path)
    key_kind, item_kind = args or (Any, Any)
    made: dict[Any, Any] = {}
    for key, item in data.items():
        inner = f"{path}[{key!r}]"
        made[from_key(key, key_kind, world, inner)] = value_of(item, item_kind, world, inner)
    return made


def from_key(key: str, kind: Any, world: World, path: str) -> Any:
    """Convert a key: JSON has only strings, so `"1"` is meant for an int."""
    kind = resolved(kind)
    if kind in (str, Any, object):
        return key
    return from_text(key, kind, world) if not path else _at(path, lambda: from_text(key, kind, world))


def _at(path: str, convert: Callable[[], Any]) -> Any:
    try:
        return convert()
    except Mismatch as error:
        raise Mismatch(f"the key {place(path)}: {str(error).removeprefix('the value: ')}") from error


def is_enum(kind: Any) -> bool:
    enum = sys.modules.get("enum")
    return enum is not None and isinstance(kind, enum.EnumMeta)


def of_class(data: Any, kind: Any, world: World, path: str, args: tuple[Any, ...] = ()) -> Any:
    from tiphys_runtime import convert_classes

    if kind is None or kind is type(None):
        if data is None or data == "":
            return None
        raise mismatch(data, kind, path)
    if kind in (str, bool) and type(data) is kind:
        return data
    if kind is int and type(data) is int:
        return data
    if kind is float and type(data) in (int, float):
        return float(data)
    if not isinstance(kind, type) or kind in (str, bool, int, float):
        raise mismatch(data, kind, path)
    return convert_classes.of_class(data, kind, world, path, args)
