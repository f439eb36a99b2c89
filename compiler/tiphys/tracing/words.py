"""What a statement names and how it may complete, and the statement rewritten to be the body of a function."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing.completions import Exit
from tiphys.tracing.glue import at, copy_node


class Words(ast.NodeVisitor):
    """What a statement names: the variables it reads or sets, and how it may complete."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.stored: set[str] = set()
        self.deleted: set[str] = set()
        self.outer: list[str] = []
        self.exits = {Exit.NEXT}
        self.loops = 0
        self.yields = False

    def visit_Name(self, node: ast.Name) -> None:
        self.names[node.id] = None
        if isinstance(node.ctx, ast.Store):
            self.stored.add(node.id)
        if isinstance(node.ctx, ast.Del):
            self.stored.add(node.id)
            self.deleted.add(node.id)

    def visit_Yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.yields = True
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield  # noqa: N815

    def visit_Nonlocal(self, node: ast.Nonlocal | ast.Global) -> None:
        self.outer.extend(node.names)

    visit_Global = visit_Nonlocal  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.names[node.name] = None
            self.deleted.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.names[node.name] = None
            self.stored.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.names[node.name] = None
            self.stored.add(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.names[node.rest] = None
            self.stored.add(node.rest)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.names[alias.asname or alias.name.partition(".")[0]] = None

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = Words()
        for item in node.body:
            inner.visit(item)
        self.names.update(inner.names)
        self.names.pop(node.name, None)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        inner = Words()
        inner.visit(node.body)
        own = {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
        self.names.update({name: None for name in inner.names if name not in own})

    def visit_ListComp(self, node: Any) -> None:
        inner = Words()
        inner.generic_visit(node)
        own = {name for name in inner.stored if not is_walrus(node, name)}
        self.names.update({name: None for name in inner.names if name not in own})
        self.stored |= inner.stored - own

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_For(self, node: ast.For | ast.While | ast.AsyncFor) -> None:
        for field, value in ast.iter_fields(node):
            self.loops += field == "body"
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    self.visit(item)
            self.loops -= field == "body"

    visit_While = visit_AsyncFor = visit_For  # noqa: N815

    def visit_Return(self, node: ast.Return) -> None:
        self.exits.add(Exit.RETURN)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:  # noqa: ARG002
        if not self.loops:
            self.exits.add(Exit.BREAK)

    def visit_Continue(self, node: ast.Continue) -> None:  # noqa: ARG002
        if not self.loops:
            self.exits.add(Exit.CONTINUE)


def is_walrus(node: ast.AST, name: str) -> bool:
    """Say whether a comprehension sets a name by `:=`, which is a variable around it."""
    return any(isinstance(item, ast.NamedExpr) and item.target.id == name for item in ast.walk(node))


class Exits(ast.NodeTransformer):
    """Rewrites how a statement leaves the code around it: by giving the exit, and what the variables hold."""

    def __init__(self, results: list[str]) -> None:
        self.results = results
        self.loops = 0

    def rewritten(self, node: ast.stmt) -> ast.stmt:
        """Copy a statement, its exits rewritten."""
        made: ast.stmt = self.visit(node)
        return made

    def ending(self, code: Exit, value: ast.expr | None, node: ast.AST) -> ast.Return:
        """Write the statement that leaves the function."""
        shown = value if value is not None else ast.Constant(None)
        if not self.results:
            held: list[ast.expr] = []
        else:
            held = [parsed_expression(f"__locals().get({name!r}, __unbound)", node) for name in self.results]
        parts = [at(ast.Constant(int(code)), node), at(shown, node) if value is None else shown, *held]
        return at(ast.Return(value=at(ast.Tuple(elts=parts, ctx=ast.Load()), node)), node)

    def generic_visit(self, node: ast.AST) -> Any:
        return super().generic_visit(copy_node(node))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return node

    def visit_For(self, node: ast.For | ast.While) -> Any:
        made: Any = copy_node(node)
        self.loops += 1
        made.body = [self.visit(item) for item in made.body]
        self.loops -= 1
        made.orelse = [self.visit(item) for item in made.orelse]
        return made

    visit_While = visit_For  # noqa: N815

    def visit_Return(self, node: ast.Return) -> Any:
        return self.ending(Exit.RETURN, node.value, node)

    def visit_Break(self, node: ast.Break) -> Any:
        return node if self.loops else self.ending(Exit.BREAK, None, node)

    def visit_Continue(self, node: ast.Continue) -> Any:
        return node if self.loops else self.ending(Exit.CONTINUE, None, node)


def parsed_expression(text: str, node: ast.AST) -> ast.expr:
    """Write an expression at a place."""
    made = parsed(text, node)
    assert isinstance(made, ast.Expr)
    return made.value


def parsed(text: str, node: ast.AST) -> ast.stmt:
    """Write a statement at a place."""
    made = ast.parse(text).body[0]
    for item in ast.walk(made):
        if "lineno" in item._attributes:
            at(item, node)
    return made
