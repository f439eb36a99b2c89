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


def raise_value(t: Tracer, value: Any, cause: list[Any], node: ast.AST, context: Any = None) -> Never:
    """Raise a value: now, or at run time where it has runtime parts. cause: what stands behind `from`, if it does.

    context: the exception that is being handled, if one is.
    """
    if context is value:
        context = None
    try:
        known = [t.native(item) for item in (value, context, *cause)]
    except NotKnown:
        parts = [t.tree(item, node, "error") for item in (value, *cause)]
        words = [] if context is None else [ast.keyword(arg="context", value=t.tree(context, node, "handled"))]
        call = at(ast.Call(func=t.capture(raise_, "raise_", node), args=parts, keywords=words), node)
        t.settle(Unknown(call, None, pure=False, total=False), "raise", node)
        raise Ended from None
    try:
        raise_(known[0], *known[2:], context=known[1])
    except BaseException as error:  # noqa: BLE001  it is the user's, whatever it is
        raise Raised(error.with_traceback(None), t.span(node)) from None


def handled(t: Tracer) -> Any:
    """Give the exception that is being handled here, by this function or by one that has called it; or None."""
    notes = (frame.notes.get("handling") for frame in (t.frame, *reversed(t.callers)))
    active = next((one for one in notes if one is not None), None)
    return active.error if isinstance(active, Raised) else active


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
