"""The traced program: atoms, the few node kinds, graphs, and how they print. Imports only diagnostics.

One file, although a long one: it is the vocabulary of all rooms, and is read at one go.

    graph diamond.main(seed):
      %a  = call top(seed=%seed)                             diamond.py:12
      %b  = call left(x=%a)                                  diamond.py:13
      %c  = call right(x=%a)                                 diamond.py:13
      %s  = glue "b + c" (b=%b, c=%c)                        diamond.py:14
      return %s

Node kinds. Each has a unique `name` in its graph, the source `where` it came from, and `after`: the nodes that were
awaited before it (happens-before edges, apart from the data edges that its operands make).

    Input   a parameter of the graph
    Call    a task that runs in a pod: a value per parameter of the function
    Glue    plain Python of the orchestrator that needs a runtime value
    Sub     a call of another orchestrator's graph, which several calls may share
    Catch   the exception that a region raised, read from the records of the calls in it
    Pod     made by the pass `specialise_tasks` of a Call and the glue that rides in its pod, or of glue alone

A graph ends in one `Yield`: the values it gives, and the nodes that have to be done before it may end.

Control flow that depends on runtime values is made of four constructs. Each stands in `Program.graphs` beside the
graphs, has inputs as they have, and is called by a `Sub`; its own regions are graphs with `is_region`, called by the
`Sub`s it holds, whose arguments are its inputs (or its `index`).

    Switch   one of several regions, or none
    Loop     a region again and again, with values that each round replaces
    Map      a region per item of a list, side by side
    Attempt  a region whose exception becomes a value
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import islice
from types import FunctionType
from typing import Any, Protocol, assert_never

from tiphys.diagnostics import Span


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A value known at compile time. Compared by identity: user values may have any `__eq__`."""

    value: object

    def __str__(self) -> str:
        return spell(self.value)


@dataclass(frozen=True, slots=True)
class Ref:
    """What a node yields; `output` counts the values of a `Sub` or `Pod` that yields several."""

    node: str
    output: int = 0

    def __str__(self) -> str:
        return f"%{self.node}" + (f".{self.output}" if self.output else "")


Atom = Literal | Ref
Named = tuple[tuple[str, Atom], ...]


class Leaf(Protocol):
    """A task as the compiler sees it: what runs in the pod, under which name."""

    @property
    def name(self) -> str: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def levels(self) -> tuple[tuple[str, Any], ...]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A piece of glue: an expression over its operands, compiled to a plain function of them."""

    text: str
    function: FunctionType
    pure: bool
    """Made of operators, reads, f-strings and listed pure functions only: it may be computed more than once."""
    total: bool
    """Cannot raise, by the types of its operands: its place in the order does not matter."""


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of a graph. `type` is the annotation; `default` what is taken when nothing is passed."""

    name: str
    type: object
    where: Span
    default: Literal | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a leaf task."""

    name: str
    task: Leaf
    arguments: Named
    type: object
    after: tuple[str, ...]
    where: Span
    frame: tuple[Atom, ...] = ()
    """Inside an `Attempt`: the values that its catch gives where this call is the one that failed."""


@dataclass(frozen=True, slots=True)
class Glue:
    """A value computed by the orchestrator's own code at run time.

    place: where, once `place_glue` has decided: "" in the pods that use it; a call's name, in that pod after its body;
    its own name, in a pod of glue; another glue's name, in that one's pod.
    """

    name: str
    code: Code
    operands: Named
    type: object
    after: tuple[str, ...]
    where: Span
    place: str | None = None
    frame: tuple[Atom, ...] = ()
    """As that of a call, where the glue raises."""


@dataclass(frozen=True, slots=True)
class Sub:
    """A call of the graph, or of the construct, `graph` of the same program."""

    name: str
    graph: str
    arguments: Named
    type: object
    after: tuple[str, ...]
    where: Span
    frame: tuple[Atom, ...] = ()
    """As that of a call: the frame of every call inside the graph, where that is not an `Attempt` with its own."""


@dataclass(frozen=True, slots=True)
class Catch:
    """The exception that ended the region of an `Attempt`.

    Output 0 is the exception; output n the value that entry n - 1 of the frame of the failed call had. Runs in a pod,
    of which the glue that follows it is a part.
    """

    name: str
    types: tuple[object, ...]
    """Of the outputs."""
    where: Span
    after: tuple[str, ...] = ()


Slot = int | tuple[int, int] | typing.Literal["v"] | tuple[typing.Literal["f"], int]
"""Where a step finds a value: its number (operands first, then steps), an element of a pack, "v", the result, or an
entry of the frame that a catch found, which only outputs may be: it is handed on unread."""


@dataclass(frozen=True, slots=True)
class Step:
    """Glue evaluated inside a pod, before or after the task's body."""

    code: Code
    operands: tuple[Slot, ...]
    where: Span
    owner: str = ""
    """The orchestrator whose code it is."""
    frame: tuple[Slot, ...] = ()
    """Where it raises: the frame that its record holds."""


