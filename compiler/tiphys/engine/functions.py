"""The functions that expressions may call: some of expr-lang's own, Argo's additions, and a few of sprig's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Callable
from typing import NoReturn

from tiphys.engine.gotext import json_of, text_of

Function = Callable[..., object]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(?i:inf|infinity)|(?i:nan)")


class Unevaluable(Exception):
    """A value cannot be computed: the node ends in phase Error with this message, or its default is taken."""


def _from_json(text: object) -> object:
    try:
        # Go reads every number as a float64
        return json.loads(_text(text, "fromJSON"), parse_int=float, parse_constant=_no_constant)
    except ValueError as error:
        message = f"fromJSON: {error}"
        raise Unevaluable(message) from None


def _no_constant(name: str) -> NoReturn:
    message = f"invalid character in `{name}`"
    raise ValueError(message)


def _to_json(value: object) -> str:
    return _json(value, None)


def _to_json_indented(value: object) -> str:
    return _json(value, 2)


def _json(value: object, indent: int | None) -> str:
    from tiphys.engine.expressions import Lazy

    if isinstance(value, Lazy):
        message = "toJson of a whole scope is not supported here: name the task or the parameter"
        raise Unevaluable(message)
    try:
        return json_of(value, indent=indent)
    except (TypeError, ValueError) as error:
        raise Unevaluable(str(error)) from None


def _as_int(value: object) -> int:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    message = f"invalid operation: int({text_of(value)})"
    raise Unevaluable(message)


def _as_float(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and _FLOAT.fullmatch(value):
        return float(value)
    message = f"invalid operation: float({text_of(value)})"
    raise Unevaluable(message)


def _to_base64(text: object) -> str:
    return base64.b64encode(_text(text, "toBase64").encode()).decode()


def _from_base64(text: object) -> str:
    try:
        return base64.b64decode(_text(text, "fromBase64"), validate=True).decode(errors="replace")
    except binascii.Error as error:
        message = f"fromBase64: {error}"
        raise Unevaluable(message) from None


def _length(value: object) -> int:
    if isinstance(value, (str, list, dict)):
        return len(value)
    message = f"invalid argument for len: {text_of(value)}"
    raise Unevaluable(message)


def _sha256sum(text: object) -> str:
    return hashlib.sha256(_text(text, "sprig.sha256sum").encode()).hexdigest()


def _now() -> float:
    return time.time()


def _unix_epoch(moment: object) -> str:
    return str(int(_as_float(moment)))


def _regex_find(pattern: object, text: object) -> str:
    found = re.search(_text(pattern, "sprig.regexFind"), _text(text, "sprig.regexFind"))
    return found[0] if found else ""


def _text(value: object, function: str) -> str:
    if isinstance(value, str):
        return value
    message = f"{function} needs a string, not {text_of(value)}"
    raise Unevaluable(message)


FUNCTIONS: dict[str, tuple[Function, int]] = {
    "fromJSON": (_from_json, 1),
    "toJSON": (_to_json_indented, 1),
    "toJson": (_to_json, 1),
    "asInt": (_as_int, 1),
    "int": (_as_int, 1),
    "asFloat": (_as_float, 1),
    "float": (_as_float, 1),
    "string": (text_of, 1),
    "toBase64": (_to_base64, 1),
    "fromBase64": (_from_base64, 1),
    "len": (_length, 1),
    "sprig.sha256sum": (_sha256sum, 1),
    "sprig.now": (_now, 0),
    "sprig.unixEpoch": (_unix_epoch, 1),
    "sprig.regexFind": (_regex_find, 2),
}
"""Name -> function and how many arguments it takes."""
