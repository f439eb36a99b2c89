"""Which variables may be read later: the source tells. What nobody reads need not see changes in place."""

from __future__ import annotations

import ast

Place = tuple[int, int]
Loop = ast.For | ast.AsyncFor | ast.While
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def read_later(code: ast.AST, here: ast.stmt) -> frozenset[str]:
    """List the variables of a function that may be read when, or after, one of its statements runs."""
    found: set[str] = set()
    spot = start(here)

    def visit(node: ast.AST, loops: tuple[Loop, ...], inner: bool) -> None:
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            note(node.target, loops, inner)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            note(node, loops, inner)
        if isinstance(node, ast.For | ast.AsyncFor):
            visit(node.iter, loops, inner)
            visit(node.target, loops, inner)
            for statement in node.body:
                visit(statement, (*loops, node), inner)
            for statement in node.orelse:
                visit(statement, loops, inner)
            return
        around = (*loops, node) if isinstance(node, ast.While) else loops
        for item in ast.iter_child_nodes(node):
            visit(item, around, inner or (isinstance(node, Function) and node is not code))

    def note(node: ast.Name, loops: tuple[Loop, ...], inner: bool) -> None:
        setters = [loop for loop in loops if sets(loop, node.id)]
        ahead = start(node) >= spot and all(spans(loop, spot) for loop in setters)
        again = any(
            spans(loop, spot) and not any(start(one) >= start(loop) for one in setters) for loop in loops
        )  # fmt: skip
        if inner or ahead or again:
            found.add(node.id)

    visit(code, (), inner=False)
    return frozenset(found)


def start(node: ast.AST) -> Place:
    """Say where a piece of code begins."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def spans(node: ast.AST, spot: Place) -> bool:
    """Say whether a place is inside of a piece of code."""
    end = getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0
    return start(node) <= spot <= end


def sets(loop: Loop, name: str) -> bool:
    """Say whether a loop sets a variable at the begin of each round."""
    if isinstance(loop, ast.While):
        return False
    return any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(loop.target))