@dataclass(frozen=True, slots=True)
class Operand:
    """What a pod receives."""

    name: str
    small: bool = False
    """It is small by type, or known: it needs no artifact."""
    items: int | None = None
    """For a directory: how many items it holds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in one kind of pod. Pods of equal plans share a template."""

    name: str
    task: Leaf | None
    operands: tuple[Operand, ...]
    before: tuple[Step, ...]
    keywords: tuple[tuple[str, Slot], ...]
    after: tuple[Step, ...]
    outputs: tuple[Slot, ...]
    """The values given: `outputs[0]` is the task's own result, or the first step of a pod of glue."""
    types: tuple[object, ...]
    where: Span
    result: int | None = None
    """Which output is the result of the whole run, if one is."""
    item: int | None = None
    """Which output is also written where a wide fan-in, or the reader of a map, finds it."""
    records: bool = False
    """It records how it ended, for the catch of the `Attempt` around it."""
    frame: tuple[Slot, ...] = ()
    """The frame that its record holds when the body fails; without one, that of the `Sub` around it."""
    catch: int | None = None
    """For the pod of a `Catch`: how many values its frame has. The exception is "v", entry n of the frame ("f", n)."""
    positional: tuple[Slot, ...] = ()
    """The arguments of the body's positional-only parameters; `keywords` are the others."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Many operands that travel as one."""

    atoms: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """Many operands, read as the items of one directory in the object store."""

    group: str
    atoms: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod: the plan it follows, and what it is given."""

    name: str
    plan: str
    operands: tuple[Atom | Pack | Directory, ...]
    after: tuple[str, ...]
    where: Span
    item: str | None = None
    """`<group>/<index>` when its value is read as an item of a directory; `@` when it is that of its map's item."""


@dataclass(frozen=True, slots=True)
class Join:
    """Waits for many nodes on behalf of many others; costs no pod."""

    name: str
    after: tuple[str, ...]
    where: Span


Node = Call | Glue | Sub | Catch | Pod | Join


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """A container around values: how a run's result is put together without a pod.

    cls: list, tuple, dict, a NamedTuple or a dataclass. keys: of a dict, or the names of the fields. An item that is a
    number counts the values of the `Yield`.
    """

    cls: type
    keys: tuple[object, ...]
    items: tuple[Display | Literal | int, ...]

    def spell(self, values: tuple[Atom, ...]) -> str:
        """Write it around its values."""
        parts = [
            item.spell(values) if isinstance(item, Display) else str(values[item] if isinstance(item, int) else item)
            for item in self.items
        ]
        if self.cls is list:
            return f"[{', '.join(parts)}]"
        if self.cls is tuple:
            return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
        if self.cls is dict:
            return "{" + ", ".join(f"{spell(key)}: {part}" for key, part in zip(self.keys, parts, strict=True)) + "}"
        named = ", ".join(f"{key}={part}" for key, part in zip(self.keys, parts, strict=True))
        return f"{self.cls.__name__}({named})"


