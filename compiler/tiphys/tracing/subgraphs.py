"""Orchestrators that call orchestrators: each is traced once per set of values that it steers by.

One that calls itself while it is traced is a graph that calls itself. What it gives is then one value, of which the
calls inside know no more than the type.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Span
from tiphys.ir import Graph, Ref, Sub, Yield
from tiphys.settings import resolve
from tiphys.tracing import inference
from tiphys.tracing.builder import Traced, Tracing
from tiphys.tracing.closures import EMPTY_SCOPE
from tiphys.tracing.concurrency import Retrace
from tiphys.tracing.contexts import with_context
from tiphys.tracing.facts import type_of
from tiphys.tracing.parameters import Arguments, restore
from tiphys.tracing.program import finish, interpret, prune
from tiphys.tracing.results import Importer, exported, where_node
from tiphys.tracing.sharing import parts_of
from tiphys.tracing.state import Box, Content
from tiphys.tracing.tasks import Interface
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import Frame, Hole, NeedsKnown, Poisoned, TupleV, Unknown, is_immutable

DEPTH = 60
"""How deep orchestrators may call each other: Argo nests templates 100 deep, each up to one and a half levels."""
UNROLLED = 8
"""So many calls of one orchestrator inside each other, for other known arguments each time, are traced one by one where
it depends on runtime values whether there is another one; from then on the arguments travel."""


@dataclass(frozen=True)
class Callee:
    """What a graph is made of: an orchestrator, or a function that calls itself. key: which one it is."""

    name: str
    key: object
    types: Mapping[str, Any]
    result: Any
    where: Span
    interpret: Callable[[Tracer, dict[str, Any]], tuple[Any, Span]]
    doc: str = ""
    task: str = ""
    short_name: str = ""
    keeps_arguments: bool = False
    """It must not change its arguments in place: whoever calls it would have to see that."""


def call_orchestrator(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, bound: dict[str, Any], node: ast.Call
) -> Any:
    """Call another orchestrator."""
    from tiphys.tracing.keeping import kept
    from tiphys.tracing.tries import as_set

    for item in interface.parameters:
        if item.name not in bound:
            bound[item.name] = t.lift(item.default)
    callee = Callee(
        task.name, (task.name, repr(task.levels)), interface.types, interface.result, task.where,
        lambda inner, values: interpret(inner, task, values), task.description, task.name,
        resolve(task.levels).settings.short_name or "",
    )  # fmt: skip
    return kept(
        t, task, interface, bound,
        lambda: as_set(t, task, lambda: call_graph(t, callee, bound, node), interface.result, node), node,
    )  # fmt: skip


def call_graph(t: Tracer, callee: Callee, bound: dict[str, Any], node: ast.AST) -> Any:
    """Call what has a graph of its own: trace that once per set of values that it steers by."""
    program = t.program
    if t.runtime_seconds:
        mend = "Put the limit around the calls of tasks in it, and pass it as an argument."
        raise t.untraceable("a limit that is known only at run time cannot hold for an orchestrator", node, mend)
    callee, bound = with_context(t, callee, bound)
    call = GraphCall(t, callee, bound, node)
    while True:
        arguments, key = call.arguments()
        try:
            traced = program.traced.get(key) or call.again(key) or trace_sub(t, callee, arguments, key, node)
        except NeedsKnown as need:
            needed = program.needed.get(callee.name, frozenset())
            program.needed[callee.name] = needed | {arguments.owners[name] for name in need.inputs}
            continue
        break
    name = t.names.allocate(callee.name.rpartition(".")[2])
    t.call(Sub(name, traced.graph, tuple(arguments.atoms), callee.result, t.state.frontier, t.span(node)))
    return Importer(t, name, traced.types, dict(arguments.atoms), node).value(traced.result)


@dataclass
class GraphCall:
    """A call, and what its arguments can be for the graph that it calls."""

    t: Tracer
    callee: Callee
    bound: dict[str, Any]
    node: ast.AST
    made: dict[int, Any] = field(default_factory=dict)

    def arguments(self) -> tuple[Arguments, object]:
        """Take the arguments, and say by them which graph is called."""
        program = self.t.program
        needed = program.needed.get(self.callee.name, frozenset())
        found, key = self.taken(needed)
        if key in program.traced or self.again(key):
            return found, key
        open_ = [item for item in program.stack if item.callee == self.callee.key]
        if not open_:
            return found, key
        if len(open_) >= UNROLLED and (self.t.regions or any(item.is_optional for item in open_[1:])):
            return self.taken(frozenset(), is_whole=True, is_open=False)
        return self.taken(needed, is_whole=True)

    def taken(
        self, needed: frozenset[str], *, is_whole: bool = False, is_open: bool = True
    ) -> tuple[Arguments, object]:  # fmt: skip
        """Take the arguments in one way."""
        t = self.t
        found = Arguments(t, self.callee.types, needed, self.node, self.made, is_whole=is_whole, is_open=is_open)
        for name, value in self.bound.items():
            found.add(name, value)
        return found, (self.callee.key, t.seconds, tuple(found.key))

    def again(self, key: object) -> Traced | None:
        """Call a graph that is being traced, if this is one."""
        for item in self.t.program.stack:
            if item.key == key:
                item.calls_itself = True
                return whole(item.title, item.kind)
        return None


def whole(title: str, kind: Any) -> Traced:
    """Describe a graph that gives one value."""
    return Traced(title, ("glue", Unknown(Hole(Ref("", 0), "v"), kind)), (kind,))


def trace_sub(t: Tracer, callee: Callee, arguments: Arguments, key: object, node: ast.AST) -> Traced:
    """Trace a graph that another one calls."""
    program = t.program
    if len(program.stack) >= DEPTH:
        message = f"`{callee.name}` is called {DEPTH} orchestrators deep, which is more than Argo can nest"
        raise t.refuse(message, node, "Write it as a loop.")
    while True:
        title = program.graph_name(callee.name)
        kind = program.kinds.get(key, callee.result)
        tracing = Tracing(key, callee.key, title, kind, bool(t.regions))
        before = len(program.traced)
        program.stack.append(tracing)
        try:
            traced = trace_once(t, callee, arguments, tracing, node)
        except (NeedsKnown, Retrace) as again:
            forget(t, tracing, before)
            if isinstance(again, NeedsKnown):
                raise
            program.again(again.where, title, early=again.early)
        else:
            if traced is not None:
                program.traced[key] = traced
                return traced
            forget(t, tracing, before)
            program.kinds[key] = Any
        finally:
            program.stack.pop()


def forget(t: Tracer, tracing: Tracing, before: int) -> None:
    """Drop a graph that has to be traced again, and those that call it."""
    program = t.program
    program.titles.discard(tracing.title)
    if tracing.calls_itself:
        for key in list(program.traced)[before:]:
            program.titles.discard(program.traced.pop(key).graph)


def trace_once(t: Tracer, callee: Callee, arguments: Arguments, tracing: Tracing, node: ast.AST) -> Traced | None:
    """Trace a graph; gives nothing where its calls of itself took it to give something else."""
    program, title = t.program, tracing.title
    known = frozenset(name for name, owner in arguments.owners.items() if owner in arguments.knowable)
    inner = Tracer(program, title, known)
    inner.seconds = t.seconds
    values = entered(inner, callee, arguments, node)
    held = {box: box.content for value in values.values() for box in all_boxes(value)}
    result, where = callee.interpret(inner, values)
    finish(inner, program)
    if inner.mistakes:
        raise Poisoned
    if callee.keeps_arguments:
        check_kept(t, callee, held, node)
    if not tracing.calls_itself:
        shape, outputs = exported(inner, result, where)
        traced = Traced(title, shape, tuple(kind for _, kind in outputs))
        atoms = tuple(atom for atom, _ in outputs)
    elif not is_of(type_of(inner, result), tracing.kind):
        return None
    else:
        atoms = (inner.to_atom(result, "result", where_node(where)),)
        traced = whole(title, tracing.kind)
    end = Yield(atoms, inner.state.frontier, where)
    nodes = tuple(inner.state.nodes)
    program.graphs[title] = prune(
        Graph(
            title, tuple(inner.inputs.values()), nodes, end, callee.result, callee.doc, callee.task, callee.short_name
        )
    )
    return traced


def entered(inner: Tracer, callee: Callee, arguments: Arguments, node: ast.AST) -> dict[str, Any]:
    """Make the arguments inside the graph; what may raise is computed first."""
    where = callee.where
    values = {name: restore(inner, template, where) for name, template in arguments.templates.items()}
    for name, value in values.items():
        if isinstance(value, Unknown) and value.ref is None and not (value.total and is_immutable(value.type)):
            title = callee.name.rpartition(".")[2]
            inner.frame = Frame(new_frame(inner.state, {}), EMPTY_SCOPE, None, {}, {}, where.file, title)
            values[name] = inner.settle(value, name, node)
    return values


def is_of(kind: Any, wanted: Any) -> bool:
    """Say whether what a graph gives may be of the type that its calls of itself took it for."""
    base, other = inference.plain(kind), inference.plain(wanted)
    if Any in (base, other) or not isinstance(base, type) or not isinstance(other, type):
        return True
    return issubclass(base, other)


def all_boxes(value: Any) -> list[Box]:
    """List the containers that make up a value."""
    if not isinstance(value, Box | TupleV):
        return []
    inner = [box for item in parts_of(value) for box in all_boxes(item)]
    return [value, *inner] if isinstance(value, Box) else inner


def check_kept(t: Tracer, callee: Callee, held: Mapping[Box, Content], node: ast.AST) -> None:
    """Refuse a function that calls itself and changes what it is given: each call has a copy of that."""
    if any(box.content is not content for box, content in held.items()):
        title = callee.name.rpartition(".")[2]
        message = f"`{title}` calls itself as runtime values say, and changes a value that it was given"
        raise t.refuse(message, node, "Return a new value instead.")
