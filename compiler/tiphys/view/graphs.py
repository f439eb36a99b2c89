"""A program as a picture: mermaid or dot. Data edges are solid, edges of order alone are dotted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from tiphys.diagnostics import UsageError, nearest
from tiphys.ir import Program
from tiphys.view.pictures import Box, Dot, Kind, Line, pictures

BRACKETS: dict[Kind, tuple[str, str]] = {
    "pod": ("[", "]"),
    "glue": ("[/", "/]"),
    "graph": ("[[", "]]"),
    "join": ("((", "))"),
    "value": ("([", "])"),
    "head": ("{", "}"),
}
SHAPES: dict[Kind, str] = {
    "pod": "box",
    "glue": "note",
    "graph": "box3d",
    "join": "point",
    "value": "oval",
    "head": "diamond",
}


def to_text(program: Program) -> str:
    """Write a program as the text of its graphs."""
    return f"{program}\n"


def to_mermaid(program: Program) -> str:
    """Write a program for mermaid; a subgraph per orchestrator, the entry first, and in it one per construct."""
    return "\n".join(["flowchart TD", *(line for box in pictures(program) for line in mermaid(box, "  "))]) + "\n"


def mermaid(box: Box, indent: str) -> Iterator[str]:
    """Write a box."""
    yield f"{indent}subgraph {identifier(box.id)}[{quoted(box.text)}]"
    for part in box.parts:
        if isinstance(part, Box):
            yield from mermaid(part, indent + "  ")
        else:
            left, right = BRACKETS[part.kind]
            yield f"{indent}  {identifier(part.id)}{left}{quoted(part.text)}{right}"
    for line in box.lines:
        yield f"{indent}  {mermaid_end(line.one)} {'-.->' if line.is_order else '-->'} {identifier(line.other.id)}"
    yield f"{indent}end"


def mermaid_end(dot: Dot) -> str:
    """Name where an edge begins: what a construct gives comes from the whole of it."""
    return identifier(dot.box or dot.id)


def to_dot(program: Program) -> str:
    """Write a program for graphviz; a cluster per orchestrator, the entry first, and in it one per construct."""
    lines = ["digraph {", "  compound=true;", "  node [shape=box fontname=sans-serif];"]
    lines.extend(line for box in pictures(program) for line in dot(box, "  "))
    return "\n".join([*lines, "}"]) + "\n"


def dot(box: Box, indent: str) -> Iterator[str]:
    """Write a box."""
    yield f"{indent}subgraph cluster_{identifier(box.id)} {{"
    yield f"{indent}  label={quoted(box.text)};"
    for part in box.parts:
        if isinstance(part, Box):
            yield from dot(part, indent + "  ")
        else:
            yield f"{indent}  {identifier(part.id)} [label={quoted(part.text)} shape={SHAPES[part.kind]}];"
    for line in box.lines:
        yield f"{indent}  {identifier(line.one.id)} -> {identifier(line.other.id)}{dot_style(line)};"
    yield f"{indent}}}"


def dot_style(line: Line) -> str:
    """Write how an edge looks; from a construct it begins at the border."""
    said = [f"ltail=cluster_{identifier(line.one.box)}"] if line.one.box else []
    said.extend(["style=dotted"] if line.is_order else [])
    return f" [{' '.join(said)}]" if said else ""


FORMATS: dict[str, Callable[[Program], str]] = {"text": to_text, "mermaid": to_mermaid, "dot": to_dot}


def draw(program: Program, form: str) -> str:
    """Write a program in a form. Raises UsageError for an unknown one."""
    if form not in FORMATS:
        message = f"there is no format `{form}`. {nearest(form, list(FORMATS))}"
        raise UsageError(message)
    return FORMATS[form](program)


def quoted(text: str) -> str:
    """Write a text between quotes that both languages read."""
    short = text if len(text) <= 80 else text[:77] + "..."
    return json.dumps(short.replace('"', "'"), ensure_ascii=False)


def identifier(text: str) -> str:
    """Write an identifier that both languages read."""
    return re.sub(r"\W", "_", text)
