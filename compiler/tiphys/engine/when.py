"""`when` conditions: Argo's govaluate texts, in which bare words are strings."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from tiphys.engine.functions import Unevaluable

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<symbol>&&|\|\||==|!=|>=|<=|=~|!~|[()<>!])
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.-]))
    | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_ORDERED: dict[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_met(text: str) -> bool:
    """Evaluate a substituted `when`; the emitted ones have become `true` or `false` by then."""
    if text in {"true", "false"}:
        return text == "true"
    return _Condition(text).met()


class _Condition:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.kind, self.token = self._scan()

    def met(self) -> bool:
        value = self._either()
        if self.kind != "end":
            raise self._mistake()
        return self._boolean(value)

    def _scan(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.position)
        if found is None or found.lastgroup is None:
            raise self._mistake()
        self.position = found.end()
        return found.lastgroup, found[found.lastgroup]

    def _mistake(self) -> Unevaluable:
        return Unevaluable(f"Invalid 'when' expression '{self.text}' (position {self.position})")

    def _next(self) -> tuple[str, str]:
        taken = self.kind, self.token
        self.kind, self.token = self._scan()
        return taken

    def _boolean(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        message = f"Expected boolean evaluation for '{self.text}'. Got {value}"
        raise Unevaluable(message)

    def _either(self) -> object:
        value = self._both()
        while self.token == "||" and self.kind == "symbol":
            self._next()
            right = self._both()
            value = self._boolean(value) or self._boolean(right)
        return value

    def _both(self) -> object:
        value = self._comparison()
        while self.token == "&&" and self.kind == "symbol":
            self._next()
            right = self._comparison()
            value = self._boolean(value) and self._boolean(right)
        return value

    def _comparison(self) -> object:
        left = self._one()
        if self.kind != "symbol" or self.token not in {"==", "!=", "=~", "!~", *_ORDERED}:
            return left
        _, symbol = self._next()
        right = self._one()
        if symbol in {"==", "!="}:
            return (left == right and type(left) is type(right)) is (symbol == "==")
        if symbol in {"=~", "!~"}:
            return (re.search(str(right), str(left)) is not None) is (symbol == "=~")
        if type(left) is not type(right) or isinstance(left, bool):
            message = f"Invalid 'when' expression '{self.text}': `{symbol}` between {left!r} and {right!r}"
            raise Unevaluable(message)
        return _ORDERED[symbol](left, right)

    def _one(self) -> object:
        kind, token = self._next()
        if kind == "symbol" and token == "!":
            return not self._boolean(self._one())
        if kind == "symbol" and token == "(":
            value = self._either()
            if self._next() != ("symbol", ")"):
                raise self._mistake()
            return value
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if kind == "number":
            return float(token)
        if kind == "word":
            return token == "true" if token in {"true", "false"} else token
        raise self._mistake()
