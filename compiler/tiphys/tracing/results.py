"""How the result of a graph leaves it: its shape, over the values that the graph has to give."""

from __future__ import annotations

import ast
import copy
import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from tiphys.diagnostics import Mistake, ProgramError, Span
from tiphys.ir import Atom, Call, Display, Glue, Literal, Node, Ref, Sub, operands_of
from tiphys.tracing.glue import replaced
from tiphys.tracing.pending import PendingC
from tiphys.tracing.realise import real_function
from tiphys.tracing.state import Box, DictC, Kind, ListC, ObjectC, SetC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Hole, NotKnown, TupleV, Unknown, is_immutable

PASSED = "passed: "
"""Marks, among the values of a graph's result, an input that it passes on."""
SHOWN = 100
"""How many values a result may be put together of without a pod: each is an output of the run."""


def where_node(where: Span) -> ast.AST:
    """Make a node that stands at a place."""
    made = ast.Pass(lineno=where.line, col_offset=where.column)
    made.end_lineno, made.end_col_offset = where.end_line or where.line, where.end_column
    return made


def display_of(t: Tracer, value: Any, values: list[Atom]) -> Display | None:
    """Describe a result that is a container around results of several pods: it needs no pod to be put together.

    Nothing where one last pod can write it whole, or where something is left to compute.
    """
    nodes = {node.name: node for node in t.state.nodes}
    if is_last_call(t) or any(isinstance(nodes.get(name), Glue) for name in t.state.frontier):
        return None

    def shaped(part: Any) -> Display | Literal | int | None:
        unknown = t.unknown(part)
        if unknown is not None:
            ref = unknown.ref
            if ref is None or not isinstance(nodes.get(ref.node), Call | Sub):
                return None
            values.append(ref)
            return len(values) - 1
        match part:
            case Box(content=ListC(items=items, is_plain=True)):
                return made(list, (), items)
            case TupleV(items=items, cls=cls):
                return made(cls, getattr(cls, "_fields", ()), items)
            case Box(content=DictC(entries=entries, is_plain=True)):
                return made(dict, tuple(entries), list(entries.values()))
            case Box(content=ObjectC(cls=cls, fields=fields)) if dataclasses.is_dataclass(cls):
                return made(cls, tuple(fields), list(fields.values()))
        try:
            return Literal(t.native(part))
        except NotKnown:
            return None

    def made(cls: type, keys: tuple[object, ...], items: Iterable[Any]) -> Display | None:
        parts = [shaped(item) for item in items]
        if any(part is None for part in parts) or "<locals>" in cls.__qualname__:
            return None
        return Display(cls, keys, tuple(part for part in parts if part is not None))

    display = shaped(value)
    return display if isinstance(display, Display) and values else None


def exported(t: Tracer, result: Any, where: Span) -> tuple[Any, list[tuple[Atom, Any]]]:
    """Describe a graph's result: its shape, over the node results that the graph has to give.

    Glue at the very end rides in the last pod where there is one; else it is computed by whoever uses the result.
    """
    node = where_node(where)
    here = is_last_call(t)
    loose = {} if here else loosened(t)
    outputs: list[tuple[Atom, Any]] = []
    indices: dict[object, int] = {}

    def output(atom: Atom, kind: Any) -> Hole:
        if isinstance(atom, Ref) and atom.node in t.inputs:
            return Hole(Ref(PASSED + atom.node), "v", node)  # the caller has the value: it need not travel
        key = atom if isinstance(atom, Ref) else id(atom)
        if key not in indices:
            indices[key] = len(outputs)
            outputs.append((atom, kind))
        return Hole(Ref("", indices[key]), "v", node)

    def shaped(value: Any) -> Any:
        unknown = t.unknown(value)
        if unknown is not None:
            if here and unknown.ref is None:
                unknown = t.unknown(t.settle(unknown, "result", node))
                assert unknown is not None
            tree = replaced(inlined(unknown.tree, loose), output, unknown.type)
            return ("glue", Unknown(tree, unknown.type, unknown.pure, unknown.total))
        match value:
            case Box(content=ListC(items=items, kind=kind)):
                return ("list", kind, [shaped(one) for one in items])
            case TupleV(items=items, cls=cls):
                return ("tuple", cls, [shaped(one) for one in items])
            case Box(content=DictC(entries=entries, kind=kind)):
                kind = Kind(kind.cls, real_function(t, kind.given))
                return ("dict", kind, {key: shaped(one) for key, one in entries.items()})
            case Box(content=ObjectC(cls=cls, fields=fields)):
                return ("object", cls, {key: shaped(one) for key, one in fields.items()})
            case Box(content=SetC(items=known)):
                return ("known", set(known))
            case Box(content=PendingC(title=title, where=begun)):
                text = f"`{title}` is returned without being awaited"
                raise ProgramError(Mistake(text, begun, f"Return the result: `await {title}(...)`."))
        return ("known", t.native(value))

    return shaped(result), outputs


