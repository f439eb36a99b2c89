"""Argo takes at most 200 tasks in a DAG and 500 parameters in a template: wider graphs are cut into nested parts.

A part is a stretch of the graph in the order of the source, so that a chain that was written together stays together.
Where many nodes wait for the same many nodes, a join stands between them: it costs no pod.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from tiphys.ir import (
    Atom,
    Directory,
    Graph,
    Input,
    Join,
    Literal,
    Node,
    Pack,
    Pod,
    Program,
    Ref,
    Sub,
    Unit,
    Yield,
    operands_of,
    predecessors,
)

TASKS = 180
VALUES = 400
MANY = 8
"""From so many predecessors on, nodes that share them wait for a join."""


def split_wide_graphs(program: Program) -> Program:
    """Cut every graph that is too wide."""
    graphs: dict[str, Unit] = {}
    for name, unit in program.graphs.items():
        graphs |= split(join_many(unit)) if isinstance(unit, Graph) else {name: unit}
        assert name in graphs
    return replace(program, graphs=graphs)


def join_many(graph: Graph) -> Graph:
    """Put a join where several nodes wait for the same many others."""
    inputs = frozenset(item.name for item in graph.inputs)
    made = {node.name for node in graph.nodes if isinstance(node, Join)}
    waits = {
        node.name: predecessors(node, inputs)
        for node in graph.nodes
        if not isinstance(node, Join) and made.isdisjoint(node.after)
    }
    shared = Counter(frozenset(names) for names in waits.values() if len(names) > MANY)
    names = {*inputs, *(node.name for node in graph.nodes)}
    joins: dict[frozenset[str], str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        before = frozenset(waits.get(node.name, ()))
        if shared[before] < 2 or isinstance(node, Join):
            nodes.append(node)
            continue
        if before not in joins:
            joins[before] = name = next(free for free in spellings("join") if free not in names)
            names.add(name)
            nodes.append(Join(name, waits[node.name], node.where))
        nodes.append(replace(node, after=(joins[before],)))
    return replace(graph, nodes=tuple(nodes))


def spellings(base: str) -> Iterator[str]:
    """Give names to try."""
    yield base
    yield from (f"{base}-{number}" for number in count(2))


@dataclass
class Part:
    """A stretch of a graph that becomes a graph of its own."""

    nodes: list[Node] = field(default_factory=list)
    reads: dict[Ref, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def split(graph: Graph) -> dict[str, Graph]:
    """Cut a graph into parts until nothing is too wide; gives all graphs, the parts first."""
    made: dict[str, Graph] = {}
    while len(graph.nodes) > TASKS:
        parts = cut(graph)
        if len(parts) >= len(graph.nodes):
            break
        graph, inner = nest(graph, parts, len(made))
        made |= inner
    made[graph.name] = graph
    return made


def cut(graph: Graph) -> list[Part]:
    """Cut the nodes, in order, where a part would have too many tasks or would pass too many values."""
    parts = [Part()]
    for node in graph.nodes:
        part = parts[-1]
        outside = {atom for atom in carried(node) if isinstance(atom, Ref) and atom.node not in part.names}
        new = outside - part.reads.keys()
        if part.nodes and (len(part.nodes) >= TASKS or len(part.reads) + len(new) > VALUES):
            parts.append(part := Part())
            new = {atom for atom in carried(node) if isinstance(atom, Ref)}
        part.nodes.append(node)
        part.names.add(node.name)
        for atom in carried(node):
            if atom in new and isinstance(atom, Ref):
                # two hyphens: the second call of `f` is called `f-2`
                part.reads.setdefault(atom, f"{atom.node}--{atom.output}" if atom.output else atom.node)
    return parts


def carried(node: Node) -> Iterator[Atom]:
    """Give what a node reads through parameters: the items of a directory come through the object store."""
    if not isinstance(node, Pod):
        yield from operands_of(node)
        return
    for operand in node.operands:
        match operand:
            case Pack(atoms=atoms):
                yield from atoms
            case Directory():
                pass
            case Literal() | Ref():
                yield operand


def awaited(node: Node) -> Iterator[str]:
    """Name what a node comes after, beside what it reads through parameters."""
    yield from node.after
    for operand in node.operands if isinstance(node, Pod) else ():
        if isinstance(operand, Directory):
            yield from (atom.node for atom in operand.atoms if isinstance(atom, Ref))


def nest(graph: Graph, parts: list[Part], earlier: int) -> tuple[Graph, dict[str, Graph]]:
    """Make a graph of each part, and the graph that calls them."""
    home: dict[str, int] = {node.name: index for index, part in enumerate(parts) for node in part.nodes}
    types = {item.name: item.type for item in graph.inputs}
    wanted: dict[int, dict[Ref, int]] = {index: {} for index in range(len(parts))}

    def want(atom: Atom, user: int | None) -> None:
        if isinstance(atom, Ref) and atom.node in home and home[atom.node] != user:
            table = wanted[home[atom.node]]
            table.setdefault(atom, len(table))

    for index, part in enumerate(parts):
        for node in part.nodes:
            for atom in carried(node):
                want(atom, index)
    for atom in graph.result.values:
        want(atom, None)

    taken = {item.name for item in graph.inputs}
    labels = [
        next(free for free in spellings(f"part-{earlier + index + 1}") if free not in taken)
        for index in range(len(parts))
    ]

    def seen(atom: Atom) -> Atom:
        if isinstance(atom, Ref) and atom.node in home:
            return Ref(labels[home[atom.node]], wanted[home[atom.node]][atom])
        return atom

    inner: dict[str, Graph] = {}
    outer: list[Node] = []
    for index, part in enumerate(parts):
        name = f"{graph.name}-{labels[index]}"
        inputs = tuple(
            Input(spelled, types.get(atom.node, object), graph.result.where) for atom, spelled in part.reads.items()
        )
        nodes = tuple(localised(node, part) for node in part.nodes)
        end = Yield(tuple(wanted[index]), (), graph.result.where)
        inner[name] = Graph(name, inputs, nodes, end, is_part=True)
        before = dict.fromkeys(
            labels[home[name]] for node in part.nodes for name in awaited(node) if home.get(name, index) != index
        )
        arguments = tuple((spelled, seen(atom)) for atom, spelled in part.reads.items())
        where = part.nodes[0].where
        outer.append(Sub(labels[index], name, arguments, object, tuple(before), where))
    after = tuple(dict.fromkeys(labels[home[name]] if name in home else name for name in graph.result.after))
    end = replace(graph.result, values=tuple(seen(atom) for atom in graph.result.values), after=after)
    return replace(graph, nodes=tuple(outer), result=end), inner


def localised(node: Node, part: Part) -> Node:
    """Give a node as it stands inside its part: what comes from outside is an input."""

    def local(atom: Atom) -> Atom:
        return Ref(part.reads[atom]) if isinstance(atom, Ref) and atom in part.reads else atom

    after = tuple(name for name in node.after if name in part.names)
    match node:
        case Pod(operands=operands):
            made: list[Atom | Pack | Directory] = []
            for operand in operands:
                match operand:
                    case Pack(atoms=atoms):
                        made.append(Pack(tuple(local(atom) for atom in atoms)))
                    case Directory(group=group, atoms=atoms):
                        inside = (atom for atom in atoms if isinstance(atom, Ref) and atom.node in part.names)
                        made.append(Directory(group, tuple(inside)))
                    case Literal() | Ref():
                        made.append(local(operand))
            return replace(node, operands=tuple(made), after=after)
        case Sub(arguments=arguments, frame=frame):
            named = tuple((name, local(atom)) for name, atom in arguments)
            return replace(node, arguments=named, frame=tuple(local(atom) for atom in frame), after=after)
        case _:
            return replace(node, after=after)
