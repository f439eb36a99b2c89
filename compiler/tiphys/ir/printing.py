"""How graphs are written: one line a node, the source line at its end; a construct's regions stand where they run.

An input of a region is written as what it is outside: only what a loop carries, and its index, have names inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from tiphys.ir.atoms import Atom, Literal, Named, Ref
from tiphys.ir.constructs import Attempt, Construct, Entry, Loop, Map, Question, Reading, Sleep, Switch, Unit, Wait
from tiphys.ir.nodes import Call, Catch, Glue, Graph, Join, Node, Pod, Sub, operands_of
from tiphys.ir.plans import Directory, Pack

TWO_WAY = ("branch", "if", "otherwise", "rest")
"""Switches whose arm 0 runs where a condition holds, and arm 1 where it does not."""
COLUMN = 70
"""Where source lines stand, if there is room."""

Names = Mapping[str, str]
"""What stands for the inputs of a region."""


def print_graph(graph: Graph, graphs: Mapping[str, Unit] | None = None) -> str:
    """Write the graph as text."""
    lines = [f"graph {graph.name}({', '.join(item.name for item in graph.inputs)}):"]
    lines.extend(print_nodes(graph, {}, graphs or {}, "  "))
    end = graph.result
    values = end.display.spell(end.values) if end.display else print_atoms(end.values, {})
    lines.append(f"  return {values}{print_after(end.after, end.values)}")
    return "\n".join(lines)


def print_nodes(graph: Graph, names: Names, graphs: Mapping[str, Unit], indent: str) -> Iterator[str]:
    """Write the nodes of a graph, each with the regions in it."""
    width = max((len(node.name) for node in graph.nodes), default=0)
    for node in graph.nodes:
        unit = graphs.get(node.graph) if isinstance(node, Sub) else None
        if isinstance(node, Sub) and unit is not None and not isinstance(unit, Graph):
            held = {label: written(atom, names) for label, atom in node.arguments}
            body, inner = print_head(unit, held), print_regions(unit, held, graphs, f"{indent}  ")
            colon = "" if isinstance(unit, Wait) else ":"
        else:
            body, inner, colon = print_node(node, names), iter(()), ""
        text = f"{indent}%{node.name:<{width}} = {body}{print_after(node.after, tuple(operands_of(node)))}{colon}"
        yield f"{text:<{COLUMN}} {node.where.place}"
        yield from inner


def print_node(node: Node, names: Names) -> str:
    """Write what a node does."""
    match node:
        case Call(task=task, arguments=named):
            return f"call {task.name.rpartition('.')[2]}({print_named(named, names)})"
        case Glue(code=code, operands=named):
            given = f" ({print_named(named, names)})" if named else ""
            return f'glue "{code.text}"{given}{print_place(node)}'
        case Sub(graph=callee, arguments=named):
            return f"sub {callee}({print_named(named, names)})"
        case Catch():
            return "catch"
        case Pod(plan=plan, operands=operands):
            return f"pod {plan}({', '.join(print_operand(operand, names) for operand in operands)})"
        case Join():
            return "join"
        case _:
            assert_never(node)


def print_head(unit: Construct, names: Names) -> str:
    """Write what steers a construct."""
    match unit:
        case Switch(test=test):
            return f"{'branch' if is_two_way(unit) else 'switch'} {written(test, names)}"
        case Loop(start=start, count=count, carried=carried):
            rounds = f" {written(count, names)} rounds" if count is not None else ""
            first = "" if isinstance(start, Literal) else f" if {written(start, names)} is 0"
            held = ", ".join(f"%{name} = {names.get(name, '?')}" for name in carried)
            return f"loop{rounds}{first}{' with ' * bool(held)}{held}"
        case Map(count=count, index=index, limit=limit, keeps_errors=keeps):
            extra = (f", {limit} at a time" if limit else "") + (", exceptions as values" if keeps else "")
            return f"map %{index} below {written(count, names)}{extra}"
        case Attempt():
            return "attempt"
        case Reading(number=number):
            return f"reading {read(number, names)}"
        case Wait():
            return print_wait(unit, names)
    assert_never(unit)


def print_regions(unit: Construct, names: Names, graphs: Mapping[str, Unit], indent: str) -> Iterator[str]:
    """Write the regions of a construct, and what each gives."""

    def region(sub: Sub, given: Names, indent: str) -> Iterator[str]:
        graph = graphs.get(sub.graph)
        inner = {label: written(atom, given) for label, atom in sub.arguments}
        if isinstance(graph, Graph):
            yield from print_nodes(graph, inner, graphs, indent)
        else:
            yield f"{indent}%{sub.name} = {print_node(sub, given)}"

    def result(sub: Sub | None, atom: Atom, given: Names) -> str:
        graph = graphs.get(sub.graph) if sub else None
        if sub is None or not isinstance(atom, Ref) or atom.node != sub.name or not isinstance(graph, Graph):
            return written(atom, given)
        inner = {label: written(held, given) for label, held in sub.arguments}
        return written(graph.result.values[atom.output], inner)

    def arm(title: str, sub: Sub | None, outputs: tuple[Atom, ...]) -> Iterator[str]:
        gives = f"yield {', '.join(result(sub, atom, names) for atom in outputs)}" if outputs else ""
        if sub is None:
            yield f"{indent}{title}: {gives or 'nothing'}"
            return
        yield f"{indent}{title}:"
        yield from region(sub, names, f"{indent}  ")
        if gives:
            yield f"{indent}  {gives}"

    match unit:
        case Switch(arms=arms, outputs=outputs):
            titles = ("then", "else") if is_two_way(unit) else [str(number) for number in range(len(arms))]
            for number, (title, sub) in enumerate(zip(titles, arms, strict=True)):
                yield from arm(title, sub, tuple(item[number] for item in outputs))
        case Loop(body=body, exit=end, carried=carried, next=following):
            inside = {name: text for name, text in names.items() if name not in carried}
            yield from region(body, inside, indent)
            changed = zip(carried, (result(body, atom, inside) for atom in following), strict=True)
            held = ", ".join(f"%{name} = {text}" for name, text in changed if text != f"%{name}")
            ends = result(body, end, inside)
            yield f"{indent}next{' ' * bool(held)}{held}{'' if ends == '0' else f' while {ends} is 0'}"
        case Map(body=body):
            yield from region(body, names, indent)
            yield f"{indent}yield {result(body, Ref(body.name), names)}"
        case Attempt(body=body, catch=catch, outputs=outputs):
            yield from arm("body", body, tuple(good for good, _ in outputs))
            yield from arm("catch", catch, tuple(bad for _, bad in outputs))
        case Reading(otherwise=otherwise):
            yield from arm("else", otherwise, (Ref(otherwise.name),))
        case Wait():
            pass
        case _:
            assert_never(unit)


def print_wait(unit: Wait, names: Names) -> str:
    """Write what a wait waits for."""
    if isinstance(unit.pause, Sleep):
        return f"sleep {written(unit.pause.milliseconds, names)} ms"
    asked = unit.pause
    most = "" if asked.seconds is None else f", {asked.seconds:g} s at most"
    return f'wait for {asked.kind.__name__} "{asked.name}" (prompt={written(asked.prompt, names)}){most}'


def read(number: Entry | Question, names: Names) -> str:
    """Write what Argo reads."""
    if isinstance(number, Question):
        return f'"{number}"'
    return f"{written(number.numbers, names)}[{written(number.index, names)}]"


def is_two_way(unit: Switch) -> bool:
    """Say whether a switch is decided by a condition."""
    return len(unit.arms) == 2 and unit.title in TWO_WAY


def written(atom: Atom, names: Names) -> str:
    """Write an operand."""
    return names.get(atom.node, str(atom)) if isinstance(atom, Ref) and not atom.output else str(atom)


def print_atoms(atoms: tuple[Atom, ...], names: Names) -> str:
    """Write operands in a row."""
    return ", ".join(written(atom, names) for atom in atoms)


def print_place(glue: Glue) -> str:
    """Write where glue is computed, once that is decided."""
    if glue.place is None:
        return ""
    if not glue.place:
        return " in its users"
    return " in a pod" if glue.place == glue.name else f" in %{glue.place}"


def print_operand(operand: Atom | Pack | Directory, names: Names) -> str:
    """Write what a pod is given."""
    if isinstance(operand, Pack | Directory):
        return f"[{print_atoms(operand.atoms, names)}]"
    return written(operand, names)


def print_named(named: Named, names: Names) -> str:
    """Write arguments as a call would."""
    return ", ".join(f"{name}={written(atom, names)}" for name, atom in named)


def print_after(after: tuple[str, ...], atoms: tuple[Atom, ...]) -> str:
    """Write the order edges that the data edges do not already say."""
    read = {atom.node for atom in atoms if isinstance(atom, Ref)}
    only = [f"%{name}" for name in after if name not in read]
    return f" after {', '.join(only)}" if only else ""
