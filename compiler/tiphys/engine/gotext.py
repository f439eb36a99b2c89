"""How Go writes values: what Argo makes of an expression's result when it becomes text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

_LARGEST_PLAIN = 1e21
_SMALLEST_POWER, _LARGEST_POWER = -4, 6


def text_of(value: object) -> str:
    """Write a value as Go's `%v` does: what `string()` and an output of type expression give."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return _general(value)
        case Mapping():
            return "map[" + " ".join(f"{key}:{text_of(value[key])}" for key in sorted(value)) + "]"
        case list() | tuple():
            return "[" + " ".join(text_of(item) for item in value) + "]"
        case _:
            return str(value)


def json_of(value: object, *, indent: int | None = None) -> str:
    """Write a value as Go's `json.Marshal` does: sorted keys, whole floats without a point, `<>&` escaped."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=separators, indent=indent)
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _plain(value: object) -> object:
    match value:
        case float() if math.isfinite(value) and value.is_integer() and abs(value) < _LARGEST_PLAIN:
            return int(value)
        case float() if not math.isfinite(value):
            message = f"json: unsupported value: {_general(value)}"
            raise ValueError(message)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _general(value: float) -> str:
    """Write the shortest digits, in the form `1e+06` from a million on and below a ten-thousandth."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    from decimal import Decimal  # rarely needed

    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + int(exponent)
    minus = "-" if sign else ""
    if text == "0":
        return f"{minus}0"
    power = point - 1
    if power < _SMALLEST_POWER or power >= _LARGEST_POWER:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    whole, fraction = text[:point].ljust(point, "0"), text[point:]
    return f"{minus}{whole}.{fraction}" if fraction else f"{minus}{whole}"
