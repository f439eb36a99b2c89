"""Exceptions of the user's program: raised while it is compiled where they are known, else at run time."""

from __future__ import annotations

import ast
from typing import Any, Never

from tiphys.ir import Literal
from tiphys.tracing.completions import NEVER, Done, Ended
from tiphys.tracing.glue import at
from tiphys.tracing.regions import Way, inside
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Captured, Hole, NotKnown, Raised, Unknown
from tiphys_runtime.objects import raise_


def raise_value(t: Tracer, value: Any, cause: list[Any], node: ast.AST) -> Never:
    """Raise a value: now, or at run time where it has runtime parts. cause: what stands behind `from`, if it does."""
    try:
        known = [t.native(item) for item in (value, *cause)]
    except NotKnown:
        parts = [t.tree(item, node, "error") for item in (value, *cause)]
        call = at(ast.Call(func=t.capture(raise_, "raise_", node), args=parts, keywords=[]), node)
        t.settle(Unknown(call, None, pure=False, total=False), "raise", node)
        raise Ended from None
    try:
        raise_(*known)
    except BaseException as error:  # noqa: BLE001  it is the user's, whatever it is
        raise Raised(error.with_traceback(None), t.span(node)) from None


def ended(t: Tracer, way: Way, node: ast.AST) -> Way:
    """Let a way that raises do so at run time."""
    if way.raised is not None:
        raised, way.raised = way.raised, None
        with inside(t, way):
            raise_later(t, raised, node)
        way.done = NEVER
    elif way.is_ended:
        way.done = NEVER
    return way


def raise_later(t: Tracer, raised: Raised, node: ast.AST) -> None:
    """Record that an exception is raised at this place."""
    where = ast.copy_location(ast.Pass(), node)
    where.lineno, where.col_offset = raised.where.line, raised.where.column
    where.end_lineno, where.end_col_offset = raised.where.end_line or raised.where.line, raised.where.end_column
    error = Hole(Literal(raised.error), "error", where)
    call = ast.Call(func=Hole(Captured(raise_), "raise_", where), args=[error], keywords=[])
    t.settle(Unknown(at(call, where), None, pure=False, total=False), "raise", where)


def raise_again(t: Tracer, error: Unknown, node: ast.AST) -> Done:
    """Raise what no clause has caught."""
    from tiphys.tracing.raises import raise_value

    return raise_value(t, error, [], node)
