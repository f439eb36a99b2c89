"""Envelopes (docs/wire.md): the small text that stands for a value between pods."""

from __future__ import annotations

import json

from tiphys_runtime import codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tiphys_runtime.codec import World

KINDS = ("v", "k", "b", "t", "l", "a", "o", "e")
REPR_LIMIT = 4000


class TooLarge(Exception):
    """A value over the inline limit has no slot to spill into; `args[0]` is the size of its envelope."""


def write(envelope: Mapping[str, Any]) -> str:
    """Give the text of an envelope; neither Argo (`{{`) nor the kubelet (`$(`, `$$`) finds anything to substitute."""
    return codec.text_of(envelope).replace("{{", "{\\u007b").replace("$$", "$\\u0024").replace("$(", "$\\u0028")


def parse(text: str) -> dict[str, Any]:
    """Read the text of an envelope. Raises ValueError when it is none."""
    try:
        envelope = json.loads(text)
    except ValueError as error:
        raise ValueError(f"not an envelope: {shown(text)}") from error
    if (
        not isinstance(envelope, dict)
        or len([key for key in KINDS if key in envelope]) > 1
        or (envelope and not any(key in envelope for key in KINDS))
    ):
        raise ValueError(f"not an envelope: {shown(text)}")
    return envelope


def shown(text: str) -> str:
    """Give a text as an error shows it."""
    return repr(text if len(text) <= 200 else f"{text[:200]}...")


def make(
    value: Any, world: World, *, inline: int, key: str | None, described: bool = False
) -> tuple[str, bytes | None]:
    """Give the envelope of a value, and its spilled file when it is over the limit.

    key: where the file will be stored; None: nowhere. described: with its `repr`. Raises TooLarge.
    """
    form = codec.encode(value, world)
    extra: dict[str, Any] = {"s": describe(value)} if described else {}
    text = write({"v": form})
    if len(text) <= inline:
        return (write({"v": form, **extra}) if extra else text), None
    if key is None:
        raise TooLarge(len(text))
    data = codec.file_of(form)
    return write({**spilled(key, data), **extra}), data


def spilled(key: str, data: bytes) -> dict[str, Any]:
    """Give the envelope of a file."""
    return {"k": key, "h": digest(data), "n": len(data)}


def handed_on(
    envelope: Mapping[str, Any], *, inline: int, key: str | None, is_file: bool = False
) -> tuple[str, bytes | None]:
    """Give an envelope as it came; a large value or error that it holds is spilled. is_file: it is a file anyway."""
    text = write(envelope)
    data: bytes | None = None
    if "v" in envelope:
        data = codec.file_of(envelope["v"])
    elif "e" in envelope:
        data = b"E" + codec.text_of(envelope["e"]).encode()
    if data is not None and key is not None and len(text) > inline:
        return write({**spilled(key, data), **({"s": envelope["s"]} if "s" in envelope else {})}), data
    return text, data if is_file else None


