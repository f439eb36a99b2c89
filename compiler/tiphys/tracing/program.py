"""From an orchestrator to a Program: one graph per orchestrator and per set of values it steers by."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Mistake, ProgramError, Span
from tiphys.ir import Atom, Call, Display, Glue, Graph, Input, Literal, Node, Program, Ref, Sub, Yield, operands_of
from tiphys.tracing.closures import EMPTY_SCOPE
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.glue import Compiler, fill, holes_of
from tiphys.tracing.reach import is_orchestrator
from tiphys.tracing.source import scope_of, source_of
from tiphys.tracing.state import Box, DictC, ListC, ObjectC, OpaqueC, PendingC, SetC
from tiphys.tracing.statements import run_function
from tiphys.tracing.tasks import Interface, interface_of
from tiphys.tracing.tracer import NotKnown, Poisoned, Tracer, new_frame
from tiphys.tracing.values import Bound, Closure, Frame, Hole, NeedsKnown, Raised, TupleV, Unknown

SHOWN = 100
"""How many values a result may be put together of without a pod: each is an output of the run."""
DEPTH = 60
"""How deep orchestrators may call each other: Argo nests templates 100 deep, and each is up to one and a half levels."""


@dataclass
class Traced:
    """One traced graph, and what its calls need: the shape of its result over its outputs."""

    graph: str
    result: Any
    types: tuple[Any, ...]


@dataclass
class ProgramBuilder:
    """Collects the graphs of a program while they are traced."""

    compiler: Compiler = field(default_factory=Compiler)
    graphs: dict[str, Graph] = field(default_factory=dict)
    traced: dict[object, Traced] = field(default_factory=dict)
    needed: dict[str, frozenset[str]] = field(default_factory=dict)
    factories: dict[object, tuple[FunctionType, list[object]]] = field(default_factory=dict)
    overrides: dict[tuple[str, str], TaskTemplate[..., Any]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stack: list[object] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)

    def graph_name(self, task: TaskTemplate[..., Any]) -> str:
        """Choose the name of a graph: the task's, and a number after the first."""
        name, count = task.name, 2
        while name in self.graphs:
            name, count = f"{task.name}-{count}", count + 1
        return name


def trace(task: TaskTemplate[..., Any], bindings: Mapping[str, object] | None = None) -> tuple[Program, list[str]]:
    """Trace a task into a program; gives the program and the notes for the user. `bindings` fixes inputs.

    A leaf task is wrapped into a graph of one call. Raises ProgramError with every mistake found.
    """
    program = ProgramBuilder()
    interface = interface_of(task)
    bindings = dict(bindings or {})
    t = Tracer(program)
    values = declare_inputs(t, task, interface, bindings)
    if is_orchestrator(task):
        result, where = interpret(t, task, values)
    else:
        result, where = call_leaf(t, task, interface, values)
    finish(t, program)
    if program.mistakes:
        raise ProgramError(*dict.fromkeys(program.mistakes))
    values: list[Atom] = []
    display = display_of(t, result, values)
    if display is None or len(values) > SHOWN:
        values, display = [t.to_atom(result, "result", where_node(where))], None
    name = program.graph_name(task)
    end = Yield(tuple(values), t.state.frontier, where, display)
    program.graphs[name] = prune(
        Graph(name, tuple(t.inputs.values()), tuple(t.state.nodes), end, interface.result, task.description, task.name)
    )
    return Program(name, reachable(program.graphs, name)), program.notes


def display_of(t: Tracer, value: Any, values: list[Atom]) -> Display | None:
    """Describe a result that is a container around results of several pods: it needs no pod to be put together.

    Nothing where one last pod can write it whole, or where something is left to compute.
    """
    nodes = {node.name: node for node in t.state.nodes}
    if len(t.state.frontier) < 2 or any(isinstance(nodes.get(name), Glue) for name in t.state.frontier):
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
            case Box(content=ListC(items=items)):
                return made(list, (), items)
            case TupleV(items=items, cls=cls):
                return made(cls, getattr(cls, "_fields", ()), items)
            case Box(content=DictC(entries=entries)):
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
        values[item.name] = add_input(t, item.name, interface.types[item.name], task.where, default)
    return values


