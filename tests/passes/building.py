"""Small programs written by hand: the fewest words for each node."""

from __future__ import annotations

from typing import Any

from tiphys.diagnostics import Span
from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Catch,
    Code,
    Glue,
    Graph,
    Input,
    Literal,
    Loop,
    Map,
    Program,
    Ref,
    Sub,
    Switch,
    Yield,
)

HERE = Span("flow.py", 1)


class Leaf:
    """A task, as far as the passes look at one."""

    levels = ()

    def __init__(self, name: str = "flow.leaf") -> None:
        self.name = name

    @staticmethod
    def function(*values: object, **named: object) -> None:
        """Be a function of anything."""


LEAF = Leaf()


def ref(name: str) -> Ref:
    """Read `a`, or its output 1 as `a.1`."""
    node, _, output = name.partition(".")
    return Ref(node, int(output or 0))


def atom(value: object) -> Atom:
    """Read a text that starts with %, as what a node yields; take all else as known."""
    return ref(value[1:]) if isinstance(value, str) and value.startswith("%") else Literal(value)


def atoms(values: tuple[object, ...]) -> tuple[Atom, ...]:
    """Read several."""
    return tuple(atom(value) for value in values)


def call(
    name: str,
    *,
    after: tuple[str, ...] = (),
    kind: object = object,
    frame: tuple[object, ...] = (),
    task: Leaf = LEAF,
    **arguments: object,
) -> Call:
    """Call a task."""
    named = tuple((key, atom(value)) for key, value in arguments.items())
    return Call(name, task, named, kind, after, HERE, atoms(frame))


def glue(
    name: str, *operands: str, after: tuple[str, ...] = (), pure: bool = True, total: bool = True,
    kind: object = int, frame: tuple[object, ...] = (),
) -> Glue:  # fmt: skip
    """Make a piece of glue over what others yield."""
    code = Code(f"{name}()", lambda *values: values, pure=pure, total=total)  # type: ignore[arg-type]
    return Glue(
        name, code, tuple((f"x{n}", atom(one)) for n, one in enumerate(operands)), kind, after, HERE, None, atoms(frame)
    )


def sub(
    name: str, graph: str, *, after: tuple[str, ...] = (), frame: tuple[object, ...] = (), **arguments: object
) -> Sub:
    """Call a graph or a construct."""
    named = tuple((key, atom(value)) for key, value in arguments.items())
    return Sub(name, graph, named, object, after, HERE, atoms(frame))


def inputs(names: str) -> tuple[Input, ...]:
    """Make the inputs of a unit from their names."""
    return tuple(Input(name, object, HERE) for name in names.split())


def graph(name: str, takes: str, *nodes: Any, gives: tuple[object, ...] = (), after: tuple[str, ...] = ()) -> Graph:
    """Make an orchestrator."""
    return Graph(name, inputs(takes), nodes, Yield(atoms(gives), after, HERE))


def region(name: str, takes: str, *nodes: Any, gives: tuple[object, ...] = (), after: tuple[str, ...] = ()) -> Graph:
    """Make a region of a construct."""
    return Graph(name, inputs(takes), nodes, Yield(atoms(gives), after, HERE), is_region=True)


def switch(name: str, takes: str, test: str, *arms: Sub | None, outputs: tuple[tuple[object, ...], ...] = ()) -> Switch:
    """Make an `if`."""
    return Switch(name, inputs(takes), ref(test), arms, tuple(atoms(row) for row in outputs), HERE)


def loop(
    name: str, takes: str, body: Sub, *, ends: object = 0, start: object = 0, count: object = None,
    index: str | None = None, carried: dict[str, object] | None = None,
) -> Loop:  # fmt: skip
    """Make a `while`."""
    many = None if count is None else atom(count)
    following = carried or {}
    return Loop(
        name,
        inputs(takes),
        atom(start),
        many,
        index,
        body,
        atom(ends),
        tuple(following),
        atoms(tuple(following.values())),
        HERE,
    )


def fan(name: str, takes: str, count: str, index: str, body: Sub) -> Map:
    """Make a map."""
    return Map(name, inputs(takes), ref(count), index, body, HERE)


def attempt(
    name: str, takes: str, body: Sub, catch: Sub, *, outputs: tuple[tuple[object, object], ...] = ()
) -> Attempt:
    """Make a `try`."""
    return Attempt(name, inputs(takes), body, catch, tuple((atom(a), atom(b)) for a, b in outputs), HERE)


def caught(name: str, *types: object) -> Catch:
    """Make the first node of a region that handles an exception."""
    return Catch(name, types, HERE)


def program(*units: Any) -> Program:
    """List the units, the entry last."""
    return Program(units[-1].name, {unit.name: unit for unit in units})
