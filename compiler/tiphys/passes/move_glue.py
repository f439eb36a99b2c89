"""Move glue across the borders of branches, to where a pod takes it along.

What is made of the values that a `Switch` gives would need a pod behind it: each arm computes its own part of that, in
the pod that makes the value. What an arm computes before its first call, such as the test of an `elif`, would need a
pod in it: the pod that decides for the arm computes that too, if the arm is the one that is taken. What a graph
computes first moves to its callers (lift_glue.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tiphys.ir import Atom, Glue, Graph, Literal, Node, Program, Ref, Sub, Switch, Unit, operands_of
from tiphys.passes.branches import Branch, substituted, types_in, without_unread
from tiphys.passes.drop_unread import drop_unread
from tiphys.passes.handing_on import free_name
from tiphys.passes.lift_glue import is_liftable, lift, may_gain
from tiphys.passes.picking import folded, picked
from tiphys.passes.place_glue import is_fixed
from tiphys.passes.place_items import in_order
from tiphys.passes.places import Known, guarded
from tiphys.passes.read_numbers import may_be_read, read_number
from tiphys.passes.selecting import dissolve_one, select_one
from tiphys.passes.settle_glue import settle_one
from tiphys.passes.turn_loops import turn_one

MOST = 400
"""So many moves at most: a chain of n branches that only glue connects takes n * n of them."""


def move_glue(program: Program) -> Program:
    """Move what would cost a pod where it stands, and may cost none elsewhere."""
    if len(program.graphs) == 1:
        return program
    graphs = dict(program.graphs)
    known = Known({})
    for _ in range(MOST):
        if not (
            sink_one(graphs, known)
            or read_one(graphs, known)
            or turn_one(graphs, known)
            or select_one(graphs, known)
            or settle_one(graphs, list(branches(graphs)), known)
            or dissolve_one(graphs, list(branches(graphs)), known)
            or hoist_one(graphs, known)
            or lift_one(graphs, known, program.entry)
        ):
            break
        graphs = in_order(graphs, program.entry)
    return drop_unread(replace(program, graphs=graphs))


def branches(graphs: dict[str, Unit]) -> Iterator[Branch]:
    """List the branches, outermost first."""
    calls = Counter(call.graph for unit in graphs.values() for call in unit.calls)
    for unit in reversed(list(graphs.values())):
        for call in unit.calls if isinstance(unit, Graph) else ():
            if isinstance(graphs[call.graph], Switch) and calls[call.graph] == 1:
                yield Branch(graphs, unit.name, call.name, call.graph)


# ---- into the arms


def sink_one(graphs: dict[str, Unit], known: Known) -> bool:
    """Move one piece of glue from behind a branch into its arms."""
    for branch in branches(graphs):
        places = known.of(branch.graph)
        for node in places.costly():
            needed = places.placing.needs[node.name]
            if branch.name in needed and places.placing.is_after(branch.name, needed):
                moved = places.riding_with(node)
                if places.are_there(moved, branch.name):
                    sink(branch, node, moved)
                    return True
    return False


def sink(branch: Branch, root: Glue, moved: list[Glue]) -> None:
    """Move a piece of glue, and what rides with it, into the arms of a branch."""
    row: list[Atom] = []
    for number in range(len(branch.switch.arms)):
        value = add_to_arm(branch, number, moved)
        region, arm = branch.region(number), branch.switch.arms[number]
        assert region is not None
        assert arm is not None
        if isinstance(value, Literal):
            row.append(value)
            continue
        row.append(Ref(arm.name, region.width))
        branch.graphs[region.name] = replace(
            region, result=replace(region.result, values=(*region.result.values, value))
        )
    switch = branch.switch
    branch.graphs[switch.name] = replace(switch, outputs=(*switch.outputs, tuple(row)))
    given = Ref(branch.name, switch.width)
    graph = substituted(
        branch.graph, lambda atom: given if atom == Ref(root.name) else atom, {root.name: (branch.name,)}
    )
    branch.graphs[branch.around] = without_unread(graph, {piece.name for piece in moved})
    branch.tidy()


def add_to_arm(branch: Branch, number: int, moved: list[Glue]) -> Atom:
    """Compute glue at the end of an arm; gives the last value of it."""
    test, names = branch.test, dict[str, Atom]()
    is_given, known = branch.region(number) is not None, set[Atom]()
    branch.with_region(number)
    kinds = types_in(branch.graph)

    def seen(atom: Atom) -> Atom:
        arm, region = branch.switch.arms[number], branch.region(number)
        assert arm is not None
        assert region is not None
        if isinstance(atom, Literal):
            return atom
        if atom == test:
            return Literal(number)
        if atom.node in names:
            return names[atom.node]
        if atom.node == branch.name:
            atom = branch.switch.outputs[atom.output][number]
            if isinstance(atom, Ref) and atom.node == arm.name:
                return region.result.values[atom.output]
            if isinstance(atom, Literal):
                known.add(atom)
                return atom
            return branch.passed_on(number, atom)
        label = f"{atom.node}--{atom.output}" if atom.output else atom.node
        return branch.passed_on(number, branch.taken_in(atom, label, kinds.get(atom, object)))

    for piece in moved:
        if (only := picked(piece, test, number)) is not None:
            names[piece.name] = seen(only)
            continue
        operands = tuple((label, seen(atom)) for label, atom in piece.operands)
        if (value := folded(piece.code, (atom for _, atom in operands))) is not None:
            names[piece.name] = value
            continue
        frame = () if piece.code.total else tuple(seen(atom) for atom in piece.frame)
        # an arm that ends by raising gives known values that nobody means to read
        is_doubtful = is_given and any(atom in known for _, atom in operands)
        code = replace(piece.code, total=False) if is_doubtful and piece.code.total else piece.code
        region = branch.with_region(number)
        taken = (*(item.name for item in region.inputs), *(node.name for node in region.nodes))
        name = free_name(piece.name, taken)
        names[piece.name] = Ref(name)
        made = replace(piece, name=name, code=code, operands=operands, after=region.result.after, frame=frame)
        end = replace(region.result, after=(name,)) if is_fixed(made) else region.result
        branch.graphs[region.name] = replace(region, nodes=(*region.nodes, made), result=end)
    return names[moved[-1].name]


# ---- out to the callers


def lift_one(graphs: dict[str, Unit], known: Known, entry: str) -> bool:
    """Move one piece of glue from the start of a graph to where that is called."""
    for graph in list(graphs.values()):
        if not isinstance(graph, Graph) or not is_liftable(graph, entry):
            continue
        places = known.of(graph)
        for node in places.costly():
            moved = places.riding_with(node) if not places.placing.needs[node.name] else []
            if moved and may_gain(graphs, graph, moved):
                lift(graphs, graph, node, moved)
                return True
    return False


# ---- to Argo


def read_one(graphs: dict[str, Unit], known: Known) -> bool:
    """Let Argo read one number at the start of a region."""
    for graph in list(graphs.values()):
        places = known.of(graph) if isinstance(graph, Graph) else None
        for node in places.costly() if places is not None else ():
            assert places is not None
            assert isinstance(graph, Graph)
            if places.placing.needs[node.name]:
                continue
            sharing = [name for name, place in places.chosen.items() if place == node.name]
            readable = [moved for name in sharing if may_be_read(moved := places.made_of(name))]
            covered = {piece.name for moved in readable for piece in moved}
            # the last first: it may be made of the others
            if covered.issuperset(sharing) and read_number(graphs, graph, readable[-1]):
                return True
    return False


# ---- out of the arms


def hoist_one(graphs: dict[str, Unit], known: Known) -> bool:
    """Move one piece of glue from the start of an arm to where that is decided on."""
    every = list(branches(graphs))
    for branch in every:
        for number in range(len(branch.switch.arms)):
            region = branch.region(number)
            places = known.of(region) if region is not None else None
            for node in places.costly() if places is not None else ():
                assert places is not None
                if places.placing.needs[node.name]:
                    continue
                moved = places.riding_with(node)
                own = {piece.name for piece in moved}
                read = {atom for piece in moved for atom in operands_of(piece)}
                outer = {
                    branch.outside(number, atom) for atom in read if isinstance(atom, Ref) and atom.node not in own
                }
                if can_host(branch, outer, every, known):
                    hoist(branch, number, node, moved)
                    return True
    return False


def can_host(branch: Branch, atoms: set[Atom], every: list[Branch], known: Known) -> bool:
    """Say whether the pod that decides on a branch can know these values too."""
    graph, test = branch.graph, branch.test
    inputs = {item.name for item in graph.inputs}
    names = [atom.node for atom in atoms if isinstance(atom, Ref)]
    if not isinstance(test, Ref):
        return False
    if test.node in inputs:
        for outer in every:
            for number, arm in enumerate(outer.switch.arms):
                if arm is not None and arm.graph == graph.name and inputs.issuperset(names):
                    return can_host(outer, {outer.outside(number, atom) for atom in (test, *atoms)}, every, known)
        return False
    placing = known.of(graph).placing
    hosts = placing.done_at([test.node])
    if len(hosts) != 1:
        return False
    (host,) = hosts
    node = placing.nodes[host]
    is_known = placing.is_after(host, placing.done_at(names))
    return is_known and (not isinstance(node, Sub) or isinstance(branch.graphs[node.graph], Switch))


def hoist(branch: Branch, number: int, root: Glue, moved: list[Glue]) -> None:
    """Move a piece of glue, and what rides with it, out of an arm."""
    graph, call, arm = branch.graph, branch.call, branch.switch.arms[number]
    assert arm is not None
    taken = {*(item.name for item in graph.inputs), *(node.name for node in graph.nodes)}
    around = tuple(branch.around_switch(atom) for atom in arm.frame) or call.frame
    names: dict[str, str] = {}
    order, made = call.after, list[Node]()

    def seen(atom: Atom) -> Atom:
        return Ref(names[atom.node]) if isinstance(atom, Ref) and atom.node in names else branch.outside(number, atom)

    for piece in moved:
        name = free_name(piece.name, taken)
        operands = (("which", branch.test), *((label, seen(atom)) for label, atom in piece.operands))
        frame = () if piece.code.total else tuple(seen(atom) for atom in piece.frame) or around
        made.append(replace(piece, name=name, code=guarded(piece, number), operands=operands, after=order, frame=frame))
        names[piece.name] = name
        taken.add(name)
        if is_fixed(piece):
            order = (name,)
    nodes = [new for node in graph.nodes for new in ((*made, replace(call, after=order)) if node is call else (node,))]
    branch.graphs[graph.name] = replace(graph, nodes=tuple(nodes))
    region = branch.region(number)
    assert region is not None
    before = tuple(name for name in root.after if name not in names)
    region = substituted(region, lambda atom: atom, {root.name: before})
    branch.graphs[region.name] = without_unread(region, set(names))
    given = branch.taken_in(Ref(names[root.name]), root.name, root.type)
    branch.passed_on(number, given, root.name)
    branch.tidy()