def add_input(t: Tracer, name: str, annotation: Any, where: Span, default: Literal | None = None) -> Any:
    """Make an input whose value arrives at run time."""
    t.names.reserve(name)
    t.inputs[name] = Input(name, annotation, where, default)
    t.sources[name] = frozenset({name})
    return t.atom(Ref(name), annotation, name)


def interpret(t: Tracer, task: TaskTemplate[..., Any], values: dict[str, Any]) -> tuple[Any, Span]:
    """Interpret the body of an orchestrator; gives its result and the place of its end."""
    function = task.function
    node = source_of(function)
    from tiphys.tracing.source import cells_of

    frame = Frame(
        new_frame(t.state, dict(values)), scope_of(node), None, function.__globals__, cells_of(function),
        function.__code__.co_filename, function.__name__,
    )  # fmt: skip
    t.frame = frame
    body = node.body if isinstance(node.body, list) else [ast.Return(value=node.body)]
    where = frame.span(last_return(body) or node)
    try:
        result = run_function(t, body)
        start_ready(t)
    except Raised as error:
        name = type(error.error).__name__
        text = f"`{task.name}` always raises {name}: {error.error}"
        t.mistakes.append(Mistake(text, error.where, "Raise it in a task, or mend the values that lead here."))
        result = None
    except ProgramError as error:
        t.mistakes.extend(error.mistakes)
        result = None
    except Poisoned:
        result = None
    if not t.mistakes:
        check_awaited(t)
    return result, where


def last_return(body: list[ast.stmt]) -> ast.stmt | None:
    """Find the last statement."""
    return body[-1] if body else None


def call_leaf(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, values: dict[str, Any]
) -> tuple[Any, Span]:
    """Wrap a leaf task into a graph that calls it."""
    from tiphys.tracing.tasks import emit_call

    where = task.where
    t.frame = Frame(new_frame(t.state, {}), EMPTY_SCOPE, None, {}, {}, where.file, task.name)
    node = ast.Call(func=ast.Name(id="f", ctx=ast.Load()), args=[], keywords=[], lineno=where.line, col_offset=0)
    return emit_call(t, task, interface, values, node), where


def where_node(where: Span) -> ast.AST:
    """Make a node that stands at a place."""
    made = ast.Pass(lineno=where.line, col_offset=where.column)
    made.end_lineno, made.end_col_offset = where.end_line, where.end_column
    return made


def check_awaited(t: Tracer) -> None:
    """Report every coroutine that was made and never awaited."""
    for box in t.state.pending:
        content = box.content
        if isinstance(content, PendingC) and not content.taken:
            mend = f"Write `await {content.title}(...)`, or put it into `asyncio.gather`."
            t.mistakes.append(Mistake(f"`{content.title}` is called but never awaited", content.where, mend))


def finish(t: Tracer, program: ProgramBuilder) -> None:
    """Hand over what one graph's interpretation has found."""
    program.mistakes.extend(t.mistakes)
    program.notes.extend(t.state.notes)


# ---- orchestrators that call orchestrators


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
    return imported(t, traced.result, name, traced.types)


