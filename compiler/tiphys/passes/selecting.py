"""Let what only chooses among values that are there cost no pod.

Glue that picks one of several values by how a loop ended is a `Switch` without regions, which Argo decides. A `Switch`
without regions on how a `try` ended is no unit at all: the `try` gives what each of its regions would lead to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import FunctionType

from tiphys.ir import EXITS, Atom, Call, Code, Glue, Graph, Input, Literal, Loop, Ref, Sub, Switch, Unit
from tiphys.passes.branches import Branch, substituted, types_in, without_unread
from tiphys.passes.handing_on import free_name
from tiphys.passes.picking import result_of
from tiphys.passes.places import Known, Places
from tiphys.passes.settle_glue import Try, tries
from tiphys_runtime.objects import value_at


def select_one(graphs: dict[str, Unit], known: Known) -> bool:
    """Let Argo choose what one piece of glue only picks."""
    for graph in list(graphs.values()):
        if not isinstance(graph, Graph):
            continue
        places = known.of(graph)
        for root in places.costly():
            moved = places.riding_with(root)
            for ended in ends_of_loops(graphs, graph, moved):
                row = picks(moved, ended, EXITS)
                if row is not None and all(is_there(places, graph, atom) for atom in row):
                    choose(graphs, graph, root, moved, ended, row)
                    return True
    return False


def ends_of_loops(graphs: dict[str, Unit], graph: Graph, moved: list[Glue]) -> Iterable[Ref]:
    """List the exits of loops that glue reads."""
    loops = {call.name for call in graph.calls if isinstance(graphs[call.graph], Loop)}
    read = dict.fromkeys(atom for piece in moved for _, atom in piece.operands)
    return [atom for atom in read if isinstance(atom, Ref) and atom.node in loops and not atom.output]


def picks(moved: list[Glue], test: Ref, many: int) -> list[Atom] | None:
    """Give, for each number that `test` may be, the value that glue picks then; nothing if it ever does more."""
    row: list[Atom] = []
    for number in range(many):
        names: dict[Atom, Atom] = {test: Literal(number)}
        for piece in moved:
            found = result_of(piece.code, [names.get(atom, atom) for _, atom in piece.operands])
            if found is None:
                return None
            names[Ref(piece.name)] = found
        row.append(names[Ref(moved[-1].name)])
    return row


def is_there(places: Places, graph: Graph, atom: Atom) -> bool:
    """Say whether a value is an output of something, or known."""
    if isinstance(atom, Literal) or any(item.name == atom.node for item in graph.inputs):
        return True
    return isinstance(places.placing.nodes[atom.node], Call | Sub)


def choose(graphs: dict[str, Unit], graph: Graph, root: Glue, moved: list[Glue], test: Ref, row: list[Atom]) -> None:
    """Put a `Switch` without regions where a piece of glue was."""
    kinds = types_in(graph)
    inputs: dict[Ref, Input] = {test: Input("which", int, root.where)}
    for atom in row:
        if isinstance(atom, Ref) and atom not in inputs:
            inputs[atom] = Input(f"value-{len(inputs)}", kinds.get(atom, object), root.where)
    inner = tuple(Ref(inputs[atom].name) if isinstance(atom, Ref) else atom for atom in row)
    name = free_name(f"{graph.name}.{root.name}", graphs)
    arms = (None,) * len(row)
    graphs[name] = Switch(name, tuple(inputs.values()), Ref("which"), arms, (inner,), root.where, "choice")
    arguments = tuple((item.name, atom) for atom, item in inputs.items())
    called = Sub(root.name, name, arguments, root.type, root.after, root.where)
    nodes = tuple(called if node is root else node for node in graph.nodes)
    graphs[graph.name] = without_unread(replace(graph, nodes=nodes), {piece.name for piece in moved} - {root.name})


# ---- how a `try` ended


def dissolve_one(graphs: dict[str, Unit], branches: list[Branch], known: Known) -> bool:
    """Let a `try` give what a `Switch` without regions chooses by how it ended."""
    for found in tries(graphs):
        for branch in branches:
            follows = branch.around == found.around and isinstance(branch.test, Ref) and branch.test.node == found.name
            if follows and not branch.switch.calls and dissolve(found, branch, known):
                return True
    return False


def dissolve(found: Try, branch: Branch, known: Known) -> bool:
    """Do it for one branch, if its values are there at the ends of the regions."""
    assert isinstance(branch.test, Ref)
    done = found.known(0, branch.test.output)
    if not isinstance(done, Literal):
        return False
    rows = [[branch.around_switch(atom) for atom in row] for row in branch.switch.outputs]
    places = known.of(found.graph)
    number = done.value
    assert isinstance(number, int)
    if not all(found.can_reach(places, atom) for row in rows for atom in row):
        return False
    if any(late(found, atom) for row in rows for atom in row):
        return False
    kinds = types_in(found.graph)
    given: list[Ref] = []
    for row in rows:
        kind = kinds.get(row[number], object)
        given.append(found.give(found.inside(0, row[number], kind), chosen(found, branch.test, row)))

    def seen(atom: Atom) -> Atom:
        return given[atom.output] if isinstance(atom, Ref) and atom.node == branch.name else atom

    found.graphs[found.around] = substituted(found.graph, seen, {branch.name: (found.name,)})
    return True


def late(found: Try, atom: Atom) -> bool:
    """Say whether a value is not known in the pod that finds the exception: what a catch hands on unread."""
    if not isinstance(atom, Ref) or atom.node != found.name:
        return False
    failed = found.known(1, atom.output)
    if not isinstance(failed, Ref) or failed.node != found.attempt.catch.name:
        return False
    inner = found.region(1).result.values[failed.output]
    made = next((node for node in found.region(1).nodes if isinstance(inner, Ref) and node.name == inner.node), None)
    return made is not None and not isinstance(made, Glue)


def chosen(found: Try, test: Ref, row: list[Atom]) -> Atom:
    """Choose a value where the `try` has failed; gives it as it is at the end of that region."""
    values = [found.inside(1, atom) for atom in row]
    which = found.inside(1, test)
    if isinstance(which, Literal):
        return values[which.value if isinstance(which.value, int) else 0]
    if all(same(value, values[0]) for value in values):
        return values[0]
    region = found.region(1)
    name = free_name("chosen", (*(item.name for item in region.inputs), *(node.name for node in region.nodes)))
    assert isinstance(value_at, FunctionType)
    code = Code("chosen", value_at, pure=True, total=True)
    operands = (("which", which), *((f"value_{number}", value) for number, value in enumerate(values)))
    glue = Glue(name, code, operands, object, region.result.after, found.attempt.where)
    found.graphs[region.name] = replace(region, nodes=(*region.nodes, glue))
    return Ref(name)


def same(one: Atom, other: Atom) -> bool:
    """Say whether two values are surely the same."""
    if isinstance(one, Literal) and isinstance(other, Literal):
        simple = (type(None), bool, int, str)
        return type(one.value) is type(other.value) and isinstance(one.value, simple) and one.value == other.value
    return one == other
