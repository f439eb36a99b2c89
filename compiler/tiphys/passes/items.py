"""Which values are written as the items of maps: what the region of a map yields, followed to the pods that make it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import assert_never

from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Construct,
    Glue,
    Graph,
    Literal,
    Loop,
    Map,
    Pod,
    Program,
    Reading,
    Ref,
    Sub,
    Switch,
    Wait,
)


@dataclass(frozen=True)
class Gap:
    """A way to an item on which no pod of the program makes the value: what value `output` of `unit` is there.

    region: of a construct, the number of the region that runs then, of `regions_of`.
    """

    unit: str
    output: int
    region: int | None = None


@dataclass
class Items:
    """What was found.

    wanted: for each unit, the numbers of its values that are items, each with the calls that want it: their unit and
    name. gaps: where a pod is missing.
    """

    wanted: dict[str, dict[int, set[tuple[str, str]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    gaps: list[Gap] = field(default_factory=list)

    def of(self, graph: Graph) -> Ref | None:
        """Give the value of a graph that is an item."""
        for output in self.wanted.get(graph.name, ()):
            atom = graph.result.values[output]
            return atom if isinstance(atom, Ref) else None
        return None


def find_items(program: Program) -> Items:
    """Follow what the maps of a program yield back to the pods that make it."""
    found = Items()
    for unit in program.graphs.values():
        if isinstance(unit, Map):
            follow_call(program, found, unit.name, unit.body, 0)
    return found


def follow_call(program: Program, found: Items, caller: str, call: Sub, output: int) -> None:
    """Follow a value into the unit that gives it."""
    calls = found.wanted[call.graph][output]
    is_known = bool(calls)
    calls.add((caller, call.name))
    if is_known:
        return
    unit = program.graphs[call.graph]
    if isinstance(unit, Graph):
        follow(program, found, unit, output)
        return
    for number, (region, atom) in enumerate(ways(unit, output)):
        if region is not None and isinstance(atom, Ref) and atom.node == region.name:
            follow_call(program, found, unit.name, region, atom.output)
        else:
            found.gaps.append(Gap(unit.name, output, number))


def follow(program: Program, found: Items, graph: Graph, output: int) -> None:
    """Follow a value inside a graph."""
    atom = graph.result.values[output]
    made = next((node for node in graph.nodes if isinstance(atom, Ref) and node.name == atom.node), None)
    match made:
        case Call() | Glue() | Pod():
            pass
        case Sub() if isinstance(atom, Ref) and has_writer(program, made, atom.output):
            follow_call(program, found, graph.name, made, atom.output)
        case _:
            found.gaps.append(Gap(graph.name, output))


def has_writer(program: Program, call: Sub, output: int) -> bool:
    """Say whether a pod inside a unit makes its value, whichever way that unit goes."""
    match unit := program.graphs[call.graph]:
        case Graph() | Switch() | Attempt():
            return True
        case Map() | Reading() | Wait():
            return False
        case Loop():
            made = unit.next[output - 1] if output else None
            return runs(unit) and isinstance(made, Ref) and made.node == unit.body.name
        case _:
            assert_never(unit)


def runs(loop: Loop) -> bool:
    """Say whether a loop has one round at least."""
    if not isinstance(loop.start, Literal) or loop.start.value != 0:
        return False
    many = loop.count.value if isinstance(loop.count, Literal) else None
    return loop.count is None or (isinstance(many, int) and many > 0)


def ways(unit: Construct, output: int) -> tuple[tuple[Sub | None, Atom], ...]:
    """List the ways that a construct may go: the region that runs, and what the value is then."""
    match unit:
        case Switch():
            return tuple(zip(unit.arms, unit.outputs[output], strict=True))
        case Attempt():
            done, failed = unit.outputs[output]
            return ((unit.body, done), (unit.catch, failed))
        case Loop():
            return ((unit.body, unit.next[output - 1]),)
        case Map() | Reading() | Wait():
            return ()
        case _:
            assert_never(unit)
