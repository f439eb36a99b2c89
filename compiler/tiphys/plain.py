"""Tagged JSON as plain JSON, for scripts: what pydantic's `to_jsonable_python` would make of it. Never unpickles."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any


def plain(form: Any, *, shown: str | None = None) -> Any:
    """Give the plain form of a tagged one.

    Tuples, sets and named tuples become arrays, an Enum its value, dataclasses and models objects, bytes base64, dates
    and durations ISO 8601; what is only a pickle becomes `shown`, its `repr` as the pod recorded it.
    """
    if isinstance(form, list):
        return [plain(item) for item in form]
    if not isinstance(form, dict):
        return form
    if len(form) == 1:
        tag, inner = next(iter(form.items()))
        if tag == "$p":
            return shown if shown is not None else "<a Python object>"
        if tag in READERS:
            return READERS[tag](inner)
    return {key: plain(item) for key, item in form.items()}


def listed(inner: Any) -> Any:
    """Read a sequence."""
    return [plain(item) for item in inner]


def paired(inner: Any) -> Any:
    """Read a dict whose keys are not all plain text."""
    return {key_text(plain(key)): plain(value) for key, value in inner}


def key_text(key: Any) -> str:
    """Write a key as JSON has it: text."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None:
        return "None"
    return key if isinstance(key, str) else str(key)


def duration(inner: Any) -> str:
    """Write a timedelta as ISO 8601."""
    days, seconds, micros = inner
    total = (days * 86_400 + seconds) * 1_000_000 + micros
    sign, total = ("-", -total) if total < 0 else ("", total)
    days, rest = divmod(total, 86_400_000_000)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    whole, micros = divmod(rest, 1_000_000)
    second = f"{whole}.{micros:06d}".rstrip("0") if micros else str(whole)
    date = f"{days}D" if days else ""
    parts = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    parts += f"{second}S" if second != "0" or not (date or parts) else ""
    return f"{sign}P{date}{'T' + parts if parts else ''}"


def floating(inner: Any) -> float:
    """Read inf, -inf or nan."""
    return float(inner)


def fields(inner: Any) -> Any:
    """Read a dataclass or model: its fields."""
    return {key: plain(value) for key, value in inner[1].items()}


def ranged(inner: Any) -> list[int]:
    """Read a range."""
    return list(range(*inner))


def recoded(inner: Any) -> str:
    """Write bytes as base64, in the alphabet that is safe in addresses, as pydantic does."""
    return base64.urlsafe_b64encode(base64.b64decode(inner)).decode()


READERS: dict[str, Callable[[Any], Any]] = {
    "$f": floating, "$t": listed, "$s": listed, "$fs": listed, "$d": paired, "$b": recoded, "$ba": recoded, "$dt": str,
    "$da": str, "$ti": str, "$td": duration, "$de": str, "$u": str, "$pa": str, "$cx": listed, "$r": ranged,
    "$en": lambda inner: plain(inner[2]), "$nt": lambda inner: listed(inner[1]), "$dc": fields, "$pm": fields,
}  # fmt: skip


def spelled(form: Any) -> str:
    """Write a tagged form as Python would: what `repr` gives, classes by their names."""
    if isinstance(form, list):
        return f"[{', '.join(spelled(item) for item in form)}]"
    if not isinstance(form, dict):
        return repr(form)
    if len(form) == 1:
        tag, inner = next(iter(form.items()))
        if tag in SPELLERS:
            return SPELLERS[tag](inner)
        if tag in READERS:
            return str(READERS[tag](inner))
        if tag == "$p":
            return "<a Python object>"
    return braces((repr(key), value) for key, value in form.items())


def braces(pairs: Iterable[tuple[str, Any]]) -> str:
    """Write a dict."""
    return "{" + ", ".join(f"{key}: {spelled(value)}" for key, value in pairs) + "}"


def named(inner: Any) -> str:
    """Write a dataclass or a model."""
    name = inner[0].rpartition(":")[2]
    return f"{name}({', '.join(f'{key}={spelled(value)}' for key, value in inner[1].items())})"


SPELLERS: dict[str, Callable[[Any], str]] = {
    "$t": lambda inner: f"({', '.join(map(spelled, inner))}{',' * (len(inner) == 1)})",
    "$s": lambda inner: "{" + ", ".join(map(spelled, inner)) + "}" if inner else "set()",
    "$d": lambda inner: braces((spelled(key), value) for key, value in inner),
    "$b": lambda inner: repr(base64.b64decode(inner)),
    "$en": lambda inner: f"<{inner[0].rpartition(':')[2]}.{inner[1]}: {spelled(inner[2])}>",
    "$nt": lambda inner: f"{inner[0].rpartition(':')[2]}({', '.join(map(spelled, inner[1]))})",
    "$dc": named,
    "$pm": named,
}
