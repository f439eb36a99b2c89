"""The expressions of `{{= ... }}`: the subset of expr-lang that the compiler emits, with Argo's functions.

An expression is parsed once to a tree of small nodes; each node computes its value from a function that
gives what a top-level name stands for. Lookups follow expr-lang: a key that a map lacks is nil, a member of
nil is an error unless written `?.`, and the rest of such a chain is then skipped.

One file, although a long one: every node is a few lines, and the semantics of the language stand beside each other.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tiphys.engine.functions import FUNCTIONS, Function, Unevaluable

Names = Callable[[str], object]
"""Gives what a top-level name stands for, or raises `UnknownName`."""

_STOP = object()


class UnknownName(Unevaluable):
    """The expression uses a top-level name that is not in scope at this place."""


class Lazy:
    """A map whose entries are made when they are asked for; nodes may subclass it."""

    def entry(self, key: str) -> object:
        """Give the value under `key`; nil where there is none."""
        raise NotImplementedError  # no ABC: those make `isinstance` slower, and it is asked for every step

    def has(self, key: str) -> bool:
        """Tell whether there is an entry `key`, be it nil."""
        raise NotImplementedError  # as `entry`


class Node(Protocol):
    """A part of an expression."""

    def value(self, names: Names, /) -> object:
        """Compute what it stands for."""
        ...

    def parts(self) -> tuple[Node, ...]:
        """List the nodes it is made of."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    constant: object

    def value(self, _names: Names) -> object:
        return self.constant

    def parts(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Name:
    """A variable such as `tasks`."""

    name: str

    def value(self, names: Names) -> object:
        return names(self.name)

    def parts(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Member:
    """`a.b`, `a['b']`, `a[0]`, and with `?.` in front."""

    target: Node
    key: Node
    optional: bool = False

    def value(self, names: Names) -> object:
        target = self.target.value(names)
        if target is _STOP or (target is None and self.optional):
            return _STOP
        return fetch(target, self.key.value(names))

    def parts(self) -> tuple[Node, ...]:
        return (self.target, self.key)


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of a chain that holds a `?.`: nil where it was cut short."""

    link: Node

    def value(self, names: Names) -> object:
        value = self.link.value(names)
        return None if value is _STOP else value

    def parts(self) -> tuple[Node, ...]:
        return (self.link,)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the known functions."""

    name: str
    function: Function
    arguments: tuple[Node, ...]

    def value(self, names: Names) -> object:
        return self.function(*[argument.value(names) for argument in self.arguments])

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a`, `not a`, `-a`, `+a`."""

    symbol: str
    operand: Node

    def value(self, names: Names) -> object:
        value = self.operand.value(names)
        if self.symbol == "!":
            return not _boolean(value, "!")
        number = _number(value, self.symbol)
        return -number if self.symbol == "-" else number

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator with two operands, both computed."""

    symbol: str
    left: Node
    right: Node

    def value(self, names: Names) -> object:
        return BINARY[self.symbol](self.left.value(names), self.right.value(names))

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Logic:
    """`&&`, `||`, `??`: the right side is computed only if it matters."""

    symbol: str
    left: Node
    right: Node

    def value(self, names: Names) -> object:
        left = self.left.value(names)
        if self.symbol == "??":
            return self.right.value(names) if left is None else left
        if _boolean(left, self.symbol) is (self.symbol == "||"):
            return left
        return _boolean(self.right.value(names), self.symbol)

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`; only one arm is computed."""

    condition: Node
    then: Node
    otherwise: Node

    def value(self, names: Names) -> object:
        arm = self.then if _boolean(self.condition.value(names), "?:") else self.otherwise
        return arm.value(names)

    def parts(self) -> tuple[Node, ...]:
        return (self.condition, self.then, self.otherwise)


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple[Node, ...]

    def value(self, names: Names) -> object:
        return [item.value(names) for item in self.items]

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{'a': 1}`."""

    keys: tuple[Node, ...]
    values: tuple[Node, ...]

    def value(self, names: Names) -> object:
        return {str(key.value(names)): item.value(names) for key, item in zip(self.keys, self.values, strict=True)}

    def parts(self) -> tuple[Node, ...]:
        return self.keys + self.values


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    `required` are the member paths that are not guarded by `?.` or `??`. In a tag Argo looks them up before it
    computes anything, in both arms of a ternary too, and waits for ever for one that a finished task lacks.
    """

    text: str
    root: Node
    required: tuple[tuple[str, ...], ...]

    def value(self, names: Names) -> object:
        """Compute the expression; `Unevaluable` carries what Argo would say."""
        try:
            return self.root.value(names)
        except RecursionError:
            message = f"`{self.text[:60]}...` is nested too deeply"
            raise Unevaluable(message) from None

    def walk(self) -> Iterator[Node]:
        """Give every node of the tree."""
        waiting: list[Node] = [self.root]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.parts())
            yield node


def parse(text: str, *, where: str = "") -> Expression:
    """Parse an expression; what is outside the subset is a `UsageError` that shows its position."""
    from tiphys.engine.expression_parser import Parser

    root = Parser(text, where=where).expression()
    return Expression(text, root, tuple(dict.fromkeys(_required(root))))


def fetch(target: object, key: object) -> object:
    """Take a member of a map, an item of a list or a byte of a string."""
    if isinstance(target, dict):
        return target.get(key)
    if isinstance(target, Lazy):
        return target.entry(str(key))
    if isinstance(target, (list, str)) and isinstance(key, (int, float)) and not isinstance(key, bool):
        items: list[object] | bytes = target.encode() if isinstance(target, str) else target
        index = int(key)
        if not -len(items) <= index < len(items):
            message = f"index out of range: {index} (array length is {len(items)})"
            raise Unevaluable(message)
        return items[index]
    message = f"cannot fetch {key} from {_type_of(target)}"
    raise Unevaluable(message)


def _required(node: Node, *, guarded: bool = False) -> Iterator[tuple[str, ...]]:
    """Walk like Argo's `identifierVisitor`: the longest unguarded paths of plain members."""
    path = None if guarded else _path(node)
    if path is not None:
        yield path
        return
    if isinstance(node, Member):
        below = guarded or (node.optional and isinstance(node.target, Member))
        if below and isinstance(node.target, Member) and not guarded:
            yield from _required_of_guarded(node.target)
        else:
            yield from _required(node.target, guarded=guarded)
        yield from _required(node.key)
        return
    if isinstance(node, Logic) and node.symbol == "??":
        yield from _required(node.left, guarded=True)
        yield from _required(node.right, guarded=guarded)
        return
    for part in node.parts():
        yield from _required(part, guarded=guarded)


def _required_of_guarded(node: Member) -> Iterator[tuple[str, ...]]:
    """Only the guarded member itself is exempt, not what stands left of it."""
    yield from _required(node.target) if isinstance(node.target, Member) else ()
    yield from _required(node.key)


def _path(node: Node) -> tuple[str, ...] | None:
    names: list[str] = []
    while isinstance(node, Member):
        if node.optional or not isinstance(node.key, Constant) or not isinstance(node.key.constant, str):
            return None
        names.append(node.key.constant)
        node = node.target
    if names and isinstance(node, Name):
        return (node.name, *reversed(names))
    return None


def _type_of(value: object) -> str:
    match value:
        case None:
            return "<nil>"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float64"
        case str():
            return "string"
        case list():
            return "[]interface {}"
        case _:
            return "map[string]interface {}"


def _boolean(value: object, symbol: str) -> bool:
    if isinstance(value, bool):
        return value
    message = f"`{symbol}` needs a bool, not {_type_of(value)}"
    raise Unevaluable(message)


def _number(value: object, symbol: str) -> int | float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    message = f"invalid operation: {symbol} on {_type_of(value)}"
    raise Unevaluable(message)


def _mismatch(symbol: str, left: object, right: object) -> Unevaluable:
    return Unevaluable(f"invalid operation: {_type_of(left)} {symbol} {_type_of(right)}")


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _equal(left: object, right: object) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return left == right


def _ordered(symbol: str, compare: Callable[..., bool]) -> Callable[[object, object], bool]:
    def ordered(left: object, right: object) -> bool:
        if _are_numbers(left, right) or (isinstance(left, str) and isinstance(right, str)):
            return compare(left, right)
        raise _mismatch(symbol, left, right)

    return ordered


def _add(left: Any, right: Any) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if _are_numbers(left, right):
        return left + right
    raise _mismatch("+", left, right)


def _arithmetic(symbol: str, compute: Callable[..., int | float]) -> Callable[[object, object], int | float]:
    def arithmetic(left: object, right: object) -> int | float:
        if not _are_numbers(left, right):
            raise _mismatch(symbol, left, right)
        try:
            return compute(left, right)
        except (ZeroDivisionError, OverflowError):
            message = f"`{symbol}` by zero" if right == 0 else f"`{symbol}` overflows"
            raise Unevaluable(message) from None

    return arithmetic


def _remainder(left: float, right: float) -> int | float:
    if not isinstance(left, int) or not isinstance(right, int):
        raise _mismatch("%", left, right)
    return left - right * (abs(left) // abs(right)) * (1 if (left < 0) is (right < 0) else -1)


def _divide(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 else math.copysign(math.inf, left)
    return left / right


def _contains(item: object, container: object) -> bool:
    match container:
        case None:
            return False
        case Mapping():
            return item in container
        case Lazy():
            return container.has(str(item))
        case list():
            return any(_equal(item, other) for other in container)
        case _:
            raise _mismatch("in", item, container)


def _on_texts(symbol: str, compare: Callable[[str, str], bool]) -> Callable[[object, object], bool]:
    def on_texts(left: object, right: object) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        raise _mismatch(symbol, left, right)

    return on_texts


END = re.compile(r"(?<!\\)\$(?=\)|\||$)")
"""In Go `$` is the end of the text; in Python it may stand before a last line break."""


def _matches(text: str, pattern: str) -> bool:
    try:
        return re.search(END.sub(r"\\Z", pattern), text) is not None
    except re.error as error:
        message = f"cannot read the pattern `{pattern}`: {error}"
        raise Unevaluable(message) from None


BINARY: dict[str, Callable[[object, object], object]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered("<", operator.lt),
    "<=": _ordered("<=", operator.le),
    ">": _ordered(">", operator.gt),
    ">=": _ordered(">=", operator.ge),
    "in": _contains,
    "matches": _on_texts("matches", _matches),
    "contains": _on_texts("contains", lambda left, right: right in left),
    "startsWith": _on_texts("startsWith", str.startswith),
    "endsWith": _on_texts("endsWith", str.endswith),
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
    "/": _arithmetic("/", _divide),
    "%": _arithmetic("%", _remainder),
    "**": _arithmetic("**", math.pow),
}

__all__ = ["FUNCTIONS", "Expression", "Lazy", "Names", "Unevaluable", "UnknownName", "fetch", "parse"]
