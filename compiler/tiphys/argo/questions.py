"""What is asked of the program's inputs, as an expression that Argo evaluates over the texts that were typed.

An answer is only given where each of the texts is written in the one way that cannot be misread: `true` and `false`,
whole numbers of up to 15 digits, a `str` bare or between quotes without escapes. A pod understands the others.
"""

from __future__ import annotations

import ast

from tiphys.argo.expressions import UNKNOWN, argument_of
from tiphys.diagnostics import InternalError
from tiphys.ir import PLAIN, Question

USUAL = {
    bool: "^(true|false)$",
    int: "^(0|-?[1-9][0-9]{0,14})$",
    str: f'^([^"]*|"[{PLAIN}]*")$',
}
"""How a text of each type is written that Argo may read, as a regular expression of Go."""
COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def answer(question: Question) -> str:
    """Give, as an expression, the number that answers a question, or `UNKNOWN`."""
    kinds = dict(question.kinds)
    known = " && ".join(f"{argument_of(name)} matches {quoted(USUAL[kind])}" for name, kind in kinds.items())
    return f"{known} ? {number(question.tree, kinds)} : {UNKNOWN}"


def number(tree: ast.expr, kinds: dict[str, type]) -> str:
    """Write what gives a number."""
    match tree:
        case ast.Constant(value=int(value)):
            return str(int(value))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"({condition(test, kinds)} ? {number(body, kinds)} : {number(orelse, kinds)})"
    return whole(tree, kinds)


def condition(tree: ast.expr, kinds: dict[str, type]) -> str:
    """Write what is true or false."""
    match tree:
        case ast.Constant(value=bool(value)):
            return "true" if value else "false"
        case ast.Name(id=name):
            return truth(name, kinds[name])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"!({condition(operand, kinds)})"
        case ast.BoolOp(op=op, values=values):
            return f"({(' && ' if isinstance(op, ast.And) else ' || ').join(condition(one, kinds) for one in values)})"
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Tuple(elts=items)]):
            found = " || ".join(comparison(left, ast.Eq(), item, kinds) for item in items) or "false"
            return f"!({found})" if isinstance(op, ast.NotIn) else f"({found})"
        case ast.Compare(left=left, ops=ops, comparators=others):
            pairs = zip([left, *others[:-1]], ops, others, strict=True)
            return "(" + " && ".join(comparison(one, op, other, kinds) for one, op, other in pairs) + ")"
    raise unknown(tree)


def truth(name: str, kind: type) -> str:
    """Write whether an input counts as true."""
    text = argument_of(name)
    if kind is bool:
        return f"{text} == 'true'"
    if kind is int:
        return f"{text} != '0'"
    return f"!({text} == '' || {text} == {quoted(chr(34) * 2)})"


def comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, kinds: dict[str, type]) -> str:
    """Write the comparison of two."""
    match left, right:
        case ast.Constant(value=str(wanted)), ast.Name(id=name):
            return is_text(name, wanted, op)
        case ast.Name(id=name), ast.Constant(value=str(wanted)):
            return is_text(name, wanted, op)
    return f"{whole(left, kinds)} {COMPARISONS[type(op)]} {whole(right, kinds)}"


def is_text(name: str, wanted: str, op: ast.cmpop) -> str:
    """Write whether a `str` is, or is not, a known one: it may have been typed bare, or between quotes."""
    text = argument_of(name)
    found = f"({text} == {quoted(wanted)} || {text} == {quoted(chr(34) + wanted + chr(34))})"
    return found if isinstance(op, ast.Eq) else f"!{found}"


def whole(tree: ast.expr, kinds: dict[str, type]) -> str:
    """Write a whole number."""
    match tree:
        case ast.Constant(value=int(value)):
            return str(int(value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return str(-value)
        case ast.Name(id=name) if kinds[name] is int:
            return f"asInt({argument_of(name)})"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            return f"({whole(left, kinds)} {'+' if isinstance(op, ast.Add) else '-'} {whole(right, kinds)})"
    raise unknown(tree)


def quoted(value: str) -> str:
    """Write a text between single quotes; it holds none."""
    return f"'{value}'"


def unknown(tree: ast.expr) -> InternalError:
    """Say what the pass should not have let through."""
    message = f"Argo cannot be asked for `{ast.unparse(tree)}`"
    return InternalError(message)