class Arguments:
    """How the arguments of one call become inputs of the callee's graph: what stays known, what arrives at run time."""

    def __init__(self, t: Tracer, interface: Interface, needed: frozenset[str], node: ast.Call) -> None:
        self.t = t
        self.node = node
        self.interface = interface
        self.needed = needed
        self.key: list[object] = []
        self.atoms: list[tuple[str, Atom]] = []
        self.templates: dict[str, Any] = {}
        self.owners: dict[str, str] = {}
        self.knowable: set[str] = set()

    def add(self, name: str, value: Any) -> None:
        """Take one argument."""
        annotation = self.interface.types[name]
        if self.is_code(value) or (name in self.needed and not isinstance(value, Unknown)):
            self.templates[name] = self.copy(name, value)
            return
        unknown = self.t.unknown(value)
        if isinstance(value, Unknown) and value.ref is None and value.pure:
            self.templates[name] = self.expression(name, value)
            return
        if unknown is None:
            self.knowable.add(name)
        self.templates[name] = self.leaf(name, name, annotation, value)

    def leaf(self, name: str, owner: str, annotation: Any, value: Any) -> tuple[str, str, Any]:
        """Make an input of the callee: of the type the caller knows, or else of the one the callee says."""
        atom = self.t.to_atom(value, owner, self.node)
        name = "at-1" if name == "at" else name  # `at` is the parameter that tells every graph where it stands
        known = self.t.types.get(atom, Any) if isinstance(atom, Ref) else Any
        annotation = annotation if known is Any else known
        self.key.append((name, "input", repr(annotation)))
        self.owners[name] = owner
        self.atoms.append((name, atom))
        return ("input", name, annotation)

    def is_code(self, value: Any) -> bool:
        """Say whether an argument is code, which is always known."""
        return isinstance(value, Closure | Bound | TaskTemplate | type) or (
            callable(value) and not isinstance(value, Box | Unknown)
        )

    def expression(self, name: str, value: Unknown) -> Any:
        """Let the callee's pods compute an argument: its operands are the inputs."""
        holes: dict[object, tuple[str, Any]] = {}

        def renamed(tree: Any) -> Any:
            if isinstance(tree, Hole) and isinstance(tree.value, Ref | Literal):
                inner = tree.value if isinstance(tree.value, Ref) else id(tree.value)
                if inner not in holes:
                    kind = self.t.types.get(tree.value, Any) if isinstance(tree.value, Ref) else Any
                    holes[inner] = (f"{name}-{len(holes)}", kind)
                    self.owners[holes[inner][0]] = name
                    self.atoms.append((holes[inner][0], tree.value))
                return Hole(Ref(holes[inner][0]), tree.hint, tree)
            return fill(tree, **{key: convert(item) for key, item in ast.iter_fields(tree)}) if isinstance(tree, ast.AST) else tree

        def convert(item: Any) -> Any:
            return [convert(one) for one in item] if isinstance(item, list) else renamed(item)

        tree = renamed(copy.copy(value.tree))
        captured = tuple(id(hole.value.value) for hole in holes_of(tree) if not isinstance(hole.value, Ref))  # type: ignore[union-attr]
        self.t.program.kept.append(tree)
        shape = ast.dump(tree) + str([str(hole.value) for hole in holes_of(tree) if isinstance(hole.value, Ref)])
        self.key.append((name, "glue", shape, captured, repr([kind for _, kind in holes.values()])))
        return ("glue", Unknown(tree, value.type, value.pure, value.total), tuple(holes.values()))

    def copy(self, name: str, value: Any) -> Any:
        """Keep what is known of an argument; its runtime parts become inputs."""
        counter = [0]

        def copied(item: Any) -> Any:
            unknown = self.t.unknown(item)
            if unknown is not None:
                counter[0] += 1
                return self.leaf(f"{name}-{counter[0]}", name, unknown.type, item)
            match item:
                case Box(content=ListC(items=items)):
                    self.key.append(("list", len(items)))
                    return ("list", [copied(one) for one in items])
                case TupleV(items=items, cls=cls):
                    self.key.append(("tuple", cls, len(items)))
                    return ("tuple", cls, [copied(one) for one in items])
                case Box(content=DictC(entries=entries)):
                    self.key.append(("dict", tuple(map(repr, entries))))
                    return ("dict", {key: copied(one) for key, one in entries.items()})
                case Box(content=ObjectC(cls=cls, fields=fields)):
                    self.key.append(("object", cls, tuple(fields)))
                    return ("object", cls, {key: copied(one) for key, one in fields.items()})
                case Closure() | Bound():
                    from tiphys.tracing.realise import real_function

                    try:
                        item = real_function(self.t, item)
                    except NotKnown:
                        what = "a function that uses runtime values cannot be passed to another orchestrator"
                        raise self.t.untraceable(what, self.node) from None
            native = self.t.native(item)
            self.t.program.kept.append(native)
            simple = isinstance(native, bool | int | float | str | bytes | type(None))
            self.key.append((type(native), native) if simple else ("object", id(native) if not isinstance(native, set) else repr(sorted(map(repr, native)))))
            return ("known", native)

        self.key.append(name)
        return copied(value)


