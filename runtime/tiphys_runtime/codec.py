"""Values as tagged JSON and as spilled files (docs/wire.md). What has no short form is a pickle."""

from __future__ import annotations

import binascii
import json
import sys
from math import isfinite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class World(Protocol):
        """Where classes are found by name, and how pickles of this process are made and read."""

        def find_class(self, name: str) -> type:
            """Give the class called `module:qualname`. Raises LookupError."""
            ...

        def name_class(self, kind: type) -> str | None:
            """Give the name by which another process finds a class; None: only a pickle carries it."""

        def dumps(self, value: Any) -> bytes:
            """Pickle a value for another process of the program."""
            ...

        def loads(self, data: bytes) -> Any:
            """Read what `dumps` wrote in any process of the program."""

    Encoder = Callable[[Any, "World", set[int]], Any]
    Decoder = Callable[[Any, "World"], Any]

LARGEST_INT_BITS = 12_000  # json reads numbers of at most 4,300 digits


class Cycle(Exception):
    """A container that holds itself was met; `args[0]` is its id."""


def dump(value: Any, world: World) -> str:
    """Write a value as tagged JSON, in ASCII."""
    return text_of(encode(value, world))


def text_of(tagged: Any) -> str:
    """Write tagged JSON compactly, in ASCII."""
    return json.dumps(tagged, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def encode(value: Any, world: World) -> Any:
    """Give the tagged form of a value."""
    try:
        return tagged(value, world, set())
    except RecursionError:
        return pickled(value, world)


def decode(form: Any, world: World) -> Any:
    """Give the value of a tagged form. Raises ValueError for a form that nothing writes."""
    if isinstance(form, list):
        return [decode(item, world) for item in form]
    if not isinstance(form, dict):
        return form
    if len(form) == 1:
        tag, inner = next(iter(form.items()))
        if tag.startswith("$"):
            decoder = DECODERS.get(tag)
            if decoder is None:
                raise ValueError(f"unknown tag {tag!r}")
            return decoder(inner, world)
    return {key: decode(item, world) for key, item in form.items()}


def to_file(value: Any, world: World) -> bytes:
    """Write a value as a spilled file: `J` and tagged JSON, or `P` and a pickle."""
    return file_of(encode(value, world))


def file_of(form: Any) -> bytes:
    """Write a tagged form as a spilled file."""
    if isinstance(form, dict) and len(form) == 1 and "$p" in form:
        return b"P" + binascii.a2b_base64(form["$p"])
    return b"J" + text_of(form).encode()


def from_file(data: bytes, world: World) -> Any:
    """Read a spilled file. Raises ValueError when it is none."""
    kind, rest = data[:1], data[1:]
    if kind == b"P":
        return world.loads(rest)
    if kind == b"J":
        return decode(json.loads(rest), world)
    raise ValueError(f"a spilled file starts with J or P, not {kind!r}")


def pickled(value: Any, world: World) -> Any:
    """Give the form of a value that only a pickle carries."""
    return {"$p": binascii.b2a_base64(world.dumps(value), newline=False).decode()}


def tagged(value: Any, world: World, active: set[int]) -> Any:
    """Encode one value; `active` holds the ids of the containers around it."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    encoder = ENCODERS.get(kind) or encoder_of(kind)
    if encoder is None:
        return pickled(value, world)
    if kind in ATOMS:
        return encoder(value, world, active)
    if id(value) in active:
        raise Cycle(id(value))
    active.add(id(value))
    try:
        return encoder(value, world, active)
    except Cycle as cycle:
        if cycle.args[0] != id(value):
            raise
        return pickled(value, world)
    finally:
        active.discard(id(value))


def encoder_of(kind: type) -> Encoder | None:
    """Find how instances of a class outside `builtins` are written; None: as a pickle."""
    module = kind.__module__.partition(".")[0]
    named = LIBRARY.get((module, kind.__name__))
    if named is not None and getattr(sys.modules.get(module), kind.__name__, None) is kind:
        return named
    if module in ("builtins", "datetime", "decimal", "uuid", "pathlib"):
        return None
    from tiphys_runtime import records

    return records.encoder_of(kind)


def of_int(value: int, world: World, _active: set[int]) -> Any:
    return value if value.bit_length() <= LARGEST_INT_BITS else pickled(value, world)


def of_float(value: float, _world: World, _active: set[int]) -> Any:
    return value if isfinite(value) else {"$f": repr(value)}


def of_str(value: str, world: World, _active: set[int]) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        # two halves of a surrogate pair side by side would be read as one character
        if json.loads(json.dumps(value)) != value:
            return pickled(value, world)
    return value


def of_dict(value: dict[Any, Any], world: World, active: set[int]) -> Any:
    if all(type(key) is str and not key.startswith("$") and plain(key) for key in value):
        return {key: tagged(item, world, active) for key, item in value.items()}
    return {"$d": [[tagged(key, world, active), tagged(item, world, active)] for key, item in value.items()]}


def plain(key: str) -> bool:
    """Whether a key is written as itself."""
    return key.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in key)


def items(values: Any, world: World, active: set[int]) -> list[Any]:
    return [tagged(item, world, active) for item in values]


def ordered(values: Any, world: World, active: set[int]) -> list[Any]:
    """Encode the items of a set in an order that does not depend on hashes."""
    return sorted(items(values, world, active), key=text_of)


def of_datetime(value: Any, world: World, _active: set[int]) -> Any:
    import datetime

    zone = getattr(value, "tzinfo", None)
    # a zone by name, and the second of two equal times, are more than ISO text says
    fixed = zone is None or (type(zone) is datetime.timezone and repr(zone) == repr(plain_zone(zone)))
    if not fixed or getattr(value, "fold", False):
        return pickled(value, world)
    return {TAGS[type(value).__name__]: value.isoformat()}


def plain_zone(zone: Any) -> Any:
    """Give the unnamed zone with the same offset."""
    import datetime

    return datetime.timezone(zone.utcoffset(None))


def b64(value: Any, _world: World, _active: set[int]) -> str:
    return binascii.b2a_base64(bytes(value), newline=False).decode()


def as_text(value: Any, _world: World, _active: set[int]) -> Any:
    return str(value)


def tag(name: str, inner: Callable[..., Any]) -> Encoder:
    return lambda value, world, active: {name: inner(value, world, active)}


TAGS = {"datetime": "$dt", "time": "$ti", "date": "$da"}
ATOMS = frozenset({int, float, str, bytes, bytearray, complex, range})
ENCODERS: dict[type, Encoder] = {
    int: of_int,
    float: of_float,
    str: of_str,
    list: items,
    dict: of_dict,
    tuple: tag("$t", items),
    set: tag("$s", ordered),
    frozenset: tag("$fs", ordered),
    bytes: tag("$b", b64),
    bytearray: tag("$ba", b64),
    complex: tag("$cx", lambda v, w, a: [of_float(v.real, w, a), of_float(v.imag, w, a)]),
    range: tag("$r", lambda v, w, a: [of_int(part, w, a) for part in (v.start, v.stop, v.step)]),
}
LIBRARY: dict[tuple[str, str], Encoder] = {
    ("datetime", "datetime"): of_datetime,
    ("datetime", "time"): of_datetime,
    ("datetime", "date"): of_datetime,
    ("datetime", "timedelta"): tag("$td", lambda v, _w, _a: [v.days, v.seconds, v.microseconds]),
    ("decimal", "Decimal"): tag("$de", as_text),
    ("uuid", "UUID"): tag("$u", as_text),
    ("pathlib", "PosixPath"): tag("$pa", as_text),
    ("pathlib", "WindowsPath"): tag("$pa", as_text),
}


def iso(name: str) -> Decoder:
    def read(inner: Any, _world: World) -> Any:
        import datetime

        return getattr(datetime, name).fromisoformat(inner)

    return read


def library(module: str, name: str, *, spread: bool = False) -> Decoder:
    def read(inner: Any, _world: World) -> Any:
        kind = getattr(__import__(module), name)
        return kind(*inner) if spread else kind(inner)

    return read


def record(name: str) -> Decoder:
    def read(inner: Any, world: World) -> Any:
        from tiphys_runtime import records

        made: Any = getattr(records, name)(inner, world)
        return made

    return read


def listed(inner: Any, world: World) -> list[Any]:
    return [decode(item, world) for item in inner]


DECODERS: dict[str, Decoder] = {
    "$f": lambda v, _w: float(v),
    "$t": lambda v, w: tuple(listed(v, w)),
    "$s": lambda v, w: set(listed(v, w)),
    "$fs": lambda v, w: frozenset(listed(v, w)),
    "$d": lambda v, w: {decode(key, w): decode(item, w) for key, item in v},
    "$b": lambda v, _w: binascii.a2b_base64(v),
    "$ba": lambda v, _w: bytearray(binascii.a2b_base64(v)),
    "$cx": lambda v, w: complex(*listed(v, w)),
    "$r": lambda v, w: range(*listed(v, w)),
    "$p": lambda v, w: w.loads(binascii.a2b_base64(v)),
    "$dt": iso("datetime"),
    "$da": iso("date"),
    "$ti": iso("time"),
    "$td": library("datetime", "timedelta", spread=True),
    "$de": library("decimal", "Decimal"),
    "$u": library("uuid", "UUID"),
    "$pa": library("pathlib", "Path"),
    "$en": record("enum"),
    "$nt": record("namedtuple"),
    "$dc": record("dataclass"),
    "$pm": record("model"),
}
