"""The tables of the interpreter name every kind of syntax: a new Python's is refused on purpose, never by accident."""

from __future__ import annotations

import ast

from tiphys.tracing import expressions, operators, statements

NEVER = {
    "AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "Num", "Str", "Bytes", "NameConstant", "Ellipsis",
}  # fmt: skip
"""Classes that Python no longer makes, kept by `ast` for old code."""
LATER = {"TypeAlias", "TemplateStr", "Interpolation"}
"""Syntax newer than the oldest Python that we support: refused by name."""


def kinds_of(base: type[ast.AST]) -> set[str]:
    """Name the classes below one of `ast`."""
    return {cls.__name__ for cls in base.__subclasses__() if cls.__module__ == "ast"} - NEVER


def test_every_statement_is_named() -> None:
    """Handled, or refused with a sentence."""
    named = {cls.__name__ for cls in statements.TABLE}

    assert kinds_of(ast.stmt) - named - LATER == set()


def test_every_expression_is_named() -> None:
    """Handled, or refused with a sentence."""
    named = {cls.__name__ for cls in expressions.TABLE}

    assert kinds_of(ast.expr) - named - LATER == set()


def test_every_operator_is_named() -> None:
    """The operators have tables of their own."""
    named = {cls.__name__ for cls in (*operators.BINARY, *operators.UNARY, *operators.COMPARE)}

    assert kinds_of(ast.operator) | kinds_of(ast.unaryop) | kinds_of(ast.cmpop) == named