def restore(t: Tracer, template: Any, where: Span) -> Any:
    """Build, inside the callee, the value that an argument's template describes."""
    match template:
        case ("input", name, annotation):
            return add_input(t, name, annotation, where)
        case ("known", native):
            return t.fresh(copy.copy(native)) if type(native) in (list, dict, set) else native
        case ("list", items):
            return t.state.box(ListC([restore(t, one, where) for one in items]))
        case ("tuple", cls, items):
            return t.tuple([restore(t, one, where) for one in items], cls)
        case ("dict", entries):
            return t.state.box(DictC({key: restore(t, one, where) for key, one in entries.items()}))
        case ("object", cls, fields):
            return t.state.box(ObjectC(cls, {key: restore(t, one, where) for key, one in fields.items()}))
        case ("glue", value, names):
            for name, kind in names:
                add_input(t, name, kind, where)
            return value
    raise AssertionError(template)


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
    inner = Tracer(program, frozenset(name for name, owner in arguments.owners.items() if owner in arguments.knowable))
    program.stack.append(key)
    try:
        values = {name: restore(inner, template, task.where) for name, template in arguments.templates.items()}
        for name, value in values.items():
            if isinstance(value, Unknown) and value.ref is None:
                inner.frame = Frame(
                    new_frame(inner.state, {}), EMPTY_SCOPE, None, {}, {}, task.where.file, task.function.__name__
                )
                values[name] = inner.settle(value, name, node)
        result, where = interpret(inner, task, values)
        finish(inner, program)
        if inner.mistakes:
            raise Poisoned
        shape, outputs = exported(inner, result, where)
    finally:
        program.stack.pop()
    name = program.graph_name(task)
    end = Yield(tuple(atom for atom, _ in outputs), inner.state.frontier, where)
    nodes = tuple(inner.state.nodes)
    program.graphs[name] = prune(
        Graph(name, tuple(inner.inputs.values()), nodes, end, interface.result, task.description, task.name)
    )
    traced = program.traced[key] = Traced(name, shape, tuple(kind for _, kind in outputs))
    return traced


def exported(t: Tracer, result: Any, where: Span) -> tuple[Any, list[tuple[Atom, Any]]]:
    """Describe a graph's result: its shape, over the node results that the graph has to give.

    Glue at the very end rides in the last pod where there is one; else it is computed by whoever uses the result.
    """
    node = where_node(where)
    last = next((item for item in t.state.nodes if (item.name,) == t.state.frontier), None)
    here = isinstance(last, Call)
    outputs: list[tuple[Atom, Any]] = []
    indices: dict[object, int] = {}

    def output(atom: Atom, kind: Any) -> Hole:
        key = atom if isinstance(atom, Ref) else id(atom)
        if key not in indices:
            indices[key] = len(outputs)
            outputs.append((atom, kind))
        return Hole(Ref("", indices[key]), "v", node)

    def loosened(unknown: Unknown) -> Unknown:
        ref = unknown.ref
        if ref is None or ref.node not in t.glue or here:
            return unknown
        used = sum(ref in tuple(operands_of(item)) for item in t.state.nodes)
        made = next(item for item in t.state.nodes if item.name == ref.node)
        if used or not (t.state.frontier == (ref.node,) or (t.glue[ref.node].total and t.glue[ref.node].pure)):
            return unknown
        t.state.nodes.remove(made)
        if t.state.frontier == (ref.node,):
            t.state.frontier = made.after  # type: ignore[union-attr]
        return loosened(t.glue[ref.node])

    def shaped(value: Any) -> Any:
        unknown = t.unknown(value)
        if unknown is not None:
            unknown = loosened(unknown)
            if here and unknown.ref is None:
                unknown = t.unknown(t.settle(unknown, "result", node))
                assert unknown is not None
            tree = replaced(unknown.tree, output, unknown.type)
            return ("glue", Unknown(tree, unknown.type, unknown.pure, unknown.total))
        match value:
            case Box(content=ListC(items=items)):
                return ("list", [shaped(one) for one in items])
            case TupleV(items=items, cls=cls):
                return ("tuple", cls, [shaped(one) for one in items])
            case Box(content=DictC(entries=entries)):
                return ("dict", {key: shaped(one) for key, one in entries.items()})
            case Box(content=ObjectC(cls=cls, fields=fields)):
                return ("object", cls, {key: shaped(one) for key, one in fields.items()})
            case Box(content=SetC(items=known)):
                return ("known", set(known))
            case Box(content=PendingC(title=title, where=begun)):
                text = f"`{title}` is returned without being awaited"
                raise ProgramError(Mistake(text, begun, f"Return the result: `await {title}(...)`."))
        return ("known", t.native(value))

    return shaped(result), outputs


