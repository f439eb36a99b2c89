"""Which units leave records: what runs in the body of an `Attempt` does, for the catch. Read by argo too."""

from __future__ import annotations

from tiphys.ir import Attempt, Program


def recording(program: Program) -> frozenset[str]:
    """Name the graphs and constructs that the body of an `Attempt` reaches."""
    found: set[str] = set()
    stack = [unit.body.graph for unit in program.graphs.values() if isinstance(unit, Attempt)]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(call.graph for call in program.graphs[name].calls)
    return frozenset(found)
