"""Let the value of each map's item be written by a pod that knows it is one.

The pod that makes what a map's region yields writes it where the reader of the list finds it. Where a unit on the way
to that pod is called for other ends too, those items get a copy of it; where no pod makes the value (it is an input, a
known value, a list that is a directory itself), glue hands it on: that rides in a pod of the region or arm, or takes
one of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tiphys.ir import Attempt, Construct, Graph, Input, Loop, Map, Program, Reading, Ref, Sub, Switch, Unit, Wait, Yield
from tiphys.passes.handing_on import free_name, handing_on
from tiphys.passes.items import Gap, Items, find_items, ways


def place_items(program: Program) -> Program:
    """Give each item of a map one pod that writes it, whichever way its region goes."""
    if not any(isinstance(unit, Map) for unit in program.graphs.values()):
        return program
    items = find_items(program)
    copies: dict[tuple[str, int], str] = {}
    while (shared := first_shared(program, items)) is not None:
        program = copied(program, items, *shared, copies)
        items = find_items(program)
    graphs = dict(program.graphs)
    for gap in items.gaps:
        fill(graphs, gap)
    return replace(program, graphs=in_order(graphs, program.entry))


def first_shared(program: Program, items: Items) -> tuple[str, int] | None:
    """Find a value that is an item for some calls of its unit and not for others, callers first."""
    calls = Counter(call.graph for unit in program.graphs.values() for call in unit.calls)
    for name in reversed(program.graphs):
        for output, users in items.wanted.get(name, {}).items():
            if len(users) < calls[name]:
                return name, output
    return None


def copied(program: Program, items: Items, name: str, output: int, copies: dict[tuple[str, int], str]) -> Program:
    """Give the calls for which a value is an item a unit of their own.

    copies: those made before, for the same value of the same unit: a unit that calls itself meets its copy again.
    """
    users = items.wanted[name][output]
    graphs: dict[str, Unit] = {}
    is_new = (name, output) not in copies
    label = copies.setdefault((name, output), free_name(f"{name}-item", program.graphs))

    def copy_of(call: Sub) -> Sub:
        region = program.graphs[call.graph]
        own = free_name(f"{call.graph}-item", program.graphs)
        assert isinstance(region, Graph)
        graphs[own] = replace(region, name=own)
        return replace(call, graph=own)

    for key, unit in program.graphs.items():
        if key == name and is_new and isinstance(unit, Graph):
            graphs[label] = replace(unit, name=label)
        elif key == name and is_new:
            graphs[label] = replace(with_calls(unit, [copy_of(call) for call in unit.calls]), name=label)
        mine = {call for caller, call in users if caller == key}
        if mine:
            redirected = [replace(call, graph=label) if call.name in mine else call for call in unit.calls]
            graphs[key] = with_calls(unit, redirected)
        else:
            graphs[key] = unit
    return replace(program, graphs=graphs)


def with_calls(unit: Unit, calls: Iterable[Sub]) -> Unit:
    """Give a unit with other calls, in their order."""
    rest = iter(calls)
    match unit:
        case Graph():
            return replace(unit, nodes=tuple(next(rest) if isinstance(node, Sub) else node for node in unit.nodes))
        case Switch():
            return replace(unit, arms=tuple(None if arm is None else next(rest) for arm in unit.arms))
        case Loop() | Map():
            return replace(unit, body=next(rest))
        case Attempt():
            return replace(unit, body=next(rest), catch=next(rest))
        case Reading():
            return replace(unit, otherwise=next(rest))
        case Wait():
            return unit


def fill(graphs: dict[str, Unit], gap: Gap) -> None:
    """Let glue hand a value on where no pod makes it."""
    unit = graphs[gap.unit]
    if isinstance(unit, Graph):
        glue = handing_on(unit, unit.result.values[gap.output], "item")
        values = tuple(Ref(glue.name) if n == gap.output else atom for n, atom in enumerate(unit.result.values))
        graphs[unit.name] = replace(unit, nodes=(*unit.nodes, glue), result=replace(unit.result, values=values))
        return
    assert gap.region is not None
    call, atom = ways(unit, gap.output)[gap.region]
    if call is None:
        name = free_name(f"{unit.name}-item", graphs)
        graphs[name] = Graph(name, (), (), Yield((), (), unit.where), is_region=True)
        call = Sub(
            free_name("item", (*(item.name for item in unit.inputs), *(c.name for c in unit.calls))),
            name,
            (),
            object,
            (),
            unit.where,
        )
    region = graphs[call.graph]
    assert isinstance(region, Graph)
    if isinstance(atom, Ref):
        call, region, atom = passing(unit, call, region, atom)
    glue = handing_on(region, atom, "item")
    end = replace(region.result, values=(*region.result.values, Ref(glue.name)))
    graphs[region.name] = replace(region, nodes=(*region.nodes, glue), result=end)
    graphs[unit.name] = giving(unit, gap, call, Ref(call.name, region.width))


def passing(unit: Construct, call: Sub, region: Graph, atom: Ref) -> tuple[Sub, Graph, Ref]:
    """Let a construct pass an input of its own to a region; gives the name that it has in there."""
    for name, given in call.arguments:
        if given == atom:
            return call, region, Ref(name)
    name = free_name(atom.node, {item.name for item in region.inputs} | {node.name for node in region.nodes})
    kind = next(item.type for item in unit.inputs if item.name == atom.node)
    call = replace(call, arguments=(*call.arguments, (name, atom)))
    return call, replace(region, inputs=(*region.inputs, Input(name, kind, unit.where))), Ref(name)


def giving(unit: Construct, gap: Gap, call: Sub, value: Ref) -> Construct:
    """Give a construct whose region, in `call` as it is now, gives the value."""
    match unit:
        case Switch():
            arms = tuple(call if n == gap.region else arm for n, arm in enumerate(unit.arms))
            row = tuple(value if n == gap.region else atom for n, atom in enumerate(unit.outputs[gap.output]))
            rows = tuple(row if n == gap.output else other for n, other in enumerate(unit.outputs))
            return replace(unit, arms=arms, outputs=rows)
        case Attempt():
            done, failed = unit.outputs[gap.output]
            pair = (value, failed) if gap.region == 0 else (done, value)
            pairs = tuple(pair if n == gap.output else other for n, other in enumerate(unit.outputs))
            unit = replace(unit, outputs=pairs)
            return replace(unit, body=call) if gap.region == 0 else replace(unit, catch=call)
        case _:
            return unit


def in_order(graphs: dict[str, Unit], entry: str) -> dict[str, Unit]:
    """List units after those that they call; what nobody calls any more is left out."""
    found: dict[str, Unit] = {}
    seen: set[str] = set()

    def visit(name: str) -> None:
        seen.add(name)
        for call in graphs[name].calls:
            if call.graph not in seen:
                visit(call.graph)
        found[name] = graphs[name]

    visit(entry)
    return found
