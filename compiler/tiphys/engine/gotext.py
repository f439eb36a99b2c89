"""How Go writes values: what Argo makes of an expression's result when it becomes text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

_LARGE_F, _LARGE_V = 1e21, 21
_SMALL_F, _SMALL_V = 1e-6, -4


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
        case float() if math.isfinite(value) and value.is_integer() and abs(value) < _LARGE_F:
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
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    mantissa, _, power = f"{value!r}".partition("e")
    exponent = math.floor(math.log10(abs(value))) if not power else int(power)
    if exponent < _SMALL_V or exponent >= _LARGE_V:
        if not power:
            mantissa, _, power = f"{value:e}".partition("e")
            mantissa = mantissa.rstrip("0")
        sign = "-" if int(power) < 0 else "+"
        return f"{mantissa.removesuffix('.0').rstrip('.')}e{sign}{abs(int(power)):02d}"
    return f"{value:.{max(0, 16 - exponent)}f}".rstrip("0").rstrip(".") if power else mantissa.removesuffix(".0")
