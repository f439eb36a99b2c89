"""How graphs are written: one line a node, the source line at its end; regions where they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from tiphys.ir.atoms import Atom, Literal, Named, Ref
from tiphys.ir.constructs import Attempt, Construct, Loop, Map, Switch, Unit
from tiphys.ir.nodes import Call, Catch, Glue, Graph, Join, Node, Pod, Sub, operands_of
from tiphys.ir.plans import Directory, Pack


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