def describe(value: Any) -> str:
    """Give the `repr` of a value, or say that it has none."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001  (the user's own `__repr__`)
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return text[:REPR_LIMIT]


def digest(data: bytes) -> str:
    """Give the sha256 of a file."""
    for name in ("_sha256", "_sha2", "hashlib"):  # the first two, of Python 3.11 and later, are far cheaper to import
        try:
            return str(__import__(name).sha256(data).hexdigest())
        except ImportError:
            continue
    raise ImportError("this Python has no sha256")


class Source:
    """Where the parts of an operand are that its envelope does not hold.

    spilled: reads its file; blob: reads a value of the bundle by digest; typed: converts a person's text to the type
    with this number; item: reads the file of an item, None where there is none.
    """

    def __init__(
        self,
        spilled: Callable[[], bytes] | None = None,
        blob: Callable[[str], bytes] | None = None,
        typed: Callable[[str, int], Any] | None = None,
        item: Callable[[int], bytes | None] | None = None,
    ) -> None:
        self.spilled = spilled
        self.blob = blob
        self.typed = typed
        self.item = item


def value_of(envelope: Mapping[str, Any], world: World, source: Source) -> Any:
    """Give the value behind an envelope; an error comes back as an exception object. Raises ValueError."""
    if "v" in envelope:
        return codec.decode(envelope["v"], world)
    if "c" in envelope:
        if source.item is None:
            raise ValueError("a list of files stands where only inline values can")
        return [item_of(source.item(index), index, world) for index in range(int(envelope["c"]))]
    if "k" in envelope:
        if source.spilled is None:
            raise ValueError("a spilled value stands where only inline ones can")
        return of_file(checked(source.spilled(), envelope), world)
    if "b" in envelope:
        if source.blob is None:
            raise ValueError("a value of the bundle stands where only others can")
        return codec.from_file(source.blob(str(envelope["b"])), world)
    if "t" in envelope:
        return of_text(str(envelope["t"]), envelope.get("y"), source)
    if "l" in envelope or "a" in envelope:
        inside = Source(blob=source.blob, typed=source.typed)
        return [value_of(inner(envelope, index), world, inside) for index in range(width(envelope))]
    if "o" in envelope:
        raise ValueError(too_long(envelope))
    if "e" in envelope:
        from tiphys_runtime.failure import exception_of

        return exception_of(envelope["e"], world)
    from tiphys_runtime.counting import UNTOLD
    from tiphys_runtime.errors import TaskLostError

    return TaskLostError(f"a task ended without reporting anything: {UNTOLD}")


def width(envelope: Mapping[str, Any]) -> int:
    """Count the items of a pack or of a list."""
    return len(envelope["a"] if "a" in envelope else envelope["l"])


def inner(envelope: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Give the envelope of one item of a pack or of a list. Raises ValueError, IndexError."""
    if "a" not in envelope:
        packed: dict[str, Any] = envelope["l"][index]
        return packed
    if "r" in envelope and envelope["r"][index]:
        from tiphys_runtime import catching, telling

        record = catching.first_of(telling.records_in(envelope["r"][index]))
        return {} if record is None else {"e": record["e"]}
    import binascii

    return parse(binascii.a2b_base64(envelope["a"][index]).decode("ascii") or "{}")


def frame_of(text: str) -> list[dict[str, Any]]:
    """Read the envelopes of what the variables hold, for the `except` around a call. Raises ValueError."""
    frame = parse(text)
    if "o" in frame:
        raise ValueError(f"what the variables hold cannot reach the `except`: {too_long(frame)}")
    found: list[dict[str, Any]] = frame.get("l", [])
    return found


def too_long(envelope: Mapping[str, Any]) -> str:
    """Say what is wrong where an argument was too long for a program."""
    return (
        f"it takes {envelope['o']:,} bytes, many results that are read at once counted together, and without an "
        "artifact repository no argument may have more than 131,000; configure one, or return less"
    )


def of_file(data: bytes, world: World) -> Any:
    """Read a spilled file; one that starts with `E` holds the record of an error."""
    if data[:1] != b"E":
        return codec.from_file(data, world)
    from tiphys_runtime.failure import exception_of

    return exception_of(json.loads(data[1:]), world)


def item_of(data: bytes | None, index: int, world: World) -> Any:
    """Read the file of an item of a list; an item that has none was lost."""
    if data is not None:
        return of_file(data, world)
    from tiphys_runtime.counting import UNTOLD
    from tiphys_runtime.errors import TaskLostError

    return TaskLostError(f"item {index} reported nothing: {UNTOLD}")


def checked(data: bytes, envelope: Mapping[str, Any]) -> bytes:
    """Give a spilled file that is what the envelope says. Raises ValueError."""
    if len(data) != envelope["n"]:
        raise ValueError(f"the file at {envelope['k']} has {len(data)} bytes instead of {envelope['n']}")
    if digest(data) != envelope["h"]:
        raise ValueError(f"the file at {envelope['k']} is not what was written there: its digest differs")
    return data


def of_text(encoded: str, kind: Any, source: Source) -> Any:
    """Convert what a person typed."""
    if source.typed is None:
        raise ValueError("a typed text stands where none can be converted")
    if type(kind) is not int:
        raise ValueError("a typed text does not name its type")
    import binascii

    try:
        text = binascii.a2b_base64(encoded).decode()
    except ValueError as error:
        raise ValueError(f"not utf-8 text in base64: {shown(encoded)}") from error
    return source.typed(text, kind)
