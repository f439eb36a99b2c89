"""Which graphs and constructs take more than their inputs, because of the pods that they lead to.

A pod that writes an item of a map, a record for a catch, or reads the records as a catch, is told where. What it is
told comes from the construct around it, through every call on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tiphys.argo.expressions import CAUGHT, FRAME, ITEM_AT, RECORDS_TO, SHARE
from tiphys.ir import Attempt, Graph, Map, Pod, Program, Sub, Unit
from tiphys.passes.records import recording, sharing


def needs_of(program: Program) -> Mapping[str, tuple[str, ...]]:
    """Name, for each unit, the parameters of ours that it takes beside `at`."""

    def is_item(pod: Pod) -> bool:
        return pod.item == "@"

    def is_catch(pod: Pod) -> bool:
        return program.plans[pod.plan].catch is not None

    items = reaching(program, is_item, lambda unit, _: isinstance(unit, Map))
    caught = reaching(program, is_catch, lambda unit, call: isinstance(unit, Attempt) and call is unit.catch)
    records, shared = recording(program), sharing(program)
    return {
        name: (
            *((ITEM_AT,) if name in items else ()),
            *((RECORDS_TO, FRAME) if name in records else ()),
            *((CAUGHT,) if name in caught else ()),
            *((SHARE,) if name in shared else ()),
        )
        for name in program.graphs
    }


def reaching(program: Program, wanted: Callable[[Pod], bool], stops: Callable[[Unit, Sub], bool]) -> frozenset[str]:
    """Name the units that lead to a wanted pod; `stops` says at which calls a construct begins anew."""
    callers: dict[str, list[str]] = {}
    found: set[str] = set()
    stack: list[str] = []
    for name, unit in program.graphs.items():
        for call in unit.calls:
            if not stops(unit, call):
                callers.setdefault(call.graph, []).append(name)
        if isinstance(unit, Graph) and any(isinstance(node, Pod) and wanted(node) for node in unit.nodes):
            stack.append(name)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(callers.get(name, ()))
    return frozenset(found)
