"""What every construct must satisfy: it holds calls of its own regions, and reads nothing but them and its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from tiphys.ir import (
    Atom,
    Attempt,
    Catch,
    Construct,
    Entry,
    Graph,
    Literal,
    Loop,
    Map,
    Pod,
    Program,
    Question,
    Reading,
    Ref,
    Sub,
    Switch,
    Wait,
    operands_of,
)


def check_construct(program: Program, unit: Construct) -> str | None:
    """Find what is wrong with a construct."""
    names = [*(item.name for item in unit.inputs), *(call.name for call in unit.calls)]
    if len(names) != len(set(names)):
        return "has two parts of one name"
    return next((wrong for wrong in (*calls(program, unit), *own(program, unit))), None)


def calls(program: Program, unit: Construct) -> Iterator[str]:
    """Find what is wrong with the calls of its regions."""
    index = unit.index if isinstance(unit, Loop | Map) else None
    known = {item.name for item in unit.inputs} | ({index} if index is not None else set())
    for call in unit.calls:
        callee = program.graphs.get(call.graph)
        if callee is None:
            yield f"%{call.name} calls {call.graph}, which is missing"
            continue
        if not (isinstance(callee, Graph) and callee.is_region):
            yield f"%{call.name} calls {call.graph}, which is no region"
        wanted = {item.name for item in callee.inputs}
        if wanted != {name for name, _ in call.arguments}:
            yield f"%{call.name} does not pass what {call.graph} takes: {sorted(wanted)}"
        for atom in operands_of(call):
            if isinstance(atom, Ref) and (atom.node not in known or atom.output):
                yield f"%{call.name} reads {atom}, which is no input"


def own(program: Program, unit: Construct) -> Iterator[str]:
    """Find what is wrong with its own fields."""
    inputs = {item.name for item in unit.inputs}

    def given(atom: Atom, call: Sub | None) -> Iterator[str]:
        """Check an atom that a region, an input or a known value gives."""
        width = program.graphs[call.graph].width if call is not None and call.graph in program.graphs else 0
        from_region = isinstance(atom, Ref) and call is not None and atom.node == call.name and atom.output < width
        if not (from_region or isinstance(atom, Literal) or taken(atom)):
            yield f"gives {atom}, which is no value of its region and no input"

    def taken(atom: Atom | None) -> bool:
        return isinstance(atom, Ref) and atom.node in inputs and not atom.output

    match unit:
        case Switch():
            if not taken(unit.test):
                yield f"tests {unit.test}, which is no input"
            for row in unit.outputs:
                if len(row) != len(unit.arms):
                    yield "does not give a value for each arm"
                for atom, arm in zip(row, unit.arms, strict=False):
                    yield from given(atom, arm)
        case Loop():
            yield from (
                f"starts with {atom}, which is no input" for atom in (unit.start, unit.count)
                if not (atom is None or isinstance(atom, Literal) or taken(atom))
            )  # fmt: skip
            yield from (f"carries %{name}, which is no input" for name in unit.carried if name not in inputs)
            if unit.index in inputs:
                yield f"has an input %{unit.index}, as its index is called"
            if len(unit.next) != len(unit.carried):
                yield "does not give a value for each one that is carried"
            for atom in (unit.exit, *unit.next):
                yield from given(atom, unit.body)
        case Map():
            if not taken(unit.count):
                yield f"counts to {unit.count}, which is no input"
            if unit.index in inputs:
                yield f"has an input %{unit.index}, as its index is called"
            body = program.graphs.get(unit.body.graph)
            if body is not None and body.width != 1:
                yield "needs one value of its region"
        case Attempt():
            for done, failed in unit.outputs:
                yield from given(done, unit.body)
                yield from given(failed, unit.catch)
            if not begins_with_catch(program, unit.catch.graph):
                yield f"handles exceptions by {unit.catch.graph}, which does not begin with a catch"
        case Reading():
            read = (unit.number.numbers, unit.number.index) if isinstance(unit.number, Entry) else ()
            yield from (f"reads {atom}, which is no input" for atom in read if not taken(atom))
            known = {item.name for item in program.main.inputs}
            asked = unit.number.kinds if isinstance(unit.number, Question) else ()
            yield from (f"asks for %{name}, which is no input of the program" for name, _ in asked if name not in known)
        case Wait():
            yield from (
                f"reads {atom}, which is no input" for atom in unit.atoms if isinstance(atom, Ref) and not taken(atom)
            )
        case _:
            assert_never(unit)


def begins_with_catch(program: Program, name: str) -> bool:
    """Say whether a region begins with a `Catch`, or with the pod that was made of it; it may stand in a part."""
    unit = program.graphs.get(name)
    first = unit.nodes[0] if isinstance(unit, Graph) and unit.nodes else None
    match first:
        case Catch():
            return True
        case Pod(plan=plan):
            return program.plans[plan].catch is not None
        case Sub(graph=part):
            inner = program.graphs.get(part)
            return isinstance(inner, Graph) and inner.is_part and begins_with_catch(program, part)
        case _:
            return False
