"""Glue: composing expressions over runtime values, and compiling them to plain functions of their operands."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from types import CodeType, FunctionType
from typing import Any, TypeVar

from tiphys.diagnostics import Span
from tiphys.ir import Atom, Code, Literal, Named, Ref
from tiphys.tracing.values import Captured, Hole, Unknown

Node = TypeVar("Node", bound=ast.AST)
RESERVED = frozenset(dir(builtins))
SMALL = (bool, int, float, str, bytes, type(None))


def fill(node: Node, **parts: Any) -> Node:
    """Copy a node of the user's source with some of its fields replaced; its place in the source stays."""
    made = copy.copy(node)
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def copy_node(node: Any) -> Any:
    """Copy a node and its lists, not its children."""
    made = type(node)(**{
        name: list(item) if isinstance(item, list) else item for name, item in ast.iter_fields(node)
    })  # fmt: skip
    return ast.copy_location(made, node)


def at(made: Node, where: ast.AST) -> Node:
    """Give a made node the place of one in the source."""
    for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        setattr(made, name, getattr(where, name, 1 if "line" in name else 0))
    return made


def holes_of(tree: ast.expr) -> list[Hole]:
    """List the holes of an expression, in the order of its source."""
    if isinstance(tree, Hole):
        return [tree]
    return [node for node in walk(tree) if isinstance(node, Hole)]


def replaced(tree: Any, output: Any, kind: Any) -> Any:
    """Copy an expression, with what stands for results replaced: `output` gives it for a reference and a type."""
    if isinstance(tree, Hole):
        if not isinstance(tree.value, Ref):
            return tree
        made = output(tree.value, kind)
        if isinstance(made, Hole):
            made.hint = tree.hint
        return made
    parts: dict[str, Any] = {}
    for name, item in ast.iter_fields(tree):
        if isinstance(item, list):
            parts[name] = [replaced(one, output, Any) if isinstance(one, ast.AST) else one for one in item]
        else:
            parts[name] = replaced(item, output, Any) if isinstance(item, ast.AST) else item
    return fill(tree, **parts)


def walk(tree: ast.AST) -> list[ast.AST]:
    """Walk a tree depth first, in the order of the source."""
    found: list[ast.AST] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return found


def identity(value: Atom | Captured) -> object:
    """Tell holes apart: two holes with the same identity become one operand."""
    if isinstance(value, Ref):
        return value
    inner = value.value
    kind = "literal" if isinstance(value, Literal) else "captured"
    return (kind, type(inner), inner) if type(inner) in SMALL else (kind, id(inner))


class Compiler:
    """Turns expressions into `Code`; equal expressions at the same place share one."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[Code, list[object]]] = {}

    def compile(self, value: Unknown, where: Span, title: str) -> tuple[Code, Named]:
        """Compile an expression. Gives its code and, per parameter of the code, the operand."""
        nodes = walk(value.tree)
        taken = {node.id for node in nodes if isinstance(node, ast.Name)}
        taken |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        names: dict[object, str] = {}
        counts: dict[str, int] = {}
        operands: dict[str, Atom] = {}
        captured: dict[str, object] = {}
        for hole in (node for node in nodes if isinstance(node, Hole)):
            key = identity(hole.value)
            if key in names:
                continue
            inside = hole.value.value if isinstance(hole.value, Captured) else None
            name = names[key] = allocate(hole.hint, taken, counts, builtin=inside)
            taken.add(name)
            if isinstance(hole.value, Captured):
                captured[name] = hole.value.value
            else:
                operands[name] = hole.value
        tree = substitute(value.tree, names)
        try:
            text = ast.unparse(tree)
        except ValueError:  # an f-string whose quotes cannot be written before Python 3.12
            text = ast.dump(tree)
        key = (text, where, tuple(operands), tuple((name, identity(Captured(item))) for name, item in captured.items()))
        if key not in self._known:
            function = build(tree, tuple(operands), captured, where, title)
            # the objects are kept alive with the entry: the key holds their ids
            self._known[key] = (Code(text, function, value.pure, value.total), list(captured.values()))
        return self._known[key][0], tuple(operands.items())


def allocate(hint: str, taken: set[str], counts: dict[str, int], *, builtin: object = None) -> str:
    """Choose a name for an operand: the user's own where it is free. `counts` are the numbers used so far."""
    name = re.sub(r"\W", "_", hint) or "v"
    if name[0].isdigit():
        name = f"v{name}"
    if getattr(builtins, name, None) is builtin and builtin is not None:
        return name
    free, count = name, counts.get(name, 2)
    while free in taken or (free in RESERVED):
        free, count = f"{name}_{count}", count + 1
    counts[name] = count
    return free


def substitute(tree: ast.expr, names: dict[object, str]) -> ast.expr:
    """Copy an expression with every hole replaced by the name chosen for it."""

    def copied(node: Any) -> Any:
        if isinstance(node, Hole):
            return at(ast.Name(id=names[identity(node.value)], ctx=ast.Load()), node)
        if isinstance(node, list):
            return [copied(item) for item in node]
        if not isinstance(node, ast.AST):
            return node
        made = type(node)(**{name: copied(item) for name, item in ast.iter_fields(node)})
        return ast.copy_location(made, node)

    result: ast.expr = copied(tree)
    return result


def build(
    tree: ast.expr, operands: tuple[str, ...], captured: dict[str, object], where: Span, title: str
) -> FunctionType:
    """Compile an expression to a function that stands, for tracebacks, in the orchestrator's own source."""
    arguments = ast.arguments(
        posonlyargs=[], args=[at_arg(name, tree) for name in operands], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    whole = ast.Expression(at(ast.Lambda(args=arguments, body=tree), tree))
    ast.fix_missing_locations(whole)
    code = compile(whole, where.file, "eval")
    inner = next(item for item in code.co_consts if isinstance(item, CodeType))
    inner = inner.replace(co_name=title, co_qualname=title)
    return FunctionType(inner, {"__builtins__": builtins, **captured}, title)


def at_arg(name: str, where: ast.AST) -> ast.arg:
    """Make a parameter at a place of the source."""
    made = ast.arg(arg=name)
    made.lineno = getattr(where, "lineno", 1)
    made.col_offset = getattr(where, "col_offset", 0)
    return made
