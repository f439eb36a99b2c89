"""Do known values fit the types of inputs, with all that is in them? What a run would refuse is refused here."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tiphys.bundling.live import LiveWorld
from tiphys.tracing.checks import spell
from tiphys.tracing.values import is_union
from tiphys_runtime import convert

PLAIN = (bool, int, float, str, type(None))
RECORDS = ("__dataclass_fields__", "__pydantic_validator__", "_fields", "__total__")
"""What classes of records have: dataclasses, models of pydantic, named tuples, typed dicts."""


def misfit(value: object, kind: Any, path: str = "") -> str | None:
    """Say why a value cannot be given for an input of a type; None where it can, or where nobody knows.

    What JSON means is taken as on the command line: an int for a float, a text for a `datetime`, a dict for a record.
    """
    kind = convert.resolved(kind)
    origin, arguments = typing.get_origin(kind) or kind, typing.get_args(kind)
    if is_union(kind):
        fits = any(misfit(value, part, path) is None for part in arguments)
        return None if fits else unfit(value, kind, path)
    if origin is typing.Literal or value is None or type(value) in PLAIN:
        return misread(value, kind, path)
    if not isinstance(origin, type) or origin in (Any, object) or getattr(origin, "_is_protocol", False):
        return None
    if typing.is_typeddict(origin) or not isinstance(value, origin):
        given = isinstance(value, list | dict) and is_json(value)
        return misread(value, kind, path) if given else unlike(value, kind, path)
    is_row = issubclass(origin, tuple) and bool(arguments) and ... not in arguments
    if is_row and wrong_length(value, arguments):
        return unfit(value, kind, path)
    pairs = row(value, arguments) if is_row else parts(value, arguments)
    found = (misfit(item, part, f"{path}[{place}]") for place, item, part in pairs)
    return next((why for why in found if why is not None), None)


def misread(value: object, kind: Any, path: str) -> str | None:
    """Read a value as a run reads what a person typed."""
    try:
        convert.from_json(value, kind, LiveWorld())
    except convert.Mismatch as error:
        return str(error) if isinstance(value, list | dict) and not path else unfit(value, kind, path)
    return None


def unlike(value: object, kind: Any, path: str) -> str | None:
    """Refuse an object of another class; a dict or list with objects in it may still mean a record."""
    return None if isinstance(value, dict | list) and is_record(kind) else unfit(value, kind, path)


def is_record(kind: Any) -> bool:
    """Say whether a dict of fields may stand for an object of a class."""
    return any(hasattr(kind, name) for name in RECORDS)


def row(value: Any, arguments: tuple[Any, ...]) -> Iterator[tuple[str, object, Any]]:
    """List what is in a tuple whose type names each of its items: the place, the item, the type it should have."""
    yield from ((str(at), item, kind) for at, (item, kind) in enumerate(zip(value, arguments, strict=True)))


def parts(value: object, arguments: tuple[Any, ...]) -> Iterator[tuple[str, object, Any]]:
    """List the same of any other container."""
    if not arguments:
        return
    if isinstance(value, Mapping):
        if len(arguments) == 2:
            yield from ((f"key {key!r}", key, arguments[0]) for key in value)
            yield from ((repr(key), item, arguments[1]) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from ((str(at), item, arguments[0]) for at, item in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from ((repr(item), item, arguments[0]) for item in value)


def wrong_length(value: Any, arguments: tuple[Any, ...]) -> bool:
    """Say whether a tuple has more or fewer items than its type names."""
    return len(value) != len(arguments)


def is_json(value: object) -> bool:
    """Say whether JSON has a value, with all that is in it."""
    if isinstance(value, dict):
        return all(type(key) is str for key in value) and every_json(value.values())
    return every_json(value) if isinstance(value, list) else type(value) in PLAIN


def every_json(values: Iterable[object]) -> bool:
    """Say whether JSON has all of them."""
    return all(is_json(item) for item in values)


def unfit(value: object, kind: Any, path: str) -> str:
    """Say what is taken instead, and where."""
    return f"at {path} it takes {spell(kind)}, not {value!r}" if path else f"it takes {spell(kind)}"
