"""Glue that hands a value on: some things have to be the output of a pod, and a value that is none needs one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from types import FunctionType

from tiphys.ir import Atom, Code, Glue, Graph, Literal
from tiphys_runtime.objects import same


def handing_on(graph: Graph, atom: Atom, base: str) -> Glue:
    """Make glue, to be put at the end of a graph, that gives what `atom` is."""
    assert isinstance(same, FunctionType)
    kinds = {item.name: item.type for item in graph.inputs}
    kind: object = object
    if isinstance(atom, Literal):
        kind = type(atom.value)
    elif not atom.output:
        kind = kinds.get(atom.node, object)
    text = atom.node if not isinstance(atom, Literal) else str(atom)
    taken = {*kinds, *(node.name for node in graph.nodes)}
    name = free_name(base, taken)
    operand = atom.node if not isinstance(atom, Literal) and atom.node in kinds else "value"
    code = Code(text, same, pure=True, total=True)
    return Glue(name, code, ((operand, atom),), kind, graph.result.after, graph.result.where)


def free_name(base: str, taken: Iterable[str]) -> str:
    """Choose a name that is not taken."""
    names = frozenset(taken)
    return next(name for number in count(1) if (name := base if number == 1 else f"{base}-{number}") not in names)
