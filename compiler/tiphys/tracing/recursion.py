"""Helpers that call themselves as runtime values say: each becomes a graph, as orchestrators are.

What a nested function reads of the functions around it is passed to its graph, beside its arguments.
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tiphys.diagnostics import Mistake, ProgramError, Span
from tiphys.ir import Literal, Loop, Map, Sub, Switch, Unit
from tiphys.tracing.names import owner_of, variables
from tiphys.tracing.source import free_names, scope_of
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Bound, Closure, Frame, NotKnown

Place = tuple[int, str]
"""A variable: the number of the frame that it is in, and its name."""


def is_met_again(t: Tracer, closure: Closure) -> bool:
    """Say whether a function is called inside itself, in a region that may not run."""
    return any(node is closure.node and t.regions > regions for node, regions in t.calls)


def call_again(t: Tracer, closure: Closure, frame: Frame, node: ast.AST) -> Any:
    """Call a function that is met inside itself: as a graph."""
    from tiphys.tracing.closures import reaches_task
    from tiphys.tracing.program import interpret_body
    from tiphys.tracing.subgraphs import Callee, call_graph

    if not isinstance(closure.node, ast.AsyncFunctionDef) and not reaches_task(t, closure):
        raise t.untraceable("how often this calls itself is known only at run time", node, "Write it as a loop.")
    lifted = Lifted(t, node)
    lifted.closure(closure)
    own = {name: lifted.value(value) for name, value in variables(frame).items()}
    bound = {**own, **lifted.values}

    def interpret(inner: Tracer, values: dict[str, Any]) -> tuple[Any, Span]:
        made = Lowered(inner, lifted, values)
        function = made.closure(closure)
        names = {name: made.value(value, values.get(name)) for name, value in own.items()}
        there = Frame(
            new_frame(inner.state, names), scope_of(closure.node), function.frame, closure.frame.globals,
            closure.frame.cells, closure.frame.file, closure.name,
        )  # fmt: skip
        inner.calls.append((closure.node, inner.regions))
        return interpret_body(inner, there, closure.node, closure.name)

    data = {name: value for name, value in bound.items() if not isinstance(value, Carried)}
    codes = tuple((name, id(value.closure.node)) for name, value in bound.items() if isinstance(value, Carried))
    callee = Callee(
        f"{t.title.partition('.')[0]}.{closure.name}", (id(closure.node), codes), {}, result_of(closure),
        closure.frame.span(closure.node), interpret, task=t.title, keeps_arguments=True,
    )  # fmt: skip
    return call_graph(t, callee, data, node)


def result_of(closure: Closure) -> Any:
    """Give the type that a function says it gives, where that can be told."""
    if closure.native is None:
        return Any
    try:
        found = typing.get_type_hints(closure.native).get("return", Any)
    except Exception:  # noqa: BLE001  whatever the user's annotation raises
        return Any
    return type(None) if found is None else found


@dataclass(frozen=True, eq=False)
class Carried:
    """A function among the values that a graph is given: it is made anew inside."""

    closure: Closure
    receiver: Any = None


@dataclass
class Lifted:
    """What a function, and those that it calls, read of the functions around them."""

    t: Tracer
    node: ast.AST
    frames: list[Frame] = field(default_factory=list)
    places: dict[Place, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    seen: dict[int, Closure] = field(default_factory=dict)

    def closure(self, closure: Closure) -> None:
        """Note what a function reads."""
        if id(closure.node) in self.seen:
            return
        self.seen[id(closure.node)] = closure
        scope = scope_of(closure.node)
        if scope.nonlocals:
            mend = "Return the value instead."
            message = f"`{closure.name}` calls itself as runtime values say, and changes variables around it"
            raise self.t.untraceable(message, self.node, mend)
        for name in sorted(free_names(closure.node)):
            owner = None if name in scope.locals else owner_of(closure.frame, name)
            if owner is None or name not in variables(owner):
                continue
            place = (self.number(owner), name)
            if place not in self.places:
                self.places[place] = label = f"{name} of {place[0]}"
                self.values[label] = self.value(variables(owner)[name])

    def number(self, frame: Frame) -> int:
        """Give the number of a frame."""
        for number, known in enumerate(self.frames):
            if known.box is frame.box:
                return number
        self.frames.append(frame)
        return len(self.frames) - 1

    def value(self, value: Any) -> Any:
        """Take a value along."""
        match value:
            case Closure():
                self.closure(value)
                return Carried(value)
            case Bound(function=function, receiver=receiver):
                self.closure(function)
                label = f"receiver {len(self.values)}"
                self.values[label] = receiver
                return Carried(function, label)
        return value


@dataclass
class Lowered:
    """The same, inside the graph."""

    inner: Tracer
    lifted: Lifted
    values: dict[str, Any]
    frames: dict[int, Frame] = field(default_factory=dict)

    def closure(self, closure: Closure) -> Closure:
        """Make a function."""
        try:
            defaults = tuple(self.lifted.t.native(item) for item in closure.defaults)
            kw_defaults = tuple(item if item is ... else self.lifted.t.native(item) for item in closure.kw_defaults)
        except NotKnown:
            message = f"`{closure.name}` has runtime values as defaults, and is called inside itself"
            raise self.lifted.t.untraceable(message, self.lifted.node, "Pass them as arguments.") from None
        return replace(closure, frame=self.frame(closure.frame), defaults=defaults, kw_defaults=kw_defaults)

    def frame(self, frame: Frame) -> Frame:
        """Make the frame of a function around it, with those of its variables that are read."""
        if id(frame.box) in self.frames:
            return self.frames[id(frame.box)]
        parent = None if frame.parent is None else self.frame(frame.parent)
        made = self.frames[id(frame.box)] = Frame(
            new_frame(self.inner.state, {}), frame.scope, parent, frame.globals, frame.cells, frame.file, frame.title,
        )  # fmt: skip
        number = self.lifted.number(frame)
        names = variables(made)
        for (owner, name), label in self.lifted.places.items():
            if owner == number:
                names[name] = self.value(self.lifted.values[label], self.values.get(label))
        return made

    def value(self, value: Any, given: Any) -> Any:
        """Give a value that was taken along."""
        if isinstance(value, Carried):
            function = self.closure(value.closure)
            return function if value.receiver is None else Bound(function, self.values[value.receiver])
        return given


def check_ends(graphs: Mapping[str, Unit]) -> None:
    """Refuse what calls itself whatever happens: in Python too that ends with a RecursionError only."""
    is_open: dict[str, bool] = {}
    mistakes: list[Mistake] = []

    def visit(name: str) -> None:
        is_open[name] = True
        for call in certain_calls(graphs[name]):
            if is_open.get(call.graph):
                message = "this call leads back to itself whatever happens, so it never ends"
                mistakes.append(Mistake(message, call.where, "Return before it where there is nothing left to do."))
            elif call.graph not in is_open:
                visit(call.graph)
        is_open[name] = False

    for name in graphs:
        if name not in is_open:
            visit(name)
    if mistakes:
        raise ProgramError(*mistakes)


def certain_calls(unit: Unit) -> tuple[Sub, ...]:
    """List the calls of a unit that happen whenever it runs."""
    match unit:
        case Switch() | Map():
            return ()
        case Loop(start=Literal(value=0), count=None):
            return unit.calls
        case Loop():
            return ()
    return unit.calls
