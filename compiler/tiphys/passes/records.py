"""Which units leave records: what runs in the body of an `Attempt` does, for the catch. Read by argo too."""

from __future__ import annotations

from tiphys.ir import Attempt, Map, Program, Sub, Unit


def recording(program: Program) -> frozenset[str]:
    """Name the graphs and constructs that the body of an `Attempt` reaches.

    Without an artifact repository also those that the items of a map reach whose exceptions are values.
    """
    units = program.graphs.values()
    return reached(program, [call.graph for unit in units for call in unit.calls if is_tried(unit, call, program)])


def sharing(program: Program) -> frozenset[str]:
    """Name what the items of maps reach, where their values share the room that there is: in the run's own object."""
    maps = (unit for unit in program.graphs.values() if isinstance(unit, Map) and program.is_storeless)
    return reached(program, [unit.body.graph for unit in maps])


def reached(program: Program, stack: list[str]) -> frozenset[str]:
    """Name these units, and all that they reach."""
    found: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(call.graph for call in program.graphs[name].calls)
    return frozenset(found)


def is_tried(unit: Unit, call: Sub, program: Program) -> bool:
    """Say whether a unit takes the exceptions of what it calls."""
    match unit:
        case Attempt(body=body):
            return call is body
        case Map(keeps_errors=keeps):
            return keeps and program.is_storeless
        case _:
            return False
