"""A program as boxes, nodes and edges, whatever language draws them: a box per orchestrator, construct and region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Catch,
    Construct,
    Entry,
    Glue,
    Graph,
    Join,
    Loop,
    Map,
    Node,
    Pod,
    Program,
    Reading,
    Ref,
    Sub,
    Switch,
    Unit,
    Wait,
    operands_of,
)
from tiphys.ir.printing import is_two_way, print_head

Kind = OneOf["pod", "glue", "graph", "join", "value", "head"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A node of the picture; it stands for its box where it is the head of one."""

    id: str
    text: str
    kind: Kind
    box: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An edge: of data, or of order alone."""

    one: Dot
    other: Dot
    is_order: bool = False


@dataclass(slots=True)
class Box:
    """A graph, a construct or a region, and the edges that end in it."""

    id: str
    text: str
    parts: list[Dot | Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


Names = Mapping[str, Dot | None]
"""Where the values of a graph's names come from; None for what is known."""


def pictures(program: Program) -> list[Box]:
    """Draw a program; the entry first."""
    graphs = [graph for graph in reversed(program.graphs.values()) if isinstance(graph, Graph) and not graph.is_region]
    return [picture(program.graphs, graph, number) for number, graph in enumerate(graphs)]


def picture(graphs: Mapping[str, Unit], graph: Graph, number: int) -> Box:
    """Draw a graph that is no region."""
    box = Box(f"g{number}", graph.name)
    inputs = [Dot(f"n{number}_{index}", item.name, "value") for index, item in enumerate(graph.inputs)]
    box.parts.extend(inputs)
    names = {item.text: item for item in inputs}
    held = fill(box, graphs, graph, names, f"n{number}", len(inputs))
    end = Dot(f"n{number}_{len(inputs) + len(graph.nodes)}", "return", "value")
    box.parts.append(end)
    connect(box, end, graph.result.values, graph.result.after, held)
    box.lines.sort(key=lambda line: line.is_order)
    return box


def fill(box: Box, graphs: Mapping[str, Unit], graph: Graph, names: Names, prefix: str, first: int) -> Names:
    """Draw the nodes of a graph into a box; give where all its values come from."""
    held = dict(names)
    for index, node in enumerate(graph.nodes, first):
        key = f"{prefix}_{index}"
        unit = graphs.get(node.graph) if isinstance(node, Sub) else None
        if isinstance(node, Sub) and unit is not None and not isinstance(unit, Graph):
            held[node.name] = construct(box, graphs, node, unit, held, key)
        else:
            held[node.name] = dot = Dot(key, label(node), kind_of(node))
            box.parts.append(dot)
            connect(box, dot, read_by(node), node.after, held)
    return held


def construct(box: Box, graphs: Mapping[str, Unit], node: Sub, unit: Construct, held: Names, key: str) -> Dot:
    """Draw a construct: its head, what a loop carries, and its regions."""
    inner = Box(key, node.name)
    said = print_head(unit, {name: str(atom) for name, atom in node.arguments})
    head = Dot(f"{key}_h", said.partition(" with ")[0].replace("%", ""), "head", key)
    inner.parts.append(head)
    box.parts.append(inner)
    names: dict[str, Dot | None] = {name: source(atom, held) for name, atom in node.arguments}
    connect(box, head, steered_by(unit), (), names)
    read = {atom.node for _, atom in node.arguments if isinstance(atom, Ref)}
    connect(box, head, (), (name for name in node.after if name not in read), held)
    match unit:
        case Switch(arms=arms):
            titles = ("then", "else") if is_two_way(unit) else tuple(str(number) for number in range(len(arms)))
            for number, (title, arm) in enumerate(zip(titles, arms, strict=True)):
                region(inner, graphs, arm, names, f"{key}_{number}", title)
        case Loop(carried=carried, next=following, index=index, body=body):
            read = {atom.node for _, atom in body.arguments if isinstance(atom, Ref)}
            own = (*carried, *([index] if index in read else ()))
            turns = {name: Dot(f"{key}_c{number}", name, "value") for number, name in enumerate(own)}
            inner.parts.extend(turns.values())
            begun = {turns[name]: names.get(name) for name in carried}
            box.lines.extend(Line(begin, dot) for dot, begin in begun.items() if begin is not None)
            names |= turns
            inside = region(inner, graphs, body, names, f"{key}_0", None)
            for name, atom in zip(carried, following, strict=True):
                if atom != Ref(name):
                    connect(box, turns[name], [given_by(graphs, body, atom)], (), {**names, **inside})
        case Map(index=index, body=body):
            names[index] = turn = Dot(f"{key}_c0", index, "value")
            inner.parts.append(turn)
            region(inner, graphs, body, names, f"{key}_0", None)
        case Attempt(body=body, catch=catch):
            region(inner, graphs, body, names, f"{key}_0", "body")
            region(inner, graphs, catch, names, f"{key}_1", "catch")
        case Reading(otherwise=otherwise):
            region(inner, graphs, otherwise, names, f"{key}_0", "else")
        case Wait():
            pass
    box.lines.extend(inner.lines)
    inner.lines.clear()
    return head


