"""Units that call themselves, directly or through others: which calls close a circle, and how deep a run can go."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tiphys.ir import Program, Sub

Calls = Mapping[str, tuple[Sub, ...]]
"""The calls of each unit, but for those that lead back to a unit around it."""


def circles(program: Program) -> frozenset[tuple[str, str]]:
    """Name the calls by which a unit runs again inside itself: the unit that calls, and the one that is called."""
    found: set[tuple[str, str]] = set()
    open_: dict[str, bool] = {}

    def visit(name: str) -> None:
        open_[name] = True
        for call in program.graphs[name].calls:
            if call.graph not in open_:
                visit(call.graph)
            elif open_[call.graph]:
                found.add((name, call.graph))
        open_[name] = False

    for name in (program.entry, *program.graphs):
        if name not in open_:
            visit(name)
    return frozenset(found)


def onward(program: Program) -> Calls:
    """Give the calls of each unit that lead on: without circles."""
    back = circles(program)
    return {
        name: tuple(call for call in unit.calls if (name, call.graph) not in back)
        for name, unit in program.graphs.items()
    }


def recursive(program: Program) -> frozenset[str]:
    """Name the units that are called again from inside."""
    return frozenset(callee for _, callee in circles(program))


def title_of(name: str) -> str:
    """Name what calls itself as its author does: several graphs may be made of one function."""
    return re.sub(r"(-\d+|-item|-tried)+$", "", name).rpartition(".")[2]
