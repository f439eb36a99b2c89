"""Types of glue expressions, as far as annotations tell, and whether an expression can raise."""

from __future__ import annotations

import ast
import dataclasses
import datetime
import decimal
import inspect
import json
import math
import operator as operators
import pathlib
import types as types_of
import typing
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Any

from tiphys.tracing.values import is_scalar

NUMBERS = (bool, int, float)
TOTAL_METHODS: dict[type, dict[str, Any]] = {
    str: dict.fromkeys(
        "upper lower strip lstrip rstrip title capitalize casefold swapcase removeprefix removesuffix replace".split(),
        str,
    )
    | dict.fromkeys("isdigit isalpha isalnum islower isupper isspace startswith endswith".split(), bool)
    | {"split": list[str], "splitlines": list[str], "find": int, "count": int},
}
TEXT_METHODS = frozenset("format format_map zfill center ljust rjust expandtabs translate".split())
"""Methods of texts that give a text, and may raise."""
RESULTS: dict[object, type] = {
    **dict.fromkeys((ascii, bin, chr, format, hex, oct, json.dumps), str),
    **dict.fromkeys((hash, ord, math.ceil, math.comb, math.factorial, math.floor, math.gcd, math.isqrt, math.lcm), int),
    **dict.fromkeys(
        (math.cos, math.exp, math.fsum, math.hypot, math.log, math.log2, math.log10, math.sin, math.sqrt), float
    ),
}
"""What functions without annotations give."""
TOTAL_CALLS: dict[object, Any] = {str: str, bool: bool, repr: str, type: type}
SIZED = (str, bytes, list, tuple, dict, set, frozenset, deque, defaultdict, OrderedDict, Counter)


def plain(annotation: Any) -> Any:
    """Strip `Annotated` and give the class of a generic alias: `list[int]` -> `list`."""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return typing.get_origin(annotation) or annotation


def element(annotation: Any) -> Any:
    """Give the type of the items that iterating yields."""
    args = typing.get_args(annotation)
    base = plain(annotation)
    if base is str:
        return str
    if base is tuple:
        parts = {item for item in args if item is not ...}
        return parts.pop() if len(parts) == 1 else Any
    if base in (list, set, frozenset, dict) and args:
        return args[0]
    return Any


def collection(cls: Any, kind: Any) -> Any:
    """Give the type of a collection of items of a type, such as `list[int]`."""
    return cls if kind is Any else cls[kind]


def binary(operator: ast.operator, left: Any, right: Any) -> tuple[Any, bool]:
    """Type a binary operation: its result, and whether it cannot raise."""
    if left in NUMBERS and right in NUMBERS and isinstance(operator, ast.Add | ast.Sub | ast.Mult):
        return (float if float in (left, right) else int), True
    if left in NUMBERS and right in NUMBERS:
        return (float if isinstance(operator, ast.Div) or float in (left, right) else int), False
    if left is str and right is str and isinstance(operator, ast.Add):
        return str, True
    if plain(left) is list and plain(right) is list and isinstance(operator, ast.Add):
        return (left if left == right else list), True
    return sampled(operator, left, right), False


SAMPLES: dict[Any, Any] = {
    int: 1, float: 1.0, bool: True, str: "", bytes: b"", complex: 1j, decimal.Decimal: decimal.Decimal(1),
    datetime.datetime: datetime.datetime.fromtimestamp(0, datetime.UTC), datetime.date: datetime.date(2000, 1, 1),
    datetime.timedelta: datetime.timedelta(1), pathlib.Path: pathlib.Path(),
}  # fmt: skip
SAMPLED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operators.add, ast.Sub: operators.sub, ast.Mult: operators.mul, ast.Div: operators.truediv,
    ast.FloorDiv: operators.floordiv, ast.Mod: operators.mod,
}  # fmt: skip


def sampled(operator: ast.operator, left: Any, right: Any) -> Any:
    """Type a binary operation of two values that cannot change, by doing it with two of these types."""
    if type(operator) not in SAMPLED or not all(isinstance(item, type) and item in SAMPLES for item in (left, right)):
        return Any
    try:
        found = type(SAMPLED[type(operator)](SAMPLES[left], SAMPLES[right]))
    except TypeError:
        return Any
    return pathlib.Path if issubclass(found, pathlib.Path) else found


def comparison(operators: list[ast.cmpop], types: list[Any]) -> tuple[Any, bool]:
    """Type a comparison."""
    if all(isinstance(item, ast.Is | ast.IsNot) for item in operators):
        return bool, True
    if all(isinstance(item, ast.Eq | ast.NotEq) for item in operators):
        known = all(is_scalar(item) or plain(item) in SIZED for item in types)
        return (bool, True) if known else (Any, False)
    if all(item in NUMBERS for item in types) or all(item is str for item in types):
        return bool, not any(isinstance(item, ast.In | ast.NotIn) for item in operators)
    if all(isinstance(item, ast.In | ast.NotIn) for item in operators):
        return bool, plain(types[-1]) in (list, tuple) or all(item is str for item in types)
    return (bool if all(is_scalar(item) for item in types) else Any), False


