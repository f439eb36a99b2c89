"""Glue that only asks the program's inputs whether they are this or that, as a question that Argo can answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from tiphys.ir import PLAIN, Atom, Glue, Literal, Question, Ref
from tiphys_runtime.objects import count_of

ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
EQUALITY = (ast.Eq, ast.NotEq)
WHOLE = 10**15
COUNTING: dict[object, str] = {count_of: "count()", range: "range()"}
"""What counts the rounds of a loop, by names that no input has."""
SAFE = re.compile(f"[{PLAIN}]*", re.ASCII)


class NotSimpleError(Exception):
    """More than Argo can be asked."""


def question_of(pieces: Sequence[Glue], origins: Mapping[Ref, Atom], kinds: Mapping[str, object]) -> Question | None:
    """Make a question of glue, the last piece of which gives the number.

    origins: for each value that it reads from outside, the program's input, or what is known. kinds: the types of the
    inputs.
    """
    asked = Asked(kinds)
    try:
        trees: dict[Atom, ast.expr] = {}
        for piece in pieces:
            named = {
                name: trees[atom] if atom in trees else asked.operand(origins, atom) for name, atom in piece.operands
            }
            trees[Ref(piece.name)] = asked.inlined(piece, named)
        tree = asked.number(trees[Ref(pieces[-1].name)])
    except (NotSimpleError, SyntaxError):
        return None
    return Question(tree, tuple((name, asked.used[name]) for name in sorted(asked.used)))


class Asked:
    """One question while it is made. used: the inputs that it asks, with their types."""

    def __init__(self, kinds: Mapping[str, object]) -> None:
        self.kinds = kinds
        self.used: dict[str, type] = {}

    def operand(self, origins: Mapping[Ref, Atom], atom: Atom) -> ast.expr:
        """Give an operand as an expression."""
        found = origins[atom] if isinstance(atom, Ref) else atom
        if isinstance(found, Literal):
            return known(found.value)
        return ast.Name(found.node, ast.Load())

    def inlined(self, piece: Glue, named: Mapping[str, ast.expr]) -> ast.expr:
        """Give the expression of a piece, with what stands for its names."""
        function: Any = piece.code.function  # pyright takes a field that holds a function for a method
        names = function.__globals__

        class Inline(ast.NodeTransformer):
            def visit_Name(self, node: ast.Name) -> ast.expr:
                if node.id in named:
                    return named[node.id]
                if node.id == "bool":
                    return node
                if node.id not in names:
                    raise NotSimpleError
                if isinstance(names[node.id], Hashable) and names[node.id] in COUNTING:
                    return ast.Name(COUNTING[names[node.id]], ast.Load())
                return known(names[node.id])

        tree = Inline().visit(ast.parse(piece.code.text, mode="eval").body)
        assert isinstance(tree, ast.expr)
        return tree

    def number(self, tree: ast.expr) -> ast.expr:
        """Check what gives a number."""
        match tree:
            case ast.Constant(value=value) if type(value) is int:
                return tree
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self.condition(test), self.number(body), self.number(orelse))
            case ast.Call(func=ast.Name(id="count()"), args=[ast.Call(func=ast.Name(id="range()")) as walked]):
                return self.count(walked)
        raise NotSimpleError

    def count(self, walked: ast.Call) -> ast.expr:
        """Count the numbers of a `range`, upwards or downwards one by one."""
        if walked.keywords or any(self.term(one) is not int for one in walked.args):
            raise NotSimpleError
        length: ast.expr
        match walked.args:
            case [stop]:
                length = stop
            case [start, stop] | [start, stop, ast.Constant(value=1)]:
                length = ast.BinOp(stop, ast.Sub(), start)
            case [start, stop, ast.Constant(value=-1) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))]:
                length = ast.BinOp(start, ast.Sub(), stop)
            case _:
                raise NotSimpleError
        return ast.IfExp(ast.Compare(length, [ast.Gt()], [ast.Constant(0)]), length, ast.Constant(0))

    def condition(self, tree: ast.expr) -> ast.expr:
        """Check what is true or false."""
        match tree:
            case ast.Constant(value=bool()):
                return tree
            case ast.Name(id=name):
                self.take(name)
                return tree
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ast.UnaryOp(ast.Not(), self.condition(operand))
            case ast.BoolOp(op=op, values=values):
                return ast.BoolOp(op, [self.condition(one) for one in values])
            case ast.Call(func=ast.Name(id="bool"), args=[inner], keywords=[]):
                return self.condition(inner)
            case ast.Compare(
                left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.List() | ast.Set() as held]
            ):
                items = [self.term(one) for one in held.elts]
                kind = self.term(left)
                if any(one is not kind for one in items):
                    raise NotSimpleError
                return ast.Compare(left, tree.ops, [ast.Tuple(held.elts, ast.Load())])
            case ast.Compare(left=left, ops=ops, comparators=others):
                kinds = {self.term(one) for one in (left, *others)}
                is_simple = kinds == {int} and all(isinstance(op, ORDER + EQUALITY) for op in ops)
                if not is_simple and not (kinds == {str} and len(ops) == 1 and isinstance(ops[0], EQUALITY)):
                    raise NotSimpleError
                if kinds == {str} and isinstance(left, ast.Name) == isinstance(others[0], ast.Name):
                    raise NotSimpleError
                return tree
        raise NotSimpleError

    def term(self, tree: ast.expr) -> type:
        """Check what is compared; gives its type."""
        match tree:
            case ast.Name(id=name):
                kind = self.take(name)
                if kind is not bool:
                    return kind
            case ast.Constant(value=int(value)) if type(value) is int and -WHOLE < value < WHOLE:
                return int
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if type(value) is int:
                return int
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                if self.term(left) is self.term(right) is int:
                    return int
            case ast.Constant(value=str(value)) if SAFE.fullmatch(value):
                return str
        raise NotSimpleError

    def take(self, name: str) -> type:
        """Ask an input; gives its type."""
        for kind in (bool, int, str):
            if self.kinds[name] is kind and name.isascii():
                self.used[name] = kind
                return kind
        raise NotSimpleError


def known(value: object) -> ast.expr:
    """Write a known value."""
    if isinstance(value, bool | int | str) and type(value) in (bool, int, str):
        return ast.Constant(value)
    if type(value) in (tuple, list, set, frozenset):
        assert isinstance(value, tuple | list | set | frozenset)
        items = [known(item) for item in value]
        return ast.Tuple(sorted(items, key=ast.unparse) if isinstance(value, set | frozenset) else items, ast.Load())
    raise NotSimpleError
