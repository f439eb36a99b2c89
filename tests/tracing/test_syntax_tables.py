"""Every kind of syntax there is, and what becomes of it: a new Python's is refused on purpose, never by accident.

handled: also where its operands are known only at run time. refused: with a sentence, at its line.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from enum import Enum
from pathlib import Path

import pytest

from tiphys.compiling import trace_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module
from tiphys.tracing import expressions, operators, statements


class Fate(Enum):
    """What becomes of a kind of syntax."""

    HANDLED = "handled"
    REFUSED = "refused"


HANDLED, REFUSED = Fate
HEADER = """\
from __future__ import annotations
import asyncio
import contextlib
from typing import Any
import tiphys

env = tiphys.TaskEnvironment("flow")


@env.task
async def add(a: int, b: int = 1) -> int: ...


@env.task
async def numbers(n: int) -> list[int]: ...


@env.task
async def untyped(n: int) -> Any: ...


class Both:
    __match_args__ = ("one",)
    one = 1


async def stream(n):
    yield n


@env.task
async def main(n: int) -> Any:
    a, xs, u = await add(n), await numbers(n), await untyped(n)
"""
Row = tuple[Fate, str]
"""The fate, and a piece of program in which the syntax stands, with `a`, `xs` and `u` known only at run time."""

STATEMENTS: dict[str, Row] = {
    "AnnAssign": (HANDLED, "b: int = a"),
    "Assert": (HANDLED, "assert a > 1"),
    "Assign": (HANDLED, "b = a"),
    "AsyncFor": (HANDLED, "async for x in stream(n): await add(x)"),
    "AsyncFunctionDef": (HANDLED, "async def f(x): return await add(x)\nawait f(a)"),
    "AsyncWith": (HANDLED, "async with asyncio.timeout(5): await add(a)"),
    "AugAssign": (HANDLED, "a += 1"),
    "Break": (HANDLED, "for x in xs:\n    await add(x)\n    break"),
    "ClassDef": (REFUSED, "class A: pass"),
    "Continue": (HANDLED, "for x in xs:\n    if x > 1: continue\n    await add(x)"),
    "Delete": (HANDLED, "del a"),
    "Expr": (HANDLED, "await add(a)"),
    "For": (HANDLED, "for x in xs: await add(x)"),
    "FunctionDef": (HANDLED, "def f(x): return x + 1\nawait add(f(a))"),
    "Global": (REFUSED, "global env\nenv = a"),
    "If": (HANDLED, "if a > 1: await add(a)"),
    "Import": (HANDLED, "import math\nb = math.sqrt(a)"),
    "ImportFrom": (HANDLED, "from math import sqrt\nb = sqrt(a)"),
    "Match": (HANDLED, "match a:\n    case 1: await add(a)"),
    "Nonlocal": (HANDLED, "def f():\n    nonlocal a\n    a += 1\nf()"),
    "Pass": (HANDLED, "if a > 1: pass"),
    "Raise": (HANDLED, "if a > 1: raise ValueError(a)"),
    "Return": (HANDLED, "if a > 1: return a\nawait add(a)"),
    "Try": (HANDLED, "try: await add(a)\nexcept ValueError: pass"),
    "TryStar": (HANDLED, "try: await add(a)\nexcept* ValueError: pass"),
    "While": (HANDLED, "while a < 5: a = await add(a)"),
    "With": (HANDLED, "with contextlib.suppress(ValueError): await add(a)"),
}
EXPRESSIONS: dict[str, Row] = {
    "Attribute": (HANDLED, "b = u.name"),
    "Await": (HANDLED, "b = await add(a)"),
    "BinOp": (HANDLED, "b = a + 1"),
    "BoolOp": (HANDLED, "b = a > 1 and await add(a)"),
    "Call": (HANDLED, "b = max(xs)"),
    "Compare": (HANDLED, "b = 1 < a < 5"),
    "Constant": (HANDLED, "b = 5"),
    "Dict": (HANDLED, "b = {'k': a, **u}"),
    "DictComp": (HANDLED, "b = {x: await add(x) for x in xs}"),
    "FormattedValue": (HANDLED, "b = f'{a:>5}'"),
    "GeneratorExp": (HANDLED, "b = await asyncio.gather(*(add(x) for x in xs))"),
    "IfExp": (HANDLED, "b = await add(a) if a > 1 else 0"),
    "JoinedStr": (HANDLED, "b = f'{a} of {xs}'"),
    "Lambda": (HANDLED, "b = sorted(xs, key=lambda x: -x)"),
    "List": (HANDLED, "b = [a, *xs]"),
    "ListComp": (HANDLED, "b = [await add(x) for x in xs if x > 1]"),
    "Name": (HANDLED, "b = a"),
    "NamedExpr": (HANDLED, "if (b := a + 1) > 3: await add(b)"),
    "Set": (HANDLED, "b = {a, 1}"),
    "SetComp": (HANDLED, "b = {await add(x) for x in xs}"),
    "Slice": (HANDLED, "b = xs[a:]"),
    "Starred": (HANDLED, "b = [*xs]"),
    "Subscript": (HANDLED, "b = xs[a]"),
    "Tuple": (HANDLED, "b = (a, 1)"),
    "UnaryOp": (HANDLED, "b = not a"),
    "Yield": (HANDLED, "def f():\n    yield a\nfor x in f(): await add(x)"),
    "YieldFrom": (HANDLED, "def f():\n    yield from [a, 1]\nfor x in f(): await add(x)"),
}
PATTERNS: dict[str, Row] = {
    "MatchAs": (HANDLED, "match a:\n    case 1 as b: await add(b)\n    case c: await add(c)"),
    "MatchClass": (HANDLED, "match u:\n    case Both(b): await add(b)\n    case int(): await add(u)"),
    "MatchMapping": (HANDLED, "match u:\n    case {'k': b, **rest}: await add(b)"),
    "MatchOr": (HANDLED, "match a:\n    case 1 | 2: await add(a)"),
    "MatchSequence": (HANDLED, "match xs:\n    case [b, c]: await add(b)"),
    "MatchSingleton": (HANDLED, "match u:\n    case None: await add(1)"),
    "MatchStar": (HANDLED, "match xs:\n    case [b, *rest]: await add(b, len(rest))"),
    "MatchValue": (HANDLED, "match a:\n    case 1: await add(1)"),
}
LATER = {"TypeAlias", "TemplateStr", "Interpolation"}
"""Syntax newer than the oldest Python that we support: refused by name."""
NEVER = {
    "AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "Num", "Str", "Bytes", "NameConstant", "Ellipsis",
}  # fmt: skip
"""Classes that Python no longer makes, kept by `ast` for old code."""
ROWS = {**STATEMENTS, **EXPRESSIONS, **PATTERNS}


def kinds_of(base: type[ast.AST]) -> set[str]:
    """Name the classes below one of `ast`."""
    return {cls.__name__ for cls in base.__subclasses__() if cls.__module__ == "ast"} - NEVER - LATER


@pytest.mark.parametrize(
    ("base", "rows"), [(ast.stmt, STATEMENTS), (ast.expr, EXPRESSIONS), (ast.pattern, PATTERNS)]
)  # fmt: skip
def test_every_kind_has_a_row(base: type[ast.AST], rows: dict[str, Row]) -> None:
    assert kinds_of(base) == set(rows)


def test_every_handler_of_the_interpreter_has_a_row() -> None:
    handled = {cls for cls in (*statements.TABLE, *expressions.TABLE) if cls.__module__ == "ast"}

    assert {cls.__name__ for cls in handled} <= set(ROWS)


def test_every_operator_is_handled() -> None:
    """The operators have tables of their own."""
    named = {cls.__name__ for cls in (*operators.BINARY, *operators.UNARY, *operators.COMPARE)}

    assert kinds_of(ast.operator) | kinds_of(ast.unaryop) | kinds_of(ast.cmpop) == named


@pytest.mark.parametrize("kind", ROWS)
def test_each_kind_has_its_fate(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fate, body = ROWS[kind]
    assert kind in {
        type(node).__name__ for node in ast.walk(ast.parse(f"async def f():\n{textwrap.indent(body, ' ')}"))
    }
    path = tmp_path / "flow.py"
    path.write_text(HEADER + textwrap.indent(body, "    "))
    monkeypatch.delitem(sys.modules, "flow", raising=False)
    main = load_module(path).main

    if fate is HANDLED:
        trace_task(main)
        return
    with pytest.raises(ProgramError) as caught:
        trace_task(main)
    (mistake,) = caught.value.mistakes
    assert mistake.where is not None
    assert mistake.where.line > len(HEADER.splitlines())
