"""Which of several ways is taken at run time: a test of two, or a number; and the expression that picks by it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tiphys.tracing.glue import at
from tiphys.tracing.inference import is_truth_total
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Captured, Hole, Unknown

SHORT = 12
"""Expressions of more parts are computed once, as a node of their own, and not wherever they are read."""


def is_short(tree: ast.expr) -> bool:
    """Say whether an expression may be written wherever it is read."""
    return sum(1 for _ in zip(ast.walk(tree), range(SHORT + 1), strict=False)) <= SHORT


class Which:
    """Says at run time which way is taken: a test of two, or a number."""

    def __init__(self, t: Tracer, value: Unknown, node: ast.AST, *, is_number: bool = False) -> None:
        self.t = t
        self.node = node
        self.test: ast.expr | None = None
        if is_number:
            self.value = value if value.ref is not None else t.settle(value, "which", node)
            return
        if not is_truth_total(value.type):
            call = ast.Call(func=Hole(Captured(bool), "bool", node), args=[value.tree], keywords=[])
            value = Unknown(at(call, node), bool, value.pure, total=False)
        is_light = value.pure and value.total and is_short(value.tree)
        self.value = value if is_light else t.settle(value, "test", node)
        self.test = self.value.tree

    def number(self) -> Unknown:
        """Give the number as a value of its own."""
        if self.test is None:
            return self.value
        zero, one = (at(ast.Constant(item), self.node) for item in (0, 1))
        tree = at(ast.IfExp(test=self.test, body=zero, orelse=one), self.node)
        made = self.t.settle(Unknown(tree, int), "which", self.node)
        assert isinstance(made, Unknown)
        self.value, self.test = made, None
        return made

    def pick(self, trees: Sequence[ast.expr]) -> ast.expr:
        """Write the expression that evaluates the tree of the way taken, and no other."""
        made = trees[-1]
        for index in reversed(range(len(trees) - 1)):
            test = self.test or at(
                ast.Compare(left=self.value.tree, ops=[ast.Eq()], comparators=[at(ast.Constant(index), self.node)]),
                self.node,
            )
            made = at(ast.IfExp(test=test, body=trees[index], orelse=made), self.node)
        return made
