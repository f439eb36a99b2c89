"""Making real functions of interpreted ones, where they depend on nothing that is left to run time."""

from __future__ import annotations

from typing import Any

from tiphys.ir import Literal, Ref
from tiphys.tracing.glue import holes_of
from tiphys.tracing.lifting import Given
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Closure, NotKnown, NotTraceable, Unknown


def real_function(t: Tracer, value: Any, given: Given | None = None) -> Any:
    """Give the native object for a value; a lambda or nested function becomes a real one. Raises NotKnown.

    given: is told which object is the copy of which box.
    """
    if not isinstance(value, Closure | Bound):
        return t.native(value, given)
    if isinstance(value, Closure) and value.native is not None:
        return value.native
    where = value.node if isinstance(value, Closure) else value.function.node
    try:
        tree = t.tree(value, where)
    except NotTraceable:
        raise NotKnown from None
    if any(isinstance(hole.value, Ref) for hole in holes_of(tree)):
        raise NotKnown
    code, operands = t.compiler.compile(Unknown(tree), t.span(where), t.frame.title)
    return code.function(*(atom.value for _, atom in operands if isinstance(atom, Literal)))
