"""Orchestrators that call orchestrators: each is traced once per set of values that it steers by."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.ir import Graph, Sub, Yield
from tiphys.tracing.builder import Traced
from tiphys.tracing.closures import EMPTY_SCOPE
from tiphys.tracing.concurrency import Retrace
from tiphys.tracing.parameters import Arguments, restore
from tiphys.tracing.program import finish, interpret, prune
from tiphys.tracing.results import Importer, exported
from tiphys.tracing.tasks import Interface
from tiphys.tracing.tracer import Poisoned, Tracer, new_frame
from tiphys.tracing.values import Frame, NeedsKnown, Unknown, is_immutable

DEPTH = 60
"""How deep orchestrators may call each other: Argo nests templates 100 deep, each up to one and a half levels."""


def call_orchestrator(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, bound: dict[str, Any], node: ast.Call
) -> Any:
    """Call another orchestrator: trace its graph once per set of values that it steers by."""
    program = t.program
    for item in interface.parameters:
        if item.name not in bound:
            bound[item.name] = t.lift(item.default)
    while True:
        needed = program.needed.get(task.name, frozenset())
        arguments = Arguments(t, interface, needed, node)
        for name, value in bound.items():
            arguments.add(name, value)
        key = (task.name, repr(task.levels), tuple(arguments.key))
        try:
            traced = program.traced.get(key) or trace_sub(t, task, interface, arguments, key, node)
        except NeedsKnown as need:
            program.needed[task.name] = needed | {arguments.owners[name] for name in need.inputs}
            continue
        break
    name = t.names.allocate(task.function.__name__)
    t.emit(Sub(name, traced.graph, tuple(arguments.atoms), interface.result, t.state.frontier, t.span(node)))
    t.state.frontier = (name,)
    t.sources[name] = None
    return Importer(t, name, traced.types, dict(arguments.atoms), node).value(traced.result)


def trace_sub(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, arguments: Arguments, key: object, node: ast.Call
) -> Traced:
    """Trace the graph of an orchestrator that another one calls."""
    program = t.program
    if key in program.stack:
        mend = "Let a known argument count down, or write it as a loop."
        raise t.refuse(f"`{task.name}` calls itself with values that are known only at run time", node, mend)
    if len(program.stack) >= DEPTH:
        raise t.refuse(f"`{task.name}` is called {DEPTH} orchestrators deep, which is more than Argo can nest", node)
    title = program.graph_name(task)
    inner = Tracer(
        program, title, frozenset(name for name, owner in arguments.owners.items() if owner in arguments.knowable)
    )
    program.stack.append(key)
    try:
        values = {name: restore(inner, template, task.where) for name, template in arguments.templates.items()}
        for name, value in values.items():
            if isinstance(value, Unknown) and value.ref is None and not (value.total and is_immutable(value.type)):
                inner.frame = Frame(
                    new_frame(inner.state, {}), EMPTY_SCOPE, None, {}, {}, task.where.file, task.function.__name__
                )
                values[name] = inner.settle(value, name, node)
        result, where = interpret(inner, task, values)
        finish(inner, program)
        if inner.mistakes:
            raise Poisoned
        shape, outputs = exported(inner, result, where)
    except NeedsKnown:
        program.titles.discard(title)
        raise
    except Retrace as again:
        program.again(again.where, title)
        again_needed = True
    else:
        again_needed = False
    finally:
        program.stack.pop()
    if again_needed:
        return trace_sub(t, task, interface, arguments, key, node)
    end = Yield(tuple(atom for atom, _ in outputs), inner.state.frontier, where)
    nodes = tuple(inner.state.nodes)
    program.graphs[title] = prune(
        Graph(title, tuple(inner.inputs.values()), nodes, end, interface.result, task.description, task.name)
    )
    traced = program.traced[key] = Traced(title, shape, tuple(kind for _, kind in outputs))
    return traced