def region(box: Box, graphs: Mapping[str, Unit], sub: Sub | None, names: Names, key: str, title: str | None) -> Names:
    """Draw a region, into a box of its own where it has a title."""
    own = box if title is None else Box(key, title)
    if own is not box:
        box.parts.append(own)
    if sub is None:
        own.parts.append(Dot(f"{key}_0", "nothing", "value"))
        return {}
    graph = graphs.get(sub.graph)
    inner = {name: source(atom, names) for name, atom in sub.arguments}
    if isinstance(graph, Graph):
        held = fill(own, graphs, graph, inner, key, 0)
        if not graph.nodes:
            own.parts.append(Dot(f"{key}_0", "nothing", "value"))
    else:
        dot = Dot(f"{key}_0", label(sub), "graph")
        own.parts.append(dot)
        connect(own, dot, read_by(sub), (), names)
        held = {**inner, sub.name: dot}
    if own is not box:
        box.lines.extend(own.lines)
        own.lines.clear()
    return held


def given_by(graphs: Mapping[str, Unit], sub: Sub, atom: Atom) -> Atom:
    """Look through the call of a region."""
    graph = graphs.get(sub.graph)
    if isinstance(atom, Ref) and atom.node == sub.name and isinstance(graph, Graph):
        return graph.result.values[atom.output]
    return atom


def steered_by(unit: Construct) -> list[Atom]:
    """List what decides how a construct runs."""
    match unit:
        case Switch(test=test):
            return [test]
        case Loop(start=start, count=count):
            return [start] if count is None else [start, count]
        case Map(count=count):
            return [count]
        case Reading(number=Entry(numbers=numbers, index=index)):
            return [numbers, index]
        case Wait(atoms=atoms):
            return list(atoms)
        case Attempt() | Reading():
            return []


def source(atom: Atom, held: Names) -> Dot | None:
    """Give where a value comes from."""
    return held.get(atom.node) if isinstance(atom, Ref) else None


def connect(box: Box, dot: Dot, atoms: Iterable[Atom], after: Iterable[str], held: Names) -> None:
    """Draw the edges to a node: those of data, and of order where there is none of data."""
    begins = dict.fromkeys(begin for atom in atoms if (begin := source(atom, held)) is not None)
    box.lines.extend(Line(begin, dot) for begin in begins)
    others = dict.fromkeys(begin for name in after if (begin := held.get(name)) is not None and begin not in begins)
    box.lines.extend(Line(begin, dot, is_order=True) for begin in others)


def read_by(node: Node) -> list[Atom]:
    """List what a node reads to do its work; its frame is for the case that it fails."""
    match node:
        case Call(arguments=named) | Sub(arguments=named) | Glue(operands=named):
            return [atom for _, atom in named]
        case Pod() | Catch() | Join():
            return list(operands_of(node))


def kind_of(node: Node) -> Kind:
    """Say how a node is drawn."""
    match node:
        case Glue():
            return "glue"
        case Sub():
            return "graph"
        case Join():
            return "join"
        case Call() | Pod() | Catch():
            return "pod"


def label(node: Node) -> str:
    """Say what a node is."""
    match node:
        case Call(name=name, task=task):
            short = task.name.rpartition(".")[2]
            return name if name.startswith(short) else f"{name}: {short}"
        case Glue(code=code):
            return code.text
        case Sub(name=name, graph=graph):
            return f"{name}: {graph}"
        case Pod(name=name, plan=plan):
            return f"{name}: {plan}"
        case Catch(name=name):
            return name
        case Join():
            return ""
