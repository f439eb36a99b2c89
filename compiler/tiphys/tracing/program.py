"""From an orchestrator to a Program: one graph per orchestrator and per set of values it steers by."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Mistake, ProgramError, Span, shown
from tiphys.ir import Atom, Graph, Literal, Program, Unit, Yield
from tiphys.settings import place_of, resolve
from tiphys.tracing.builder import ProgramBuilder
from tiphys.tracing.checks import fits, spell
from tiphys.tracing.closures import EMPTY_SCOPE
from tiphys.tracing.completions import Ended
from tiphys.tracing.concurrency import Retrace, start_ready
from tiphys.tracing.fan_out import Many
from tiphys.tracing.keeping import is_kept
from tiphys.tracing.parameters import add_input
from tiphys.tracing.pending import BatchC, PendingC
from tiphys.tracing.reach import is_orchestrator
from tiphys.tracing.recursion import check_ends
from tiphys.tracing.regions import pruned
from tiphys.tracing.results import SHOWN, display_of, where_node
from tiphys.tracing.running import run_function
from tiphys.tracing.source import FunctionNode, cells_of, scope_of, source_of
from tiphys.tracing.tasks import Interface, check_hooks, emit_call, interface_of
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.tries import has_tries, limit_of
from tiphys.tracing.values import Frame, Poisoned, Raised
from tiphys.tracing.waiting import notes_on_conditions

OF_PODS = tuple(
    "env_vars interruptible links max_inline_io_bytes pod_template produces_artifacts queue report resources secrets "
    "service_account".split()
)
"""Settings of pods, which an orchestrator has none of."""
FRAMES = 20_000
"""How deep our own calls may nest: a hundred and fifty of the user's calls, and what lies between two of them."""


def trace(
    task: TaskTemplate[..., Any],
    bindings: Mapping[str, object] | None = None,
    context: Mapping[str, str] | None = None,
) -> tuple[Program, list[str]]:
    """Trace a task into a program; gives the program and the notes for the user.

    bindings: inputs that are fixed. context: texts that every task is given, as by `custom_context` around all calls.
    A leaf task is wrapped into a graph of one call. Raises ProgramError with every mistake found.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, FRAMES))
    try:
        return trace_program(task, dict(bindings or {}), context or {})
    finally:
        sys.setrecursionlimit(limit)


def trace_program(
    task: TaskTemplate[..., Any], bindings: Mapping[str, object], context: Mapping[str, str]
) -> tuple[Program, list[str]]:
    """Trace a task and all that it calls."""
    program = ProgramBuilder()
    if is_orchestrator(task):
        check_hooks(task)
    interface = interface_of(task)
    while True:
        name = program.graph_name(task.name)
        t = Tracer(program, name)
        t.context = dict(context)
        values = declare_inputs(t, task, interface, bindings)
        try:
            if is_orchestrator(task) and (has_tries(task) or is_kept(task)):
                result, where = call_entry(t, task, interface, values)
            elif is_orchestrator(task):
                t.seconds = limit_of(task)
                result, where = interpret(t, task, values)
            else:
                result, where = call_leaf(t, task, interface, values)
        except Retrace as again:
            program.again(again.where, name, early=again.early)
            continue
        break
    finish(t, program)
    if program.mistakes:
        raise ProgramError(*dict.fromkeys(program.mistakes))
    atoms: list[Atom] = []
    display = display_of(t, result, atoms)
    if display is None or len(atoms) > SHOWN:
        atoms, display = [t.to_atom(result, "result", where_node(where))], None
    end = Yield(tuple(atoms), t.state.frontier, where, display)
    program.graphs[name] = prune(
        Graph(name, tuple(t.inputs.values()), tuple(t.state.nodes), end, interface.result, task.description, task.name)
    )
    graphs = reachable(program.graphs, name)
    check_ends(graphs)
    return Program(name, graphs, owners=dict(program.owners)), [*program.notes, *notes_on_conditions(program)]


def declare_inputs(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, bindings: Mapping[str, object]
) -> dict[str, Any]:
    """Make the inputs of the entry graph: bound ones are known."""
    values: dict[str, Any] = {}
    for item in interface.parameters:
        if item.name in bindings:
            values[item.name] = t.fresh(bindings[item.name])
            continue
        default = None if item.default is item.empty else Literal(item.default)
        kind = interface.types[item.name]
        if default is not None and not fits(t, item.default, kind):
            text = f"the default of `{item.name}` is {shown(item.default)}, and it takes {spell(kind)}"
            t.mistakes.append(Mistake(text, task.where, "Let the two agree: another default, or another annotation."))
        values[item.name] = add_input(t, item.name, kind, task.where, default)
    return values


def interpret(t: Tracer, task: TaskTemplate[..., Any], values: dict[str, Any]) -> tuple[Any, Span]:
    """Interpret the body of an orchestrator; gives its result and the place of its end."""
    t.program.owners[t.title] = t.program.owners[task.name] = task
    function = task.function
    assert isinstance(function, FunctionType)
    t.state.notes.extend(notes_on_pods(task))
    node = source_of(function)
    frame = Frame(
        new_frame(t.state, dict(values)), scope_of(node), None, function.__globals__, cells_of(function),
        function.__code__.co_filename, function.__name__,
    )  # fmt: skip
    return interpret_body(t, frame, node, task.name)


def notes_on_pods(task: TaskTemplate[..., Any]) -> Iterator[str]:
    """Tell which settings an orchestrator was given that are those of pods; what its environment says is its tasks'."""
    _, *own = task.levels
    for name in OF_PODS:
        place = place_of(own, name)
        if place is not None and getattr(resolve(task.levels).settings, name) not in (False, ()):
            yield f"{place}: `{name}` has no effect: `{task.name}` has no pod; say it for the tasks that it calls"


