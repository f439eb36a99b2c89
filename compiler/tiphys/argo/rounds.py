"""How many rounds a loop may take: Argo has no loops, only templates that call themselves, and limits how deep.

A template that calls itself K times gives K rounds and costs K of the depth. A second one, whose round is a chunk of
the first, gives K * K rounds for 2 * K: with L such levels a loop has K ** L rounds and costs L * K. Few levels are
preferred, since each is a template more in the object and a node more in the run; many are taken where loops stand
in loops, which share the depth: each gets an equal part of what the longest way through it leaves.

`ENOUGH` rounds are wanted of every loop, and no more than `MOST` are offered: around there the state of all rounds
fills the object that a run is.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiphys.argo.recursion import circles, onward, recursive, title_of
from tiphys.diagnostics import Mistake, ProgramError
from tiphys.ir import Attempt, Code, Graph, Join, Literal, Loop, Map, Plan, Pod, Program, Step, Sub, Unit

DEEPEST = 95
"""How many templates may stand in each other. Argo's own limit is 99, the pod included."""
ENOUGH = 2048
MOST = 4096
ITEMS = 4096
"""How many items a map may have: what does not fit into the object that a run is hangs for ever."""

Ways = dict[int, int]
"""Ways through a program: for a number of loops on them, the longest, loops aside.

A unit that calls itself counts as a loop too, so that the loops leave it a part of the depth.
"""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How a loop is nested: `chunk` calls on each of `levels`."""

    levels: int
    chunk: int

    @property
    def bound(self) -> int:
        """How many rounds it can take."""
        return int(self.chunk**self.levels)

    @property
    def depth(self) -> int:
        """How many templates stand in each other."""
        return self.chunk * self.levels


def rounds_of(program: Program) -> Mapping[str, Rounds]:
    """Divide the depth among the loops of a program, by their names.

    Raises ProgramError for a loop that is known to take more rounds than it can.
    """
    below = ways_below(program)
    above = ways_above(program)
    found: dict[str, Rounds] = {}
    mistakes: list[Mistake] = []
    for name, unit in program.graphs.items():
        if not isinstance(unit, Loop):
            continue
        share = min(
            (DEEPEST - upper - lower) // (over + under)
            for over, upper in above.get(name, {0: 0}).items()
            for under, lower in below[name].items()
        )
        known = known_count(unit)
        wanted = (ENOUGH, MOST) if known is None else (min(known, MOST),) * 2
        found[name] = divide(max(share, 1), *wanted)
        if known is not None and known > found[name].bound:
            message = f"the loop takes {known:,} rounds, and a run can have {found[name].bound:,} here"
            mend = "Let a task loop over several items at a time, or run independent rounds with `asyncio.gather`."
            mistakes.append(Mistake(message, unit.where, mend))
    if mistakes:
        raise ProgramError(*mistakes)
    return found


def divide(share: int, enough: int, most: int) -> Rounds:
    """Use a share of the depth: as few levels as give enough rounds, else those that give the most."""
    options = [Rounds(levels, share // levels) for levels in range(1, share + 1)]
    best = next((item for item in options if item.bound >= enough), None)
    if best is None:
        return max(options, key=lambda item: item.bound)
    chunk = next(size for size in range(1, best.chunk + 1) if size == best.chunk or size**best.levels >= most)
    return Rounds(best.levels, chunk)


def may_be_stopped(unit: Unit) -> bool:
    """Say whether a construct can come to its last possible round, or have too many items."""
    return isinstance(unit, Map) or (isinstance(unit, Loop) and known_count(unit) is None)


def too_many(unit: Loop | Map) -> str:
    """Name the plan of the pod that fails where a construct would have to go on, and cannot."""
    return f"{unit.name}-too-many"


def stopping_plan(unit: Loop | Map, bound: int, *, records: bool) -> Plan:
    """Plan the pod that says so: Argo would say it in its own words, or never."""
    place = unit.where.place
    if isinstance(unit, Map):
        message = (
            f"the list that is gone through at {place} has more than {bound:,} items, and a run cannot keep the state "
            "of more. Let each task do several."
        )
    else:
        message = (
            f"the loop at {place} took {bound:,} rounds, the most that Argo can nest here, and wants another one. "
            "Let each round do more, or let a task loop."
        )
    names: dict[str, Any] = {"__builtins__": builtins}
    text = "\n" * (unit.where.line - 1) + f"def stop(): raise RuntimeError({message!r})"
    exec(compile(text, unit.where.file, "exec"), names)  # noqa: S102
    step = Step(Code(unit.title, names["stop"], pure=True, total=False), (), unit.where)
    return Plan(too_many(unit), None, (), (step,), (), (), (0,), (type(None),), unit.where, records=records)


def known_count(loop: Loop) -> int | None:
    """Give the number of rounds that is known at compile time."""
    count = loop.count.value if isinstance(loop.count, Literal) else None
    return max(count, 1) if isinstance(count, int) else None


def depth_of(program: Program, rounds: Mapping[str, Rounds]) -> int:
    """Count the templates on the longest way from the entry to a pod, the rounds of loops included."""
    known: dict[str, int] = {}
    thin = without_template(program)
    calls = onward(program)

    def depth(name: str) -> int:
        if name not in known:
            unit = program.graphs[name]
            own = rounds[name].depth if isinstance(unit, Loop) else 0
            inner = (layers(program, unit, call, thin) + depth(call.graph) for call in calls[name])
            known[name] = own + max([1 - isinstance(unit, Loop) - (name in thin) + bottom(program, unit), *inner])
        return known[name]

    return depth(program.entry)


def levels_of(program: Program, rounds: Mapping[str, Rounds]) -> dict[str, int]:
    """Count, for each function that calls itself, how many of its calls can stand in each other.

    As deep as the first round of each loop takes them; later rounds leave room for fewer.
    """
    calls, thin, again = onward(program), without_template(program), circles(program)

    def first(unit: Unit) -> int:
        return rounds[unit.name].levels if isinstance(unit, Loop) else 0

    def longest(name: str, wanted: str) -> int | None:
        """Count the templates from a unit to a call of `wanted` that closes a circle."""
        key = (name, wanted)
        if key not in known:
            unit = program.graphs[name]
            closing = [call for call in unit.calls if call.graph == wanted and (name, wanted) in again]
            ways = [layers(program, unit, call, thin) for call in closing]
            for call in calls[name]:
                inner = longest(call.graph, wanted)
                if inner is not None:
                    ways.append(layers(program, unit, call, thin) + inner)
            known[key] = max(ways) + first(unit) if ways else None
        return known[key]

    known: dict[tuple[str, str], int | None] = {}
    above, below = ways_above(program), ways_below(program)
    found: dict[str, int] = {}
    for name in sorted({callee for _, callee in again}):
        circle = longest(name, name)
        used = max(above.get(name, {0: 0}).values()) + max(below[name].values())
        if circle:
            title, most = title_of(name), 1 + max(DEEPEST - used, 0) // circle
            found[title] = min(found.get(title, most), most)
    return found


def only_node(program: Program, name: str) -> Pod | Sub | None:
    """Give the only node of a region that gives nothing else: the construct then runs it itself."""
    unit = program.graphs[name]
    if not isinstance(unit, Graph) or not unit.is_region or len(unit.nodes) != 1:
        return None
    (node,) = unit.nodes
    values = unit.result.values
    if not isinstance(node, Pod | Sub) or any(isinstance(atom, Literal) or atom.node != node.name for atom in values):
        return None
    return node


def without_template(program: Program) -> frozenset[str]:
    """Name the regions that need no template: only constructs call them, and look through them."""
    units = program.graphs.values()
    called = {call.graph for unit in units if isinstance(unit, Graph) for call in unit.calls}
    return frozenset(name for name in program.graphs if name not in called and only_node(program, name) is not None)


def layers(program: Program, unit: Unit, call: Sub, thin: frozenset[str]) -> int:
    """Count the templates of a unit around one of its calls; those of a loop are counted apart."""
    match unit:
        case Loop():
            return 0
        case Attempt(body=body):
            return 2 if call is body else 1
        case Map():
            return 2 if program.is_storeless else 1
        case _:
            return 1 - (unit.name in thin)


def bottom(program: Program, unit: Unit) -> int:
    """Count the templates below a unit that are no units: a pod, or the two of a join, with which a `try` may end."""
    if program.is_storeless or (isinstance(unit, Graph) and any(isinstance(node, Join) for node in unit.nodes)):
        return 2
    return 1


def ways_below(program: Program) -> Mapping[str, Ways]:
    """Give, for each unit, the ways from it down to a pod."""
    known: dict[str, Ways] = {}
    thin = without_template(program)
    calls, again = onward(program), recursive(program)

    def ways(name: str) -> Ways:
        if name not in known:
            unit = program.graphs[name]
            is_loop = isinstance(unit, Loop)
            own = 1 if is_loop or name in again else 0
            found: Ways = {own: 1 - is_loop - (name in thin) + bottom(program, unit)}
            for call in calls[name]:
                for loops, length in ways(call.graph).items():
                    longer(found, own + loops, layers(program, unit, call, thin) + length)
            known[name] = found
        return known[name]

    for name in program.graphs:
        ways(name)
    return known


def ways_above(program: Program) -> Mapping[str, Ways]:
    """Give, for each unit that the entry leads to, the ways from the entry down to it, itself left out."""
    found: dict[str, Ways] = {program.entry: {0: 0}}
    thin = without_template(program)
    calls, again = onward(program), recursive(program)
    for name in reversed(order(program)):
        unit = program.graphs[name]
        own = 1 if isinstance(unit, Loop) or name in again else 0
        for loops, length in found[name].items():
            for call in calls[name]:
                longer(found.setdefault(call.graph, {}), loops + own, length + layers(program, unit, call, thin))
    return found


def order(program: Program) -> list[str]:
    """List the units that the entry leads to, callees first."""
    done: dict[str, None] = {}
    calls = onward(program)

    def visit(name: str) -> None:
        if name not in done:
            for call in calls[name]:
                visit(call.graph)
            done[name] = None

    visit(program.entry)
    return list(done)


def longer(ways: Ways, loops: int, length: int) -> None:
    """Keep the longest way for a number of loops."""
    ways[loops] = max(ways.get(loops, 0), length)
