"""Decide where each piece of glue is computed; its meaning never changes.

In order of preference: in the pods that use it; in the pod of the call that was awaited just before it, after the body;
in a pod of glue, which several pieces at one place share.

Glue that can raise stays where it was: it is part of the order (`after`), and the calls that come next evaluate it
before their body. Glue that is not pure is computed once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from types import FunctionType

from tiphys.ir import Call, Code, Glue, Graph, Input, Node, Program, Ref, Sub, Unit, Yield, operands_of
from tiphys_runtime.objects import same


def place_glue(program: Program) -> Program:
    """Give every glue node its place."""
    graphs: dict[str, Unit] = {}
    for name, unit in program.graphs.items():
        if isinstance(unit, Graph):
            graphs[name] = place(unit if name != program.entry else name_result(unit))
        else:
            graphs[name] = unit
    return replace(program, graphs=graphs)


def name_result(graph: Graph) -> Graph:
    """Let glue compute the run's result where it is an input: Argo cannot read one unharmed."""
    inputs = {item.name: item for item in graph.inputs}
    if graph.result.display is not None:
        return graph
    atom = graph.result.values[0]
    if not isinstance(atom, Ref) or atom.node not in inputs:
        return graph
    item: Input = inputs[atom.node]
    assert isinstance(same, FunctionType)
    code = Code(item.name, same, pure=True, total=True)
    names = {*inputs, *(node.name for node in graph.nodes)}
    name = next(name for name in ("result", *(f"result-{n}" for n in range(2, 99))) if name not in names)
    glue = Glue(name, code, ((item.name, atom),), item.type, graph.result.after, graph.result.where)
    end = Yield((Ref(name),), graph.result.after, graph.result.where)
    return replace(graph, nodes=(*graph.nodes, glue), result=end)


@dataclass
class Users:
    """Who needs the value of a piece of glue, or its place in the order."""

    pods: set[str]
    outside: bool = False
    """A sub-graph, or the graph's own result, needs it: some pod has to give it as an output."""


def place(graph: Graph) -> Graph:
    """Place the glue of one graph."""
    glue = {node.name: node for node in graph.nodes if isinstance(node, Glue)}
    if not glue:
        return graph
    kept = needs_output(graph, glue)
    hosts = find_hosts(graph, glue, kept)
    nodes = tuple(replace(node, place=hosts[node.name]) if isinstance(node, Glue) else node for node in graph.nodes)
    return replace(graph, nodes=nodes)


def needs_output(graph: Graph, glue: dict[str, Glue]) -> set[str]:
    """Name the glue that some pod has to give as an output, users first."""
    users: dict[str, Users] = defaultdict(lambda: Users(set()))
    for name in (*graph.result.after, *(atom.node for atom in graph.result.values if isinstance(atom, Ref))):
        users[name].outside = True
    kept: set[str] = set()
    for node in reversed(graph.nodes):
        if isinstance(node, Glue):
            mine = users[node.name]
            if mine.outside or not mine.pods or (len(mine.pods) > 1 and not node.code.pure):
                kept.add(node.name)
                pods = {node.name}
            else:
                pods = mine.pods
        else:
            pods = {node.name}
        for name in edges(node):
            if name not in glue:
                continue
            if isinstance(node, Sub):
                users[name].outside = True
            else:
                users[name].pods |= pods
    return kept


def edges(node: Node) -> set[str]:
    """Name what a node reads or comes after."""
    return {*node.after, *(atom.node for atom in operands_of(node) if isinstance(atom, Ref))}


def find_hosts(graph: Graph, glue: dict[str, Glue], kept: set[str]) -> dict[str, str]:
    """Choose the pod of each piece that needs one."""
    calls = {node.name for node in graph.nodes if isinstance(node, Call)}
    hosts: dict[str, str] = {}
    pods: dict[frozenset[str], str] = {}
    for name, node in glue.items():
        if name not in kept:
            hosts[name] = ""
            continue
        before = reached(node.after, glue, hosts)
        if len(before) == 1 and (only := next(iter(before))) in calls | set(pods.values()):
            hosts[name] = only
        elif frozenset(before) in pods:
            hosts[name] = pods[frozenset(before)]
        else:
            hosts[name] = pods[frozenset(before)] = name
    return hosts


def reached(after: tuple[str, ...], glue: dict[str, Glue], hosts: dict[str, str]) -> set[str]:
    """Name the pods and sub-graphs that are done at a point of the order."""
    found: set[str] = set()
    stack = list(after)
    while stack:
        name = stack.pop()
        if name not in glue:
            found.add(name)
        elif hosts[name]:
            found.add(hosts[name])
        else:
            stack.extend(glue[name].after)
    return found