def replaced(tree: ast.expr, output: Any, kind: Any) -> ast.expr:
    """Copy a result's expression, its operands replaced by outputs of the graph."""
    if isinstance(tree, Hole):
        if not isinstance(tree.value, Ref):
            return tree
        made: Hole = output(tree.value, kind)
        made.hint = tree.hint
        return made
    parts = {}
    for name, item in ast.iter_fields(tree):
        if isinstance(item, list):
            parts[name] = [replaced(one, output, Any) if isinstance(one, ast.AST) else one for one in item]  # type: ignore[arg-type]
        else:
            parts[name] = replaced(item, output, Any) if isinstance(item, ast.AST) else item  # type: ignore[arg-type]
    return fill(tree, **parts)


def imported(t: Tracer, shape: Any, sub: str, types: tuple[Any, ...]) -> Any:
    """Build, in the caller, the value that a called graph gives."""
    match shape:
        case ("glue", Unknown() as value):

            def output(ref: Ref, _kind: Any) -> Hole:
                return Hole(Ref(sub, ref.output), sub)

            tree = replaced(value.tree, output, value.type)
            made = Unknown(tree, value.type, value.pure, value.total)
            if made.ref is not None:
                return t.atom(made.ref, types[made.ref.output] if value.type is Any else value.type, sub)
            return made
        case ("list", items):
            return t.state.box(ListC([imported(t, one, sub, types) for one in items]))
        case ("tuple", cls, items):
            return t.tuple([imported(t, one, sub, types) for one in items], cls)
        case ("dict", entries):
            return t.state.box(DictC({key: imported(t, one, sub, types) for key, one in entries.items()}))
        case ("object", cls, fields):
            return t.state.box(ObjectC(cls, {key: imported(t, one, sub, types) for key, one in fields.items()}))
        case ("known", native):
            return t.fresh(copy.copy(native)) if type(native) in (list, dict, set) else native
    raise AssertionError(shape)


# ---- tidying


def prune(graph: Graph) -> Graph:
    """Drop glue that nobody reads and that cannot raise."""
    nodes: list[Node] = list(graph.nodes)
    while True:
        read = {atom.node for node in nodes for atom in operands_of(node) if isinstance(atom, Ref)}
        read |= {atom.node for atom in graph.result.values if isinstance(atom, Ref)}
        kept = [
            node for node in nodes
            if not isinstance(node, Glue) or node.name in read or not (node.code.pure and node.code.total)
        ]  # fmt: skip
        if len(kept) == len(nodes):
            return replace(graph, nodes=tuple(kept))
        nodes = kept


def reachable(graphs: Mapping[str, Graph], entry: str) -> dict[str, Graph]:
    """Keep the graphs that the entry leads to, callees first."""
    wanted: dict[str, Graph] = {}

    def visit(name: str) -> None:
        for node in graphs[name].nodes:
            if isinstance(node, Sub) and node.graph not in wanted:
                visit(node.graph)
        wanted[name] = graphs[name]

    visit(entry)
    return wanted


__all__ = ["OpaqueC", "ProgramBuilder", "inspect", "trace"]