def interpret_body(t: Tracer, frame: Frame, node: FunctionNode, name: str) -> tuple[Any, Span]:
    """Interpret the body of what a graph is made of; gives its result and the place of its end."""
    t.frame = frame
    t.is_async = isinstance(node, ast.AsyncFunctionDef)
    body: list[ast.stmt] = [ast.Return(value=node.body)] if isinstance(node, ast.Lambda) else node.body
    where = frame.span(last_return(body) or node)
    try:
        result = run_function(t, body)
        start_ready(t)
    except Raised as error:
        text = f"`{name}` always raises {type(error.error).__name__}: {error.error}"
        t.mistakes.append(Mistake(text, error.where, "Raise it in a task, or mend the values that lead here."))
        return None, where
    except ProgramError as error:
        t.mistakes.extend(error.mistakes)
        return None, where
    except Poisoned:
        return None, where
    except Ended:
        return None, where
    check_awaited(t)
    return result, where


def last_return(body: list[ast.stmt]) -> ast.stmt | None:
    """Find the last statement."""
    return body[-1] if body else None


def call_leaf(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, values: dict[str, Any]
) -> tuple[Any, Span]:
    """Wrap a leaf task into a graph that calls it."""
    where = task.where
    t.frame = Frame(new_frame(t.state, {}), EMPTY_SCOPE, None, {}, {}, where.file, task.name)
    node = ast.Call(func=ast.Name(id="f", ctx=ast.Load()), args=[], keywords=[], lineno=where.line, col_offset=0)
    return emit_call(t, task, interface, values, node), where


def call_entry(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, values: dict[str, Any]
) -> tuple[Any, Span]:
    """Wrap an orchestrator that is tried more than once, or whose results are kept, into a graph that calls it."""
    from tiphys.tracing.subgraphs import call_orchestrator

    where = task.where
    t.frame = Frame(new_frame(t.state, {}), EMPTY_SCOPE, None, {}, {}, where.file, task.title)
    node = ast.copy_location(ast.Call(func=ast.Name(id="f", ctx=ast.Load()), args=[], keywords=[]), where_node(where))
    try:
        return call_orchestrator(t, task, interface, values, node), where
    except Poisoned:  # its mistakes are those of the program already
        return None, where


def check_awaited(t: Tracer) -> None:
    """Report every coroutine that was made and never awaited."""
    for box in t.state.pending:
        content = box.content
        if isinstance(content, BatchC) and not content.taken:
            many = next(item for item in content.items if isinstance(item, Many))
            mend = "Await them: `await asyncio.gather(*tasks)`."
            t.mistakes.append(Mistake("these coroutines are made but never awaited", t.span(many.node), mend))
        if isinstance(content, PendingC) and not content.taken and not any(content.where in one for one in t.untold):
            mend = f"Write `await {content.title}(...)`, or put it into `asyncio.gather`."
            t.mistakes.append(Mistake(f"`{content.title}` is called but never awaited", content.where, mend))


def finish(t: Tracer, program: ProgramBuilder) -> None:
    """Hand over what one graph's interpretation has found."""
    program.mistakes.extend(t.mistakes)
    program.notes.extend(t.state.notes)


def prune(graph: Graph) -> Graph:
    """Drop glue that nobody reads and that cannot raise."""
    return replace(graph, nodes=tuple(pruned(graph.nodes, graph.result.values)))


def reachable(graphs: Mapping[str, Unit], entry: str) -> dict[str, Unit]:
    """Keep the graphs that the entry leads to, callees first, but where they call those around them."""
    wanted: dict[str, Unit] = {}
    seen: set[str] = set()

    def visit(name: str) -> None:
        seen.add(name)
        for node in graphs[name].calls:
            if node.graph not in seen:
                visit(node.graph)
        wanted[name] = graphs[name]

    visit(entry)
    return wanted