@dataclass(frozen=True, slots=True)
class Yield:
    """How a graph ends: the values it gives, and the nodes that must be done.

    display: for the entry, how its values make the result; without one the first value is the result.
    """

    values: tuple[Atom, ...]
    after: tuple[str, ...]
    where: Span
    display: Display | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """One orchestrator, traced: nodes in source order, each after all that it refers to."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    result: Yield
    type: object = Any
    doc: str = ""
    task: str = ""
    """The orchestrator's full name: several graphs may be made of one."""
    is_part: bool = False
    """Made by `split_wide_graphs`: it groups nodes of the graph around it and is no call of the user's."""
    is_region: bool = False
    """A region of a construct."""

    @property
    def width(self) -> int:
        """How many values it gives."""
        return len(self.result.values)

    @property
    def calls(self) -> tuple[Sub, ...]:
        """The calls of other graphs in it."""
        return tuple(node for node in self.nodes if isinstance(node, Sub))

    def __str__(self) -> str:
        return print_graph(self)


@dataclass(frozen=True, slots=True)
class Switch:
    """Runs one of several regions, or none.

    test: the number of the arm that runs, an `int` from 0. arms: None where nothing has to run. outputs: for each
    value given, an atom per arm: an output of that arm's `Sub`, an input, or a known value.
    """

    name: str
    inputs: tuple[Input, ...]
    test: Ref
    arms: tuple[Sub | None, ...]
    outputs: tuple[tuple[Atom, ...], ...]
    where: Span
    title: str = "if"

    @property
    def width(self) -> int:
        return len(self.outputs)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return tuple(arm for arm in self.arms if arm is not None)


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs a region again and again.

        exit, i = start, 0
        while exit == 0 and (count is None or i < count):
            exit, *carried = body(i, carried, what does not change); i += 1

    carried: the inputs that each round replaces. next: for each, what it is after a round: an output of the body, an
    input or a known value. `exit` is 0 to go on; other numbers say how the loop ended. It gives the exit, then what is
    carried; the number of rounds is bounded by Argo (argo/rounds.py).
    """

    name: str
    inputs: tuple[Input, ...]
    start: Atom
    count: Atom | None
    index: str | None
    """The name by which the body's arguments refer to `i`."""
    body: Sub
    exit: Atom
    carried: tuple[str, ...]
    next: tuple[Atom, ...]
    where: Span
    title: str = "while"

    @property
    def width(self) -> int:
        return 1 + len(self.carried)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Map:
    """Runs a region for each number below `count`, side by side; gives one value, the list of what the region yields.

    The region yields one value, and the pod that makes it writes it where the reader of the list finds it.
    limit: how many run at a time. keeps_errors: an exception of an item stands in its place in the list.
    """

    name: str
    inputs: tuple[Input, ...]
    count: Ref
    index: str
    body: Sub
    where: Span
    limit: int | None = None
    keeps_errors: bool = False
    title: str = "map"

    @property
    def width(self) -> int:
        return 1

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Runs a region; when that fails, the region `catch`, which begins with a `Catch`.

    outputs: for each value given, an atom where the body succeeded, and one where it failed.
    """

    name: str
    inputs: tuple[Input, ...]
    body: Sub
    catch: Sub
    outputs: tuple[tuple[Atom, Atom], ...]
    where: Span
    title: str = "try"

    @property
    def width(self) -> int:
        return len(self.outputs)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body, self.catch)


Construct = Switch | Loop | Map | Attempt
Unit = Graph | Construct
"""What a `Sub` calls."""


@dataclass(frozen=True, slots=True)
class Program:
    """All graphs of one compiled program, callees first, and the plans of their pods."""

    entry: str
    graphs: dict[str, Unit]
    plans: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def main(self) -> Graph:
        main = self.graphs[self.entry]
        assert isinstance(main, Graph)
        return main

    def __str__(self) -> str:
        shown = (graph for graph in reversed(self.graphs.values()) if isinstance(graph, Graph) and not graph.is_region)
        return "\n\n".join(print_graph(graph, self.graphs) for graph in shown)


def operands_of(node: Node) -> Iterator[Atom]:
    """Give every atom that a node reads."""
    match node:
        case Call(arguments=named, frame=frame) | Sub(arguments=named, frame=frame) | Glue(operands=named, frame=frame):
            for _, atom in named:
                yield atom
            yield from frame
        case Pod(operands=operands):
            for operand in operands:
                if isinstance(operand, Pack | Directory):
                    yield from operand.atoms
                else:
                    yield operand
        case Join() | Catch():
            pass
        case _:
            assert_never(node)


def predecessors(node: Node, inputs: frozenset[str]) -> tuple[str, ...]:
    """Name the nodes that must be done before this one, by data or by order, each once, in a fixed order."""
    names = dict.fromkeys(node.after)
    for atom in operands_of(node):
        if isinstance(atom, Ref) and atom.node not in inputs:
            names[atom.node] = None
    return tuple(names)


def spell(value: object, limit: int = 60) -> str:
    """Write a known value for people, short and the same in every process: sets are sorted, wherever they stand."""
    text = spelled(value, limit)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def spelled(value: Any, limit: int) -> str:
    """Write a known value; of a container no more than is shown anyway."""
    kind = type(value)
    if kind in (set, frozenset):
        return "{" + ", ".join(sorted(spelled(item, limit) for item in value)) + "}"
    if kind in (list, tuple):
        inner = ", ".join(spelled(item, limit) for item in islice(value, limit))
        return f"[{inner}]" if kind is list else f"({inner}{',' * (len(value) == 1)})"
    if kind is dict:
        pairs = islice(value.items(), limit)
        return "{" + ", ".join(f"{spelled(key, limit)}: {spelled(item, limit)}" for key, item in pairs) + "}"
    if is_dataclass(value) and not isinstance(value, type) and hasattr(kind.__repr__, "__wrapped__"):
        parts = [f"{item.name}={spelled(getattr(value, item.name, ...), limit)}" for item in fields(value) if item.repr]
        return f"{kind.__qualname__}({', '.join(parts)})"
    if callable(value) and hasattr(value, "__qualname__"):
        return str(value.__qualname__)
    text = repr(value)
    return f"<{kind.__qualname__}>" if " at 0x" in text else text


def print_graph(graph: Graph, graphs: Mapping[str, Unit] | None = None) -> str:
    """Write the graph as text: one line a node, the source line at its end; regions where they run."""
    width = max((len(node.name) for node in graph.nodes), default=0)
    lines = [f"graph {graph.name}({', '.join(item.name for item in graph.inputs)}):"]
    for node in graph.nodes:
        lines.extend(print_node(node, width, graphs or {}))
    end = graph.result
    values = end.display.spell(end.values) if end.display else ", ".join(str(value) for value in end.values)
    lines.append(f"  return {values}{print_after(graph.result.after, graph.result.values)}")
    return "\n".join(lines)


def print_node(node: Node, width: int, graphs: Mapping[str, Unit]) -> list[str]:
    """Write one node of a graph, and the regions in it."""
    atoms = tuple(operands_of(node))
    inner: list[str] = []
    match node:
        case Call(task=task, arguments=named):
            body = f"call {task.name.rpartition('.')[2]}({print_named(named)})"
        case Glue(code=code, operands=named):
            body = f'glue "{code.text}"' + (f" ({print_named(named)})" if named else "") + print_place(node)
        case Sub(graph=callee, arguments=named):
            unit = graphs.get(callee)
            if unit is None or isinstance(unit, Graph):
                body = f"sub {callee}({print_named(named)})"
            else:
                given = {label: str(atom) for label, atom in named}
                body, inner = print_construct(unit, given, graphs)
        case Catch():
            body = "catch"
        case Pod(plan=plan, operands=operands):
            body = f"pod {plan}({', '.join(print_operand(operand) for operand in operands)})"
        case Join():
            body = "join"
        case _:
            assert_never(node)
    text = f"  %{node.name:<{width}} = {body}{print_after(node.after, () if inner else atoms)}"
    return [f"{text:<70} {node.where.place}", *(f"  {line}" for line in inner)]


def print_construct(unit: Construct, given: Mapping[str, str], graphs: Mapping[str, Unit]) -> tuple[str, list[str]]:
    """Write a construct: what steers it, and its regions."""

    def seen(atom: Atom) -> str:
        return given.get(atom.node, str(atom)) if isinstance(atom, Ref) and not atom.output else str(atom)

    def region(head: str, sub: Sub, gives: str) -> list[str]:
        graph = graphs.get(sub.graph)
        if not isinstance(graph, Graph):
            return [f"  {head}: sub {sub.graph}({print_named(sub.arguments)})"]
        names = {label: seen(atom) for label, atom in sub.arguments}
        width = max((len(node.name) for node in graph.nodes), default=0)
        lines = [line for node in graph.nodes for line in print_node(node, width, graphs)]
        changed = [f"%{label} = {value}" for label, value in names.items() if f"%{label}" != value]
        last = [f"    yield {gives}"] if gives else []
        return [
            f"  {head}:" + (f" with {', '.join(changed)}" if changed else ""),
            *(f"  {line}" for line in lines),
            *last,
        ]

    def result(sub: Sub, atom: Atom) -> str:
        graph = graphs.get(sub.graph)
        if isinstance(atom, Ref) and atom.node == sub.name and isinstance(graph, Graph):
            return str(graph.result.values[atom.output])
        return seen(atom)

    match unit:
        case Switch(test=test, arms=arms, outputs=outputs):
            lines = []
            for number, arm in enumerate(arms):
                gives = ", ".join(result(arm, item[number]) if arm else seen(item[number]) for item in outputs)
                if arm is None:
                    lines.append(f"  {number}: yield {gives}" if gives else f"  {number}: nothing")
                else:
                    lines.extend(region(str(number), arm, gives))
            return f"switch {seen(test)}:", lines
        case Loop(start=start, count=count, body=body, carried=carried, next=after, exit=exit_):
            shown = ", ".join(f"%{name} = {given.get(name, '?')}" for name in carried)
            rounds = f" {seen(count)} rounds" if count is not None else ""
            first = "" if isinstance(start, Literal) else f" while {seen(start)} is 0"
            gives = ", ".join(result(body, atom) for atom in (exit_, *after))
            return f"loop{rounds}{first} with {shown}:" if shown else f"loop{rounds}{first}:", region(
                "round", body, gives
            )
        case Map(count=count, index=index, body=body, limit=limit, keeps_errors=keeps):
            extra = (f", at most {limit}" if limit else "") + (", exceptions as values" if keeps else "")
            return f"map %{index} below {seen(count)}{extra}:", region("item", body, result(body, Ref(body.name)))
        case Attempt(body=body, catch=catch, outputs=outputs):
            good = ", ".join(result(body, item[0]) for item in outputs)
            bad = ", ".join(result(catch, item[1]) for item in outputs)
            return "attempt:", [*region("body", body, good), *region("catch", catch, bad)]
    assert_never(unit)


def print_place(glue: Glue) -> str:
    """Write where glue is computed, once that is decided."""
    if glue.place is None:
        return ""
    if not glue.place:
        return " in its users"
    return " in a pod" if glue.place == glue.name else f" in %{glue.place}"


def print_operand(operand: Atom | Pack | Directory) -> str:
    """Write what a pod is given."""
    if isinstance(operand, Pack | Directory):
        return "[" + ", ".join(str(atom) for atom in operand.atoms) + "]"
    return str(operand)


def print_named(named: Named) -> str:
    """Write arguments as a call would."""
    return ", ".join(f"{name}={atom}" for name, atom in named)


def print_after(after: tuple[str, ...], atoms: tuple[Atom, ...]) -> str:
    """Write the order edges that the data edges do not already say."""
    read = {atom.node for atom in atoms if isinstance(atom, Ref)}
    only = [f"%{name}" for name in after if name not in read]
    return f" after {', '.join(only)}" if only else ""
