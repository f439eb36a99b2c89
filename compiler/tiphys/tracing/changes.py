"""What code changes in place: its arguments, its receiver, or things around it. Nothing is run; the source tells."""

from __future__ import annotations

import ast
import builtins
import inspect
import random
import types
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

import tiphys
from tiphys.authoring.mapping import Mapper
from tiphys.authoring.task import TaskTemplate
from tiphys.tracing import inference, natives
from tiphys.tracing.later import read_first
from tiphys.tracing.names import chain, owner_of, variables
from tiphys.tracing.reach import is_user_class
from tiphys.tracing.source import cells_of, is_user_code, parameters_of, tree_of
from tiphys.tracing.state import Box, FrameC, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Closure, Frame, Scope

ELSEWHERE = "what it is given"
"""Stands for objects that are reached otherwise than by a name."""
NEXT = "__next"
"""The variable that holds `next`, for a loop that asks for its items itself."""
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Source = tuple[ast.AST, Frame]
NO_SCOPE = Scope(ast.Pass(), frozenset(), frozenset(), frozenset(), is_generator=False)
IN_PLACE = (ast.Add, ast.Sub, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor)
FRESH = (
    ast.Constant, ast.JoinedStr, ast.BinOp, ast.Compare, ast.UnaryOp, ast.List, ast.Dict, ast.Set, ast.Tuple,
    ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp,
)  # fmt: skip
"""Expressions that make a new object."""
CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, Closure, Bound)
MAKERS = frozenset(
    "len sum int float str bool list dict set tuple sorted range abs round zip enumerate frozenset repr".split()
)
"""Builtins that give a new object."""


def changed_by(node: ast.AST) -> ast.expr | None:
    """Give the object that a statement or expression changes in place, if it does."""
    match node:
        case (
            ast.Attribute(ctx=ast.Store() | ast.Del(), value=owner)
            | ast.Subscript(ctx=ast.Store() | ast.Del(), value=owner)
        ):
            return owner
        case ast.Attribute(attr=name, value=owner) if name in natives.MUTATORS:
            return owner  # called here, or by whoever it is passed to
        case ast.Call(func=ast.Name(id="next" | "__next"), args=[owner, *_]):
            return owner
        case ast.Call(args=[owner, *_]) if is_changing_call(node):
            return owner
        case ast.AugAssign(target=ast.Name() as target) if isinstance(node.op, IN_PLACE):
            return target
    return None


def is_changing_call(node: ast.Call) -> bool:
    """Say whether a call is, by its name, one of a library function that changes its first argument."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in natives.FIRST_CHANGED
    return False


def root_name(node: ast.expr) -> str | None:
    """Give the variable that an expression such as `a.b[0].c` starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def names_behind(owner: ast.expr) -> list[str]:
    """Name the variables that an object which is changed may come from; that of a call may come from all in it."""
    name = root_name(owner)
    if name is not None:
        return [name]
    read = dict.fromkeys(item.id for item in ast.walk(owner) if isinstance(item, ast.Name))
    return [name for name in read if not hasattr(builtins, name)]


def fresh_names(code: ast.AST) -> set[str]:
    """List the variables of a piece of code that only ever hold what it has made itself."""
    made: set[str] = set()
    other = {item.arg for node in ast.walk(code) if isinstance(node, Function) for item in parameters_of(node.args)}
    assigned = {id(target) for node in ast.walk(code) for target in targets_of(node)}
    for node in ast.walk(code):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                (made if is_fresh(value) else other).add(name)
            case ast.Name(ctx=ast.Store(), id=name) if id(node) not in assigned:
                other.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                other.update(names)
    if isinstance(code, ast.stmt) and not isinstance(code, Function):
        other |= read_first(code)
    return made - other


def targets_of(node: ast.AST) -> list[ast.expr]:
    """Give the target of a plain or augmented assignment."""
    match node:
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return [target]
    return []


def is_fresh(value: ast.expr) -> bool:
    """Say whether an expression makes a new object."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in MAKERS and hasattr(builtins, value.func.id)
    return isinstance(value, FRESH)


def value_of(frame: Frame, name: str) -> Any:
    """Find what a name means in a frame; nothing where it means nothing."""
    owner = owner_of(frame, name)
    if owner is not None:
        return variables(owner).get(name)
    outer = chain(frame)
    found = next((item.cells[name] for item in outer if name in item.cells), None)
    return outer[-1].globals.get(name) if found is None else found


def meant(frame: Frame, head: ast.expr) -> Any:
    """Find what is called by a name, a dotted name, or an item of what a name means; nothing where that is unknown."""
    match head:
        case ast.Name(id=name):
            return value_of(frame, name)
        case ast.Subscript(value=owner):
            return meant(frame, owner)
        case ast.Attribute(value=owner, attr=name):
            return member(meant(frame, owner), name)
    return None


def member(held: Any, name: str) -> Any:
    """Find an attribute without running code of the user's; nothing where only that would tell."""
    match held:
        case TaskTemplate():
            return None if name == "forward" else held
        case Mapper():
            return held
        case Box(content=ObjectC(cls=cls, fields=fields)):
            return fields.get(name, inspect.getattr_static(cls, name, None))
        case Box():
            return None
    if held is tiphys:
        return getattr(held, name, None)  # most of its names are loaded when they are first read
    return inspect.getattr_static(held, name, None)


