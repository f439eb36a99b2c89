"""Give what runs inside a `try`, and outside of one too, a unit for each: where there is no artifact repository.

There a unit inside a `try` hands its exceptions on as a value, and so always succeeds; one outside of it fails. The
same holds for the items of a map whose exceptions are values.
"""

from __future__ import annotations

from dataclasses import replace

from tiphys.ir import Program, Sub, Unit
from tiphys.passes.handing_on import free_name
from tiphys.passes.place_items import in_order, with_calls
from tiphys.passes.records import is_tried, recording


def separate_tried(program: Program) -> Program:
    """Copy the units that run inside a `try` and outside of one."""
    if not program.is_storeless:
        return program
    inside = recording(program)
    both = inside & reached_outside(program)
    if not both:
        return program
    copies = {name: free_name(f"{name}-tried", program.graphs) for name in program.graphs if name in both}
    graphs: dict[str, Unit] = {}
    for name, unit in program.graphs.items():
        if name in copies:
            graphs[copies[name]] = replace(redirected(program, unit, copies, is_inside=True), name=copies[name])
        graphs[name] = redirected(program, unit, copies, is_inside=name in inside and name not in copies)
    return replace(program, graphs=in_order(graphs, program.entry))


def reached_outside(program: Program) -> frozenset[str]:
    """Name the units that run outside of any `try`."""
    found: set[str] = set()
    stack = [program.entry]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            unit = program.graphs[name]
            stack.extend(call.graph for call in unit.calls if not is_tried(unit, call, program))
    return frozenset(found)


def redirected(program: Program, unit: Unit, copies: dict[str, str], *, is_inside: bool) -> Unit:
    """Let the calls of a unit that are inside of a `try` lead to the copies."""

    def copy_of(call: Sub) -> Sub:
        return replace(call, graph=copies[call.graph]) if call.graph in copies else call

    calls = [copy_of(call) if is_inside or is_tried(unit, call, program) else call for call in unit.calls]
    return with_calls(unit, calls)
