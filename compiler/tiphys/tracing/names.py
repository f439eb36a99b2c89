"""Names: where a variable of an interpreted function is found."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from tiphys.tracing.state import Box, ChoiceC, FrameC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import POISON, Choice, Frame, Lost, Poisoned, Raised

MISSING = object()


def variables(frame: Frame) -> dict[str, Any]:
    """Give the variables of a frame, for reading."""
    content = frame.box.content
    assert isinstance(content, FrameC)
    return content.names


def owner_of(frame: Frame, name: str) -> Frame | None:
    """Find the frame, from here outwards, that a name is local to."""
    current: Frame | None = frame
    while current is not None:
        if name in current.scope.globals:
            return None
        if name in current.scope.locals:
            return current
        current = current.parent
    return None


def load(t: Tracer, node: ast.Name) -> Any:
    """Read a variable."""
    name = node.id
    names = variables(t.frame)
    value = names.get(name, MISSING)
    if value is MISSING:
        value = find(t, node)
    if value is POISON:
        raise Poisoned
    if isinstance(value, Lost):
        mend = "Set it anew before it is read here, or keep its result instead."
        t.untold += [t.span(item) for item in ast.walk(t.frame.scope.node) if is_stored_by(item, name)]
        raise t.untraceable(f"what `{name}` holds here cannot be followed: {value.why}", node, mend)
    if isinstance(value, Choice) or (isinstance(value, Box) and isinstance(value.content, ChoiceC)):
        from tiphys.tracing.choices import resolved

        made = resolved(t, value, name, node)
        if made is not value and name in names:
            t.state.write(t.frame.box).names[name] = made
        return made
    return value


def is_stored_by(item: ast.AST, name: str) -> bool:
    """Say whether a statement gives a variable its value."""
    if not isinstance(item, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        return False
    targets = item.targets if isinstance(item, ast.Assign) else [item.target]
    return any(isinstance(one, ast.Name) and one.id == name for target in targets for one in ast.walk(target))


def find(t: Tracer, node: ast.Name) -> Any:
    """Read a variable that is not set in the innermost frame."""
    name = node.id
    owner = owner_of(t.frame, name)
    if owner is not None:
        value = variables(owner).get(name, MISSING)
        if value is MISSING and t.exploring:
            # on another way it may be set
            text = f"cannot access local variable {name!r} where it is not associated with a value"
            raise Raised(UnboundLocalError(text), t.span(node))
        if value is MISSING:
            raise t.refuse(f"`{name}` is read before it is set", node)
        return value
    for frame in chain(t.frame):
        if name in frame.cells:
            return t.lift_outside(frame.cells[name])
    outer = list(chain(t.frame))[-1]
    if name in outer.globals:
        return t.lift_outside(outer.globals[name])
    if hasattr(builtins, name):
        return getattr(builtins, name)
    from tiphys.diagnostics import nearest

    known = [item for item in (*variables(t.frame), *outer.globals) if not item.startswith("__")]
    mend = nearest(name, known)
    raise t.refuse(f"`{name}` is not defined", node, mend if mend.startswith("Did") else None)


def chain(frame: Frame) -> list[Frame]:
    """List the frame and those around it."""
    found = [frame]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def store(t: Tracer, name: str, value: Any, node: ast.AST) -> None:
    """Set a variable."""
    frame = t.frame
    if name in frame.scope.globals:
        mend = "Return the value, or keep it in a local variable."
        raise t.refuse(f"`global {name}`: an orchestrator cannot change its module", node, mend)
    if name in frame.scope.nonlocals:
        owner = owner_of(frame.parent, name) if frame.parent else None
        if owner is None:
            raise t.refuse(f"`nonlocal {name}` changes a variable outside the orchestrator", node)
        frame = owner
    t.state.write(frame.box).names[name] = value


def is_constant(t: Tracer, node: ast.AST) -> bool:
    """Say whether an expression mentions no variable of the orchestrator: only literals and names of the module."""
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and owner_of(t.frame, item.id) is not None:
            return False
        if isinstance(item, ast.Call | ast.Await):
            return False
    return True


def names_read_beside(code: ast.AST, part: ast.AST) -> set[str]:
    """Name the variables that a function reads beside a part of it, of which the outermost nodes may be copies."""
    inside = {id(item) for item in ast.walk(part)}
    loads = (item for item in ast.walk(code) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load))
    return {item.id for item in loads if id(item) not in inside}


def names_loaded_outside(code: ast.AST, part: ast.AST | None) -> set[str]:
    """Name the variables that a function reads, but for what only `part` of it reads."""
    found: set[str] = set()
    stack = [code]
    while stack:
        node = stack.pop()
        if node is part:
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        stack.extend(ast.iter_child_nodes(node))
    return found