def is_truth_total(annotation: Any) -> bool:
    """Say whether asking such a value for its truth cannot raise."""
    return is_scalar(annotation) or plain(annotation) in SIZED


def attribute(annotation: Any, name: str) -> tuple[Any, bool]:
    """Type the read of a field."""
    base = plain(annotation)
    if not isinstance(base, type):
        return Any, False
    if dataclasses.is_dataclass(base) or hasattr(base, "_fields") or hasattr(base, "model_fields"):
        try:
            hints = typing.get_type_hints(base)
        except Exception:  # noqa: BLE001  an annotation of the user's that does not resolve: nothing is known
            return Any, False
        if name in hints:
            return hints[name], True
        prop = inspect.getattr_static(base, name, None)
        if isinstance(prop, property) and prop.fget is not None:
            return typing.get_type_hints(prop.fget).get("return", Any), False
    return Any, False


def subscript(annotation: Any, key: object) -> tuple[Any, bool]:
    """Type the read of an item; `key` is the known index, or None."""
    base, args = plain(annotation), typing.get_args(annotation)
    if base is tuple and isinstance(key, int) and args and ... not in args:
        inside = -len(args) <= key < len(args)
        return (args[key], True) if inside else (Any, False)
    if base is list and args:
        return (annotation if isinstance(key, slice) else args[0]), False
    if base is dict and len(args) == 2:
        return args[1], False
    if base is str:
        return str, False
    hints = getattr(base, "__annotations__", {})
    if typing.is_typeddict(base) and isinstance(key, str) and key in hints:
        return typing.get_type_hints(base)[key], key in getattr(base, "__required_keys__", ())
    return Any, False


def call(function: object, types: list[Any], keywords: dict[str, Any]) -> tuple[Any, bool]:
    """Type the call of a listed function."""
    first = types[0] if types else None
    if not isinstance(function, Hashable):
        return Any, False
    if function in TOTAL_CALLS and len(types) == 1 and not keywords:
        sure = is_scalar(first) or plain(first) in SIZED or function is bool
        return TOTAL_CALLS[function], sure and is_truth_total(first)
    if function is range:
        return range, not keywords and 0 < len(types) < 3 and all(item in (bool, int) for item in types)
    if function is len:
        return int, plain(first) in SIZED
    if function in (int, float):
        return function, len(types) == 1 and first in (bool, int) + ((float,) if function is float else ())
    if function is sum and len(types) == 1 and not keywords:
        return element(first), element(first) in NUMBERS and plain(first) in SIZED
    if function in (min, max):
        if len(types) > 1 and not keywords and all(item in NUMBERS for item in types):
            return (float if float in types else int), True
        return (element(first) if len(types) == 1 and "default" not in keywords else Any), False
    if function is abs and first in NUMBERS:
        return first, True
    if function is round and first in NUMBERS:
        return (int if len(types) == 1 else first), first is not float
    if function is sorted:
        kind = element(first)
        return collection(list, kind), kind in (int, str) and not keywords
    if function in (list, tuple, set, frozenset) and len(types) == 1 and plain(first) in SIZED:
        made: Any = function
        return made if made is tuple else collection(made, element(first)), made in (list, tuple)
    if function is isinstance:
        return bool, True
    if function is dataclasses.replace:
        return first, False
    if inspect.isbuiltin(function) and not isinstance(function.__self__, types_of.ModuleType | None):
        return method(type(function.__self__), function.__name__, types)
    if function in RESULTS:
        return RESULTS[function], False
    hint = function if isinstance(function, type) else returned(function)
    return hint, False


def method(annotation: Any, name: str, types: list[Any]) -> tuple[Any, bool]:
    """Type the call of a method."""
    base, args = plain(annotation), typing.get_args(annotation)
    if base is str and name in TOTAL_METHODS[str]:
        return TOTAL_METHODS[str][name], all(item is str for item in types)
    if base is str and name == "join":
        return str, bool(types) and element(types[0]) is str and plain(types[0]) in SIZED
    if base is str and name in TEXT_METHODS:
        return str, False
    if base is dict:
        value = args[1] if len(args) == 2 else Any
        if name == "get":
            same = len(types) == 2 and types[1] == value
            return (value if same else value | None if isinstance(value, type) else Any), bool(types) and is_scalar(
                types[0]
            )
        if name in ("keys", "values", "items"):
            return Any, True
        if name == "copy":
            return annotation, True
    if base in (list, set) and name == "copy":
        return annotation, True
    if isinstance(base, type):
        return returned(inspect.getattr_static(base, name, None)), False
    return Any, False


def returned(function: object) -> Any:
    """Give the annotated return type of a function."""
    function = getattr(function, "__func__", function)
    if not inspect.isfunction(function):
        return Any
    try:
        return typing.get_type_hints(function).get("return", Any)
    except Exception:  # noqa: BLE001  an annotation of the user's that does not resolve: nothing is known
        return Any


def common(left: Any, right: Any) -> Any:
    """Give a type that holds the values of both."""
    if repr(left) == repr(right):
        return left
    if is_scalar(left) and is_scalar(right):
        return left | right
    base = plain(left)
    return base if base is plain(right) and base is not Any else Any
