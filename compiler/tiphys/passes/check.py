"""What every program must satisfy after every pass. A violation is our own bug."""

from __future__ import annotations

from collections.abc import Mapping

from tiphys.diagnostics import InternalError
from tiphys.ir import Graph, Node, Pod, Program, Ref, Sub, operands_of, predecessors


def check(program: Program) -> Program:
    """Raise InternalError where a graph refers to what does not exist, or comes later."""
    for name, graph in program.graphs.items():
        if name != graph.name:
            fail(graph, f"is listed as {name}")
        check_graph(program, graph)
    if program.entry not in program.graphs:
        message = f"the entry {program.entry} is missing"
        raise InternalError(message)
    return program


def check_graph(program: Program, graph: Graph) -> None:
    """Check one graph: unique names, references backwards, arguments that the callee takes."""
    inputs = frozenset(item.name for item in graph.inputs)
    seen: dict[str, Node | None] = dict.fromkeys(inputs)
    for node in graph.nodes:
        if node.name in seen:
            fail(graph, f"has two nodes %{node.name}")
        for before in predecessors(node, inputs):
            if before not in seen:
                fail(graph, f"%{node.name} refers to %{before}, which does not come before it")
        if isinstance(node, Sub):
            if node.graph not in program.graphs:
                fail(graph, f"%{node.name} calls {node.graph}, which is missing")
            wanted = {item.name for item in program.graphs[node.graph].inputs}
            if wanted != {name for name, _ in node.arguments}:
                fail(graph, f"%{node.name} does not pass what {node.graph} takes: {sorted(wanted)}")
        if isinstance(node, Pod) and len(program.plans[node.plan].operands) != len(node.operands):
            fail(graph, f"%{node.name} does not pass what its plan {node.plan} takes")
        for atom in operands_of(node):
            check_output(program, graph, atom, seen)
        seen[node.name] = node
    for before in (*graph.result.after, *(atom.node for atom in graph.result.values if isinstance(atom, Ref))):
        if before not in seen:
            fail(graph, f"ends with %{before}, which does not exist")


def check_output(program: Program, graph: Graph, atom: object, seen: Mapping[str, Node | None]) -> None:
    """Check that the output that is read exists."""
    if not isinstance(atom, Ref):
        return
    made = seen[atom.node]
    if isinstance(made, Sub) and atom.output >= len(program.graphs[made.graph].result.values):
        fail(graph, f"reads {atom}, but {made.graph} gives fewer values")


def fail(graph: Graph, text: str) -> None:
    """Report a broken graph."""
    message = f"graph {graph.name} {text}\n{graph}"
    raise InternalError(message)
