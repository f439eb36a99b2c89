"""What of a source runs: a bundle travels without what is written for people and for type checkers."""

from __future__ import annotations

import ast
from typing import Any


def bare(source: bytes) -> bytes:
    """Leave out what is written for people and for type checkers: a bundle has to fit in a ConfigMap.

    Comments, docstrings but for a licence, the annotations of functions and variables, what only type checkers import,
    empty lines; indented by one space a level.
    """
    tree = ast.fix_missing_locations(Bare().visit(ast.parse(source)))
    text = ast.unparse(tree)
    inside = lines_of_texts(text) if '"""' in text or "'''" in text else set()
    lines = text.split("\n")
    kept = [
        line if number in inside else less_indented(line)
        for number, line in enumerate(lines, 1)
        if line or number in inside
    ]
    return "\n".join(kept).encode()


def lines_of_texts(text: str) -> set[int]:
    """Give the lines that begin inside a text: their blanks belong to it."""
    return {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }


def less_indented(line: str) -> str:
    """Indent a line by one space a level."""
    rest = line.lstrip(" ")
    return " " * ((len(line) - len(rest)) // 4) + rest


class Bare(ast.NodeTransformer):
    """Takes out what does nothing."""

    def body(self, node: Any) -> Any:
        """Take the docstring out of what may have one."""
        self.generic_visit(node)
        if "Copyright" not in (ast.get_docstring(node, clean=False) or "Copyright"):
            node.body = node.body[1:]
        node.body = node.body or [ast.Pass()]
        return node

    def function(self, node: Any) -> Any:
        """Take the annotations out of a function: here they are never evaluated."""
        node.returns = None
        for each in ast.walk(node.args):
            if isinstance(each, ast.arg):
                each.annotation = None
        return self.body(node)

    visit_Module = visit_ClassDef = body  # noqa: N815  the visitor's names
    visit_FunctionDef = visit_AsyncFunctionDef = function  # noqa: N815

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Take out the text below a name that says what it is."""
        said = node.value.value if isinstance(node.value, ast.Constant) else None
        return self.generic_visit(node) if not isinstance(said, str) or "Copyright" in said else None

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """Take out what type checkers ask for."""
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return None if names == ["TYPE_CHECKING"] else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Take out the annotation of a variable."""
        self.generic_visit(node)
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)

    def visit_If(self, node: ast.If) -> Any:
        """Take out what is for type checkers."""
        self.generic_visit(node)
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse
        return node
