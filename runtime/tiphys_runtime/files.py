"""Values as files that programs of any language read and write: text, or plain JSON."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def write(path: str, value: Any) -> None:
    """Write a value; None is no file."""
    data = encoded(value)
    if data is None:
        if os.path.exists(path):
            os.unlink(path)
        return
    with open(path, "wb") as file:
        file.write(data)


def encoded(value: Any) -> bytes | None:
    """Give the bytes of a value: a text as it is, JSON of all but texts and dates."""
    if value is None:
        return None
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    form = plain(value)
    return (form if isinstance(form, str) else json.dumps(form)).encode(errors="surrogateescape")


def plain(value: Any) -> Any:
    """Give the plain JSON of a value. Raises ValueError where it has none."""
    if type(type(value)).__name__ == "EnumType":
        return value.name
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "total_seconds"):
        seconds = value.total_seconds()
        return int(seconds) if seconds == int(seconds) else seconds
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(type(value), "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in type(value).__dataclass_fields__}
    if type(value).__name__ in ("Decimal", "UUID"):
        return str(value)
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    raise ValueError(f"a {type(value).__name__} cannot be written as text or JSON for another program")


def read(path: str, kind: Any) -> Any:
    """Read a value of a type; of a text one newline at the end is dropped. Raises FileNotFoundError, ValueError."""
    with open(path, "rb") as file:
        data = file.read()
    if kind is bytes:
        return data
    try:
        text = data.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no text in utf-8: {error}") from None
    if kind is str:
        return text
    from tiphys_runtime import convert

    return convert.from_text(text.strip(), kind, NOBODY)


class Nobody:
    """Knows no classes: what other programs write has none of ours in it."""

    def find_class(self, name: str) -> type:
        raise LookupError(name)

    def name_class(self, kind: type) -> str | None:
        raise LookupError(kind)

    def dumps(self, value: object) -> bytes:
        raise TypeError(value)

    def loads(self, data: bytes) -> object:
        raise ValueError(f"it holds a pickle of {len(data)} bytes")


NOBODY = Nobody()
