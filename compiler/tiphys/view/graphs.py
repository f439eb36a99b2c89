"""A program as a picture: mermaid or dot. Data edges are solid, edges of order alone are dotted."""

from __future__ import annotations

import json
from collections.abc import Callable

from tiphys.diagnostics import UsageError, nearest
from tiphys.ir import Call, Glue, Graph, Join, Node, Pod, Program, Ref, Sub, operands_of


def to_text(program: Program) -> str:
    """Write a program as the text of its graphs."""
    return f"{program}\n"


def to_mermaid(program: Program) -> str:
    """Write a program for mermaid; a graph per orchestrator, the entry first."""
    lines = ["flowchart TD"]
    for number, graph in enumerate(reversed(program.graphs.values())):
        lines.append(f"  subgraph g{number}[{quoted(graph.name)}]")
        ids = identifiers(graph, number)
        lines.extend(f"    {ids[item.name]}([{quoted(item.name)}])" for item in graph.inputs)
        for node in graph.nodes:
            left, right = {Glue: ("[/", "/]"), Sub: ("[[", "]]"), Join: ("((", "))")}.get(type(node), ("[", "]"))
            lines.append(f"    {ids[node.name]}{left}{quoted(label(node))}{right}")
        lines.append(f"    {ids['']}([{quoted('return')}])")
        lines.extend(f"    {one} --> {other}" for one, other in data_edges(graph, ids))
        lines.extend(f"    {one} -.-> {other}" for one, other in order_edges(graph, ids))
        lines.append("  end")
    return "\n".join(lines) + "\n"


def to_dot(program: Program) -> str:
    """Write a program for graphviz; a cluster per orchestrator, the entry first."""
    lines = ["digraph {", "  node [shape=box fontname=sans-serif];"]
    for number, graph in enumerate(reversed(program.graphs.values())):
        lines.append(f"  subgraph cluster_{number} {{")
        lines.append(f"    label={quoted(graph.name)};")
        ids = identifiers(graph, number)
        lines.extend(f"    {ids[item.name]} [label={quoted(item.name)} shape=oval];" for item in graph.inputs)
        for node in graph.nodes:
            shape = {Glue: "note", Sub: "box3d", Join: "point"}.get(type(node), "box")
            lines.append(f"    {ids[node.name]} [label={quoted(label(node))} shape={shape}];")
        lines.append(f'    {ids[""]} [label="return" shape=oval];')
        lines.extend(f"    {one} -> {other};" for one, other in data_edges(graph, ids))
        lines.extend(f"    {one} -> {other} [style=dotted];" for one, other in order_edges(graph, ids))
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


FORMATS: dict[str, Callable[[Program], str]] = {"text": to_text, "mermaid": to_mermaid, "dot": to_dot}


def draw(program: Program, form: str) -> str:
    """Write a program in a form. Raises UsageError for an unknown one."""
    if form not in FORMATS:
        message = f"there is no format `{form}`. {nearest(form, list(FORMATS))}"
        raise UsageError(message)
    return FORMATS[form](program)


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
        case Join():
            return ""


def quoted(text: str) -> str:
    """Write a text between quotes that both languages read."""
    short = text if len(text) <= 80 else text[:77] + "..."
    return json.dumps(short.replace('"', "'"), ensure_ascii=False)


def identifiers(graph: Graph, number: int) -> dict[str, str]:
    """Give each node an identifier that is unique in the picture."""
    names = [*(item.name for item in graph.inputs), *(node.name for node in graph.nodes), ""]
    return {name: f"n{number}_{index}" for index, name in enumerate(names)}


def data_edges(graph: Graph, ids: dict[str, str]) -> list[tuple[str, str]]:
    """List the edges that values take."""
    found: dict[tuple[str, str], None] = {}
    for node in graph.nodes:
        for atom in operands_of(node):
            if isinstance(atom, Ref):
                found[ids[atom.node], ids[node.name]] = None
    for atom in graph.result.values:
        if isinstance(atom, Ref):
            found[ids[atom.node], ids[""]] = None
    return list(found)


def order_edges(graph: Graph, ids: dict[str, str]) -> list[tuple[str, str]]:
    """List the edges that are of order alone."""
    data = set(data_edges(graph, ids))
    ends = [(name, node.name) for node in graph.nodes for name in node.after]
    ends.extend((name, "") for name in graph.result.after)
    return [edge for one, other in ends if (edge := (ids[one], ids[other])) not in data]
