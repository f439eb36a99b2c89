"""Making nested functions again at run time, from the values of their free variables."""

from __future__ import annotations

import ast
import builtins
import types
from typing import Any

from tiphys.tracing.glue import at, copy_node
from tiphys.tracing.names import find, owner_of, variables
from tiphys.tracing.places import held_tree, may_lack
from tiphys.tracing.source import free_names, scope_of
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Captured, Closure, Hole, NotKnown
from tiphys_runtime.objects import UNBOUND


def factory(t: Tracer, closure: Closure, node: ast.AST, known: dict[str, object] | None = None) -> ast.expr:
    """Give an expression that makes a nested function at run time from the values of its free variables.

    known: what some names mean, wherever they would be found otherwise.
    """
    inner = closure.node
    assert not isinstance(inner, ast.Lambda)
    own = scope_of(inner)
    if own.nonlocals or own.globals:
        raise t.untraceable(f"`{closure.name}` changes variables around it, so it cannot run on its own", node)
    captured: dict[str, object] = dict(known or {})
    given: dict[str, ast.expr] = {}
    lacking: list[str] = []
    outer, t.frame = t.frame, closure.frame
    try:
        for name in sorted(free_names(inner)):
            if name in captured or name in own.locals or (hasattr(builtins, name) and owner_of(t.frame, name) is None):
                continue
            owner = owner_of(t.frame, name)
            found = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)
            value = variables(owner).get(name, ...) if owner is not None else find(t, found)
            if value is ... or (isinstance(value, Closure) and value.node is inner):
                continue
            try:
                captured[name] = t.native(value)
            except NotKnown:
                given[name] = held_tree(t, value, node) if may_lack(value) else t.tree(value, node, name)
            if may_lack(value):
                lacking.append(name)
        defaults = {f"default_{index}": t.tree(item, node) for index, item in enumerate(closure.defaults)}
    finally:
        t.frame = outer
    made = build_factory(t, closure, (*given, *defaults), captured, lacking)
    head = Hole(Captured(made), closure.name, node)
    return at(ast.Call(func=head, args=[*given.values(), *defaults.values()], keywords=[]), node)


def build_factory(
    t: Tracer, closure: Closure, names: tuple[str, ...], captured: dict[str, object], lacking: list[str]
) -> types.FunctionType:
    """Compile the function that makes a nested function. lacking: what it is given that may not be bound."""
    if lacking:
        captured = {**captured, "__unbound": UNBOUND}
    key = (id(closure.node), names, tuple((name, id(value)) for name, value in captured.items()))
    known = t.program.factories.get(key)
    if known is not None:
        return known[0]
    inner: Any = copy_node(closure.node)
    inner.decorator_list = []
    args = copy_node(inner.args)
    args.defaults = [ast.Name(id=name, ctx=ast.Load()) for name in names if name.startswith("default_")]
    inner.args = args
    back = ast.Return(value=ast.Name(id=inner.name, ctx=ast.Load()))
    given = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    unbinding = [ast.parse(f"if {name} is __unbound: del {name}").body[0] for name in lacking]
    outer = ast.FunctionDef(name=f"make_{inner.name}", args=given, body=[*unbinding, inner, back], decorator_list=[])
    ast.copy_location(outer, closure.node)
    if hasattr(ast, "TypeAlias"):
        vars(outer)["type_params"] = []
    module = ast.fix_missing_locations(ast.Module(body=[outer], type_ignores=[]))
    space: dict[str, Any] = {"__builtins__": builtins, **captured}
    exec(compile(module, closure.frame.file, "exec"), space)  # noqa: S102  the user's own code, for the pod
    made: types.FunctionType = space.pop(f"make_{inner.name}")
    t.program.factories[key] = (made, [closure.node, *captured.values()])
    return made
