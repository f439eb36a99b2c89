"""From a function object to its syntax tree, scopes and free names."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from tiphys.diagnostics import Span, mistake
from tiphys.tracing.values import Scope

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@lru_cache(maxsize=256)
def parse_file(file: str) -> dict[int, list[FunctionNode]]:
    """Parse a file once; list its functions by the lines they can start on."""
    text = "".join(linecache.getlines(file))
    found: dict[int, list[FunctionNode]] = {}
    for node in ast.walk(ast.parse(text, file)):
        if isinstance(node, FunctionNode):
            decorators = getattr(node, "decorator_list", [])
            for line in {node.lineno, *(item.lineno for item in decorators)}:
                found.setdefault(line, []).append(node)
    return found


def tree_of(code: CodeType) -> FunctionNode | None:
    """Find the syntax tree of a compiled function; nothing where its source cannot be read."""
    return find_tree(code, code.co_filename)


@lru_cache(maxsize=4096)
def find_tree(code: CodeType, file: str) -> FunctionNode | None:
    """Find the syntax tree of what a file defines: equal code of two files may have different annotations."""
    try:
        candidates = parse_file(file).get(code.co_firstlineno, [])
    except (SyntaxError, ValueError):
        return None
    names = [node for node in candidates if getattr(node, "name", "<lambda>") == code.co_name]
    if len(names) <= 1:
        return names[0] if names else None
    # several lambdas on one line: the columns of the first instruction tell which
    positions = [p for p in code.co_positions() if p[0] is not None and p[2] is not None]
    for node in names:
        body = node.body if isinstance(node, ast.Lambda) else node
        start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
        if positions and all(start <= (p[0], p[2]) and (p[1], p[3]) <= end for p in positions[1:]):
            return node
    return None


def source_of(function: FunctionType) -> FunctionNode:
    """Give the syntax tree of a function. Raises ProgramError where its source is not at hand."""
    node = tree_of(function.__code__)
    if node is None:
        where = Span(function.__code__.co_filename, function.__code__.co_firstlineno)
        mend = "Define it in a file; if that has changed since it was imported, start again."
        raise mistake(
            f"the source of `{function.__qualname__}` cannot be read, so it cannot be traced", where, mend=mend
        )
    return node


def cells_of(function: FunctionType) -> dict[str, Any]:
    """Give the values of a function's closure, as they are now."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Walk a function body without going into the functions and classes it defines."""
    stack: list[ast.AST] = list(body_of(root))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend([*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)])
        elif isinstance(node, ast.Lambda):
            stack.extend([*node.args.defaults, *(d for d in node.args.kw_defaults if d)])
        elif isinstance(node, ast.ClassDef):
            stack.extend(node.decorator_list)
        else:
            stack.extend(ast.iter_child_nodes(node))


def body_of(root: ast.AST) -> list[ast.AST]:
    """Give the statements of a function, or the expression of a lambda."""
    body = getattr(root, "body", [])
    return list(body) if isinstance(body, list) else [body]


_scopes: dict[int, Scope] = {}


def scope_of(node: FunctionNode) -> Scope:
    """Find which names of a function are its own."""
    known = _scopes.get(id(node))
    if known is None or known.node is not node:
        known = _scopes[id(node)] = find_scope(node)
    return known


def find_scope(node: FunctionNode) -> Scope:
    """Sort the names of a function body into local, global and nonlocal ones."""
    names = {item.arg for item in parameters_of(node.args)}
    globals_: set[str] = set()
    nonlocals: set[str] = set()
    is_generator = False
    for item in own_nodes(node):
        match item:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                if not is_comprehension_target(item, node):
                    names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case ast.Global(names=said):
                globals_ |= set(said)
            case ast.Nonlocal(names=said):
                nonlocals |= set(said)
            case ast.Yield() | ast.YieldFrom():
                is_generator = True
    return Scope(node, frozenset(names - globals_ - nonlocals), frozenset(globals_), frozenset(nonlocals), is_generator)


def is_comprehension_target(name: ast.Name, function: FunctionNode) -> bool:
    """Say whether a stored name belongs to a comprehension inside the function, not to the function itself."""
    targets = _targets.get(id(function))
    if targets is None or targets[0] is not function:
        found = {
            id(part)
            for item in own_nodes(function)
            if isinstance(item, ast.comprehension)
            for part in ast.walk(item.target)
        }
        targets = _targets[id(function)] = (function, found)
    return id(name) in targets[1]


_targets: dict[int, tuple[ast.AST, set[int]]] = {}


def free_names(function: FunctionNode) -> set[str]:
    """List the names that a function reads and that are not its own, nor of what is nested in it."""
    scope = scope_of(function)
    read: set[str] = set()
    stack: list[tuple[ast.AST, frozenset[str]]] = [(item, scope.locals) for item in body_of(function)]
    while stack:
        node, bound = stack.pop()
        inner, outside = bound, list[ast.AST]()
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()) if name not in bound:
                read.add(name)
            case ast.Lambda(args=args) | ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
                inner = (bound | scope_of(node).locals) - scope_of(node).globals
                outside = [*args.defaults, *(item for item in args.kw_defaults if item is not None)]
                outside += getattr(node, "decorator_list", [])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                targets = (part for item in node.generators for part in ast.walk(item.target))
                inner = bound | {part.id for part in targets if isinstance(part, ast.Name)}
                outside = [node.generators[0].iter]
        before = {id(item) for item in outside}
        stack.extend((item, bound) for item in outside)
        children = body_of(node) if isinstance(node, FunctionNode) else list(read_in(node))
        stack.extend((item, inner) for item in children if id(item) not in before)
    return read


def read_in(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of a node; of a comprehension also those of its generators."""
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.comprehension):
            yield from ast.iter_child_nodes(item)
        else:
            yield item


def parameters_of(args: ast.arguments) -> list[ast.arg]:
    """List all parameters of a function, in order."""
    extra = [item for item in (args.vararg, args.kwarg) if item is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def is_user_code(function: FunctionType) -> bool:
    """Say whether a function belongs to the user's program, not to an installed package or the standard library."""
    file = function.__code__.co_filename
    return is_user_file(file)


@lru_cache(maxsize=4096)
def is_user_file(file: str) -> bool:
    """Say whether a file is the user's own."""
    from pathlib import Path

    import tiphys
    import tiphys_runtime

    if file.startswith("<") and not file.startswith("<ipython"):
        return False
    path = Path(file).resolve()
    parts = path.parts
    if "site-packages" in parts or "dist-packages" in parts:
        return False
    ours = (Path(str(tiphys.__file__)).parent, Path(str(tiphys_runtime.__file__)).parent, Path(inspect.__file__).parent)
    return not any(path.is_relative_to(folder) for folder in ours)
