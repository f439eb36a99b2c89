"""What every program must satisfy after every pass. A violation is our own bug."""

from __future__ import annotations

from collections import Counter
from typing import NoReturn

from tiphys.diagnostics import InternalError
from tiphys.ir import Catch, Graph, Node, Pod, Program, Ref, Sub, Unit, operands_of, predecessors
from tiphys.passes.check_constructs import check_construct


def check(program: Program) -> Program:
    """Raise InternalError where a graph or a construct refers to what does not exist, or comes later."""
    for name, unit in program.graphs.items():
        if name != unit.name:
            fail(unit, f"is listed as {name}")
        wrong = check_graph(program, unit) if isinstance(unit, Graph) else check_construct(program, unit)
        if wrong is not None:
            fail(unit, wrong)
    calls = Counter(call.graph for unit in program.graphs.values() for call in unit.calls)
    for unit in program.graphs.values():
        if isinstance(unit, Graph) and unit.is_region and calls[unit.name] > 1:
            fail(unit, "is a region, and called more than once")
    if program.entry not in program.graphs:
        message = f"the entry {program.entry} is missing"
        raise InternalError(message)
    return program


def check_graph(program: Program, graph: Graph) -> str | None:
    """Find what is wrong with a graph: names that are not unique, references forwards, arguments nobody takes."""
    inputs = frozenset(item.name for item in graph.inputs)
    seen: dict[str, Node | None] = dict.fromkeys(inputs)
    for node in graph.nodes:
        if node.name in seen:
            return f"has two nodes %{node.name}"
        for before in predecessors(node, inputs):
            if before not in seen:
                return f"%{node.name} refers to %{before}, which does not come before it"
        if isinstance(node, Sub) and (wrong := check_call(program, node)):
            return wrong
        if isinstance(node, Pod) and len(program.plans[node.plan].operands) != len(node.operands):
            return f"%{node.name} does not pass what its plan {node.plan} takes"
        for atom in operands_of(node):
            if isinstance(atom, Ref) and atom.output >= width_of(program, seen[atom.node]):
                return f"reads {atom}, but %{atom.node} gives fewer values"
        seen[node.name] = node
    for atom in graph.result.values:
        if isinstance(atom, Ref) and atom.node not in seen:
            return f"ends with %{atom.node}, which does not exist"
        if isinstance(atom, Ref) and atom.output >= width_of(program, seen[atom.node]):
            return f"gives {atom}, but %{atom.node} gives fewer values"
    return next((f"ends with %{name}, which does not exist" for name in graph.result.after if name not in seen), None)


def check_call(program: Program, node: Sub) -> str | None:
    """Find what is wrong with a call of a unit."""
    if node.graph not in program.graphs:
        return f"%{node.name} calls {node.graph}, which is missing"
    callee = program.graphs[node.graph]
    wanted = {item.name for item in callee.inputs}
    if wanted != {name for name, _ in node.arguments}:
        return f"%{node.name} does not pass what {node.graph} takes: {sorted(wanted)}"
    if isinstance(callee, Graph) and callee.is_region:
        return f"%{node.name} calls {node.graph}, which is a region of a construct"
    return None


def width_of(program: Program, node: Node | None) -> int:
    """Count the values that a node gives; an input is no node, and gives one."""
    match node:
        case Sub(graph=callee):
            return program.graphs[callee].width
        case Catch(types=types):
            return len(types)
        case Pod(plan=plan):
            return len(program.plans[plan].outputs)
        case _:
            return 1


def fail(unit: Unit, text: str) -> NoReturn:
    """Report a broken graph or construct."""
    kind = "graph" if isinstance(unit, Graph) else type(unit).__name__.lower()
    message = f"{kind} {unit.name} {text}\n{unit}"
    raise InternalError(message)