def called(code: ast.AST, frame: Frame) -> Iterator[tuple[ast.Call, Source | None]]:
    """List the calls, by name, of the user's functions in a piece of code, each with its source."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            value = value_of(frame, node.func.id)
            if is_helper(value):
                yield node, source_of(value)


def is_helper(value: Any) -> TypeGuard[types.FunctionType | Closure | Bound]:
    """Say whether a value is a function of the user's program, which is interpreted."""
    return isinstance(value, Closure | Bound) or (isinstance(value, types.FunctionType) and is_user_code(value))


def source_of(function: types.FunctionType | Closure | Bound) -> Source | None:
    """Give the tree of a function, and where its names are found; nothing where the source is not at hand."""
    if isinstance(function, Bound):
        function = function.function
    if isinstance(function, Closure):
        return function.node, function.frame
    tree = tree_of(function.__code__)
    code = function.__code__
    frame = Frame(
        Box(FrameC({})), NO_SCOPE, None, function.__globals__, cells_of(function), code.co_filename, code.co_name
    )
    return None if tree is None else (tree, frame)


def changes(code: ast.AST, frame: Frame, seen: frozenset[int] = frozenset(), *, calls: bool = True) -> Iterator[str]:
    """Name the variables whose objects a piece of code may change, but for those that it has made itself.

    calls: those of library functions that change their first argument count, too.
    """
    fresh = fresh_names(code)
    seen |= {id(code)}
    for node in ast.walk(code):
        owner = changed_by(node)
        if not calls and isinstance(node, ast.Call) and is_changing_call(node):
            owner = None
        if owner is None and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value if has_changing_method(frame, node.func.attr) else None
        if owner is not None:
            behind = [name for name in names_behind(owner) if not isinstance(value_of(frame, name), CODE)]
            yield from (name for name in behind or [ELSEWHERE] if name not in fresh)
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
    for node, inner in called(code, frame):
        if inner is None or (id(inner[0]) not in seen and any(changes(*inner, seen))):
            given = [*node.args, *(word.value for word in node.keywords)]
            yield from (name for item in given if (name := root_name(item)) is not None and name not in fresh)


def changes_arguments(function: types.FunctionType | Closure | Bound) -> bool:
    """Say whether a function of the user's may change what it is given."""
    source = source_of(function)
    return source is None or any(changes(*source))


def has_changing_method(frame: Frame, name: str) -> bool:
    """Say whether a class of the user's that the module names has a method of this name that changes its object."""
    if name in natives.VALUE_METHODS:
        return False
    values = list(chain(frame)[-1].globals.values())
    return any(isinstance(value, type) and is_user_class(value) and class_changes(value, name) for value in values)


def class_changes(cls: type, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Say whether a method of a class may change its object."""
    seen |= {name}
    found = inspect.getattr_static(cls, name, None)
    found = getattr(found, "__func__", found)
    if not isinstance(found, types.FunctionType) or not is_user_code(found):
        return name in natives.MUTATORS and found is not None
    tree = tree_of(found.__code__)
    if tree is None:
        return True
    others = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return any(changed_by(item) is not None for item in ast.walk(tree)) or any(
        class_changes(cls, other, seen) for other in others - seen if other in vars(cls)
    )


def changes_receiver(t: Tracer, annotation: Any, name: str) -> bool:
    """Say whether a method of a runtime value may change the value."""
    base = inference.plain(annotation)
    if base in (str, bytes, int, float, bool, tuple, frozenset):
        return False
    if isinstance(base, type) and issubclass(base, random.Random):
        return True
    if isinstance(base, type) and is_user_class(base):
        return class_changes(base, name)
    return name in natives.MUTATORS or has_changing_method(t.frame, name)


def check_lost(t: Tracer, code: ast.AST, frame: Frame, title: str, where: ast.AST, given: Iterable[str] = ()) -> None:
    """Refuse code that is to run in a pod although it changes what lives outside of it: the change would be lost.

    given: parameters of its own of which a change is read back by whoever calls it.
    """
    parameters = {item.arg for item in parameters_of(code.args)} if isinstance(code, Function) else set()
    own = set(given) | (local_names(code) - parameters) if parameters else set()
    for name in changes(code, frame, calls=False):
        if name not in own:
            mend = "Let it give a new value instead of changing one."
            raise t.refuse(f"{title} is computed in a pod, where its change of `{name}` would be lost", where, mend)


def local_names(code: ast.AST) -> set[str]:
    """List the names that a function binds."""
    stored = {node.id for node in ast.walk(code) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    outer = {name for node in ast.walk(code) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    return stored - outer
