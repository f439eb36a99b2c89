"""The tokenizer and the parser of expressions; precedences are those of expr-lang 1.17."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from tiphys.diagnostics import UsageError, nearest
from tiphys.engine import expressions as tree
from tiphys.engine.functions import FUNCTIONS

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    | (?P<symbol>\?\?|\?\.|&&|\|\||==|!=|<=|>=|\*\*|\.\.|[-+*/%^<>!?:.,()\[\]{}|\#;])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

_WORDS = {"not": "!", "and": "&&", "or": "||"}
_WORD_OPERATORS = frozenset({"in", "matches", "contains", "startsWith", "endsWith"})
_STATEMENTS = frozenset({"let", "if", "else"})
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "nil": None}
_BINARY = {
    "||": 10,
    "&&": 15,
    "==": 20,
    "!=": 20,
    "<": 20,
    ">": 20,
    ">=": 20,
    "<=": 20,
    **dict.fromkeys(_WORD_OPERATORS, 20),
    "+": 30,
    "-": 30,
    "*": 60,
    "/": 60,
    "%": 60,
    "**": 100,
    "^": 100,
    "??": 500,
}
_UNARY = {"!": 50, "-": 90, "+": 90}
_COMPARISONS = frozenset({"<", ">", "<=", ">="})
_RIGHT = frozenset({"**", "^"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the expression and where it starts."""

    kind: str
    text: str
    position: int


class Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str, *, where: str = "") -> None:
        self.text = text
        self.where = where
        self.tokens = self._tokenize()
        self.index = 0

    def expression(self) -> tree.Node:
        """Read the whole text."""
        node = self._expression()
        if self._symbol("|"):
            self._fail("pipes are not supported here")
        if self.token.kind != "end":
            self._fail(f"`{self.token.text}` is not understood here")
        return node

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def _tokenize(self) -> list[Token]:
        tokens: list[Token] = []
        position = 0
        while not tokens or tokens[-1].kind != "end":
            found = _TOKEN.match(self.text, position)
            if found is None:
                at = position + len(self.text[position:]) - len(self.text[position:].lstrip())
                self._fail(f"`{self.text[at]}` is not understood here", at)
            kind = str(found.lastgroup)
            text = found[kind]
            if kind == "name" and (text in _WORDS or text in _WORD_OPERATORS):
                kind = "symbol"
            if kind == "name" and text in _STATEMENTS:
                self._fail(f"`{text}` is not supported in expressions here", found.start("name"))
            tokens.append(Token(kind, text, found.start(found.lastgroup or 0)))
            position = found.end()
        return tokens

    def _fail(self, message: str, position: int | None = None) -> NoReturn:
        at = self.token.position if position is None else position
        start = max(0, at - 60)
        excerpt = self.text[start : at + 60].replace("\n", " ")
        place = f" in {self.where}" if self.where else ""
        lines = f"  {excerpt}\n  {' ' * (at - start)}^"
        error = f"{message} (position {at} of an expression{place})\n{lines}"
        raise UsageError(error)

    def _symbol(self, *symbols: str) -> bool:
        return self.token.kind == "symbol" and self.token.text in symbols

    def _take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def _expect(self, symbol: str) -> None:
        if not self._symbol(symbol):
            self._fail(f"`{symbol}` is missing")
        self._take()

    def _expression(self) -> tree.Node:
        node = self._binary(0)
        while self._symbol("?"):
            self._take()
            if self._symbol(":"):
                self._take()
                node = tree.Conditional(node, node, self._expression())
            else:
                then = self._expression()
                self._expect(":")
                node = tree.Conditional(node, then, self._expression())
        return node

    def _binary(self, lowest: int) -> tree.Node:
        left = self._unary()
        previous = ""
        while self.token.kind == "symbol":
            start = self.index
            negated = self._symbol("not") and self.tokens[self.index + 1].text in _WORD_OPERATORS
            if negated:
                self._take()
            symbol = _WORDS.get(self.token.text, self.token.text)
            precedence = _BINARY.get(symbol, -1)
            if precedence < lowest or symbol == "!":
                self.index = start
                break
            if previous == "??" and symbol != "??":
                self._fail(f"`{symbol}` and `??` cannot be mixed: wrap one of them in parentheses")
            self._take()
            right = self._binary(precedence if symbol in _RIGHT else precedence + 1)
            if previous in _COMPARISONS and symbol in _COMPARISONS:
                self._fail("comparisons cannot be chained here: write `a < b && b < c`", self.tokens[start].position)
            left = _combine(symbol, left, right)
            if negated:
                left = tree.Unary("!", left)
            previous = symbol
        return left

    def _unary(self) -> tree.Node:
        symbol = _WORDS.get(self.token.text, self.token.text)
        if self.token.kind == "symbol" and symbol in _UNARY:
            self._take()
            return self._postfix(tree.Unary(symbol, self._binary(_UNARY[symbol])))
        if self._symbol("("):
            self._take()
            node = self._expression()
            self._expect(")")
            return self._postfix(node)
        return self._postfix(self._primary())

    def _primary(self) -> tree.Node:  # noqa: RET503 - one case per kind of token; `_fail` does not return
        token = self._take()
        match token.kind:
            case "number":
                return tree.Constant(_number(token.text))
            case "text":
                return tree.Constant(_unquote(token.text))
            case "name" if token.text in _CONSTANTS:
                return tree.Constant(_CONSTANTS[token.text])
            case "name" if self._symbol("("):
                return self._call(token.text, token.position)
            case "name" if token.text == "sprig":
                self._expect(".")
                function = self._take()
                if not self._symbol("("):
                    self._fail("`(` is missing")
                return self._call(f"sprig.{function.text}", token.position)
            case "name":
                return tree.Name(token.text)
            case "symbol" if token.text == "[":
                return tree.ListOf(self._items("]"))
            case "symbol" if token.text == "{":
                return self._map()
            case "end":
                self._fail("the expression ends too early", token.position)
            case _:
                self._fail(f"`{token.text}` is not understood here", token.position)

    def _call(self, name: str, position: int) -> tree.Node:
        if name not in FUNCTIONS:
            self._fail(f"the function `{name}` is not supported here. {nearest(name, sorted(FUNCTIONS))}", position)
        function, count = FUNCTIONS[name]
        self._expect("(")
        arguments = self._items(")")
        if len(arguments) != count:
            self._fail(f"`{name}` takes {count} argument, not {len(arguments)}", position)
        return tree.Call(name, function, arguments)

    def _items(self, closing: str) -> tuple[tree.Node, ...]:
        items: list[tree.Node] = []
        while not self._symbol(closing):
            items.append(self._expression())
            if self._symbol(closing):
                break
            self._expect(",")
        self._take()
        return tuple(items)

    def _map(self) -> tree.Node:
        keys: list[tree.Node] = []
        values: list[tree.Node] = []
        while not self._symbol("}"):
            token = self._take()
            if token.kind == "text":
                keys.append(tree.Constant(_unquote(token.text)))
            elif token.kind in {"name", "number"}:
                keys.append(tree.Constant(token.text))
            elif token.text == "(":
                keys.append(self._expression())
                self._expect(")")
            else:
                self._fail("a key is missing", token.position)
            self._expect(":")
            values.append(self._expression())
            if self._symbol("}"):
                break
            self._expect(",")
        self._take()
        return tree.MapOf(tuple(keys), tuple(values))

    def _postfix(self, node: tree.Node) -> tree.Node:
        while self._symbol(".", "?.", "["):
            symbol = self._take().text
            optional = symbol == "?."
            if symbol == "[" or (optional and self._symbol("[")):
                if optional:
                    self._take()
                key = self._expression()
                if self._symbol(":"):
                    self._fail("slices are not supported here")
                self._expect("]")
                node = tree.Member(node, key, optional)
                if optional:
                    node = tree.Chain(node)
                continue
            name = self._take()
            if name.kind != "name" and name.text not in _WORDS and name.text not in _WORD_OPERATORS:
                self._fail("a name is missing", name.position)
            if self._symbol("("):
                self._fail(f"methods such as `{name.text}` are not supported here", name.position)
            is_chain = isinstance(node, tree.Chain)
            inner = node.link if isinstance(node, tree.Chain) else node
            node = tree.Member(inner, tree.Constant(name.text), optional)
            if is_chain or optional:
                node = tree.Chain(node)
        return node


def _combine(symbol: str, left: tree.Node, right: tree.Node) -> tree.Node:
    if symbol in {"&&", "||", "??"}:
        return tree.Logic(symbol, left, right)
    return tree.Binary("**" if symbol == "^" else symbol, left, right)


def _number(text: str) -> int | float:
    plain = text.replace("_", "")
    if plain[:2].lower() == "0x":
        return int(plain, 16)
    return int(plain) if plain.isdigit() else float(plain)


def _unquote(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    return _ESCAPE.sub(_unescape, text[1:-1])


def _unescape(found: re.Match[str]) -> str:
    escape = found[1]
    if escape[0] in "ux" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)