def is_last_call(t: Tracer) -> bool:
    """Say whether the graph ends with one call, in whose pod glue at the very end can ride."""
    last = next((item for item in t.state.nodes if (item.name,) == t.state.frontier), None)
    return isinstance(last, Call)


def loosened(t: Tracer) -> dict[str, Unknown]:
    """Take the glue at the end of a graph, which cannot raise, out of it: whoever uses the result computes it."""
    loose: dict[str, Unknown] = {}
    kept: list[Node] = []
    needed = set(t.state.frontier)
    for item in reversed(t.state.nodes):
        value = t.glue.get(item.name)
        if value is not None and value.pure and value.total and is_immutable(value.type) and item.name not in needed:
            loose[item.name] = value
            continue
        kept.append(item)
        needed |= {*item.after, *(atom.node for atom in operands_of(item) if isinstance(atom, Ref))}
    t.state.nodes[:] = reversed(kept)
    return loose


def inlined(tree: ast.expr, loose: dict[str, Unknown]) -> ast.expr:
    """Put the expressions of loose glue where their results are read."""

    def expression(ref: Ref, _kind: Any) -> ast.expr:
        return inlined(loose[ref.node].tree, loose) if ref.node in loose else Hole(ref, "v")

    return cast("ast.expr", replaced(tree, expression, None)) if loose else tree


@dataclass(frozen=True, slots=True)
class Importer:
    """Builds, in the caller, the value that a called graph gives.

    types: of the graph's outputs. arguments: what the graph was called with.
    """

    t: Tracer
    sub: str
    types: tuple[Any, ...]
    arguments: Mapping[str, Atom]
    node: ast.AST

    def value(self, shape: Any) -> Any:
        """Build the value of a shape."""
        t = self.t
        match shape:
            case ("glue", Unknown() as value):
                return self.expression(value)
            case ("list", kind, items):
                return t.state.box(ListC([self.value(one) for one in items], kind))
            case ("tuple", cls, items):
                return t.tuple([self.value(one) for one in items], cls)
            case ("dict", kind, entries):
                return t.state.box(DictC({key: self.value(one) for key, one in entries.items()}, kind))
            case ("object", cls, fields):
                return t.state.box(ObjectC(cls, {key: self.value(one) for key, one in fields.items()}))
            case ("known", native):
                return t.fresh(native)
        raise AssertionError(shape)

    def expression(self, value: Unknown) -> Any:
        """Build a value that is computed at run time; one that may raise is computed at once."""
        tree = replaced(value.tree, self.operand, value.type)
        if isinstance(tree, Hole) and isinstance(tree.value, Literal):
            return self.t.fresh(copy.deepcopy(tree.value.value))
        made = Unknown(tree, value.type, value.pure, value.total)
        ref = made.ref
        if ref is None:
            return made if made.total and made.pure else self.t.settle(made, self.sub, self.node)
        if ref.node != self.sub:
            return self.t.atom(ref, self.t.types.get(ref, value.type), self.sub)
        return self.t.atom(ref, self.types[ref.output] if value.type is Any else value.type, self.sub)

    def operand(self, ref: Ref, _kind: Any) -> Hole:
        """Give what an output of the graph is here."""
        if ref.node.startswith(PASSED):
            return Hole(self.arguments[ref.node.removeprefix(PASSED)], self.sub)
        return Hole(Ref(self.sub, ref.output), self.sub)
