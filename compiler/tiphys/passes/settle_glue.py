"""Move glue from behind a `try` into it, where the pod that ends it takes the glue along.

What follows a `try` would need a pod of its own: of a body that succeeded, the last pod computes it, and of one that
failed, the pod that finds the exception. Glue that can raise may not move into the body, whose handlers would catch
what it raises; it may move to where the exception is found, which is outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tiphys.ir import Atom, Attempt, Call, Glue, Graph, Literal, Pod, Ref, Sub, Unit, operands_of, predecessors
from tiphys.passes.branches import Branch, substituted, types_in, without_unread
from tiphys.passes.callers import Called, Step, passed
from tiphys.passes.handing_on import free_name
from tiphys.passes.picking import folded
from tiphys.passes.place_glue import is_fixed
from tiphys.passes.places import Known, Places, guarded

MOVED = "moved:"
"""What the names of glue begin with that is on its way from an arm: what stands around may have the same names."""


class Try(Called):
    """A call of an `Attempt` that is called once."""

    @property
    def attempt(self) -> Attempt:
        attempt = self.graphs[self.construct]
        assert isinstance(attempt, Attempt)
        return attempt

    def region(self, way: int) -> Graph:
        """Give the region of the body (0) or of the catch (1)."""
        region = self.graphs[self.attempt.calls[way].graph]
        assert isinstance(region, Graph)
        return region

    def known(self, way: int, output: int) -> Atom:
        """Give an output where one of the regions ended, as a known value if it is one."""
        atom, call = self.attempt.outputs[output][way], self.attempt.calls[way]
        if isinstance(atom, Ref) and atom.node == call.name:
            given = self.region(way).result.values[atom.output]
            return given if isinstance(given, Literal) else atom
        return atom

    def inside(self, way: int, atom: Atom, kind: object = object) -> Atom:
        """Give what a value around the `try` is at the end of one of its regions."""
        if isinstance(atom, Ref) and atom.node == self.name:
            atom = self.attempt.outputs[atom.output][way]
            call = self.attempt.calls[way]
            if isinstance(atom, Literal):
                return atom
            if atom.node == call.name:
                return self.region(way).result.values[atom.output]
        elif isinstance(atom, Ref):
            label = f"{atom.node}--{atom.output}" if atom.output else atom.node
            atom = passed(self.graphs, Step(self.graph, self.call), atom, label, kind)
        if isinstance(atom, Literal):
            return atom
        return passed(self.graphs, Step(self.attempt, self.attempt.calls[way]), atom, atom.node, kind)

    def can_reach(self, places: Places, atom: Atom) -> bool:
        """Say whether a value around the `try` is there when it begins, or is given by it."""
        if (
            not isinstance(atom, Ref)
            or atom.node == self.name
            or any(item.name == atom.node for item in self.graph.inputs)
        ):
            return True
        if any(given == atom for _, given in self.call.arguments):
            return True
        made = places.placing.nodes[atom.node]
        is_before = places.placing.position[atom.node] < places.placing.position[self.name]
        return (
            isinstance(made, Call | Sub) and is_before and places.placing.is_after(self.name, frozenset((atom.node,)))
        )

    def give(self, done: Atom, failed: Atom) -> Ref:
        """Let the `try` give a further value, that of one of its regions; `done` and `failed` are seen there."""
        row: list[Atom] = []
        for way, value in enumerate((done, failed)):
            if isinstance(value, Literal):
                row.append(value)
                continue
            region = self.region(way)
            row.append(Ref(self.attempt.calls[way].name, region.width))
            end = replace(region.result, values=(*region.result.values, value))
            self.graphs[region.name] = replace(region, result=end)
        attempt = self.attempt
        self.graphs[attempt.name] = replace(attempt, outputs=(*attempt.outputs, (row[0], row[1])))
        return Ref(self.name, attempt.width)


def settle_one(graphs: dict[str, Unit], branches: list[Branch], known: Known) -> bool:
    """Move one piece of glue into a `try`."""
    for found in tries(graphs):
        for branch in branches:
            if branch.around == found.around and isinstance(branch.test, Ref) and branch.test.node == found.name:
                for number in range(len(branch.switch.arms)):
                    if settle_arm(found, branch, number, known):
                        return True
        if settle_behind(found, known):
            return True
    return False


def tries(graphs: dict[str, Unit]) -> Iterator[Try]:
    """List the `try`s whose body runs a pod."""
    counts = Counter(call.graph for unit in graphs.values() for call in unit.calls)
    for unit in list(graphs.values()):
        for call in unit.calls if isinstance(unit, Graph) else ():
            attempt = graphs[call.graph]
            if isinstance(attempt, Attempt) and counts[call.graph] == 1:
                found = Try(graphs, unit.name, call.name, call.graph)
                if any(isinstance(node, Call | Pod) for node in found.region(0).nodes):
                    yield found


def settle_behind(found: Try, known: Known) -> bool:
    """Move glue that stands beside a `try` into both of its regions."""
    places = known.of(found.graph)
    for root in places.costly():
        moved = places.riding_with(root)
        if can_settle(found, places, root, moved):
            kinds = types_in(found.graph)
            given = found.give(*(computed(found, way, moved, kinds, None) for way in (0, 1)))
            put(found, root, moved, given)
            return True
    return False


def can_settle(found: Try, places: Places, root: Glue, moved: list[Glue]) -> bool:
    """Say whether glue beside a `try` may be computed in it, and whether nobody needs it before."""
    if not all(piece.code.total and piece.code.pure for piece in moved):
        return False
    position = places.placing.position
    for node in found.graph.nodes:
        if position[node.name] <= position[found.name] and root.name in predecessors(node, frozenset()):
            return False
    return all(found.can_reach(places, atom) for atom in read_by(moved))


def read_by(moved: list[Glue]) -> set[Ref]:
    """List what pieces of glue read from outside."""
    own = {piece.name for piece in moved}
    atoms = {atom for piece in moved for atom in operands_of(piece) if isinstance(atom, Ref)}
    return {atom for atom in atoms if atom.node not in own}


def put(found: Try, root: Glue, moved: list[Glue], given: Ref) -> None:
    """Read what the `try` gives instead of a piece of glue beside it."""
    graph = substituted(found.graph, lambda atom: given if atom == Ref(root.name) else atom, {root.name: (found.name,)})
    found.graphs[graph.name] = without_unread(graph, {piece.name for piece in moved})


def settle_arm(found: Try, branch: Branch, number: int, known: Known) -> bool:
    """Move glue at the start of an arm that is taken by how a `try` ended."""
    region = branch.region(number)
    if region is None or not isinstance(branch.test, Ref):
        return False
    around = known.of(found.graph)
    places = known.of(region)
    done, failed = (found.known(way, branch.test.output) for way in (0, 1))
    after_body = not isinstance(done, Literal) or done.value == number
    after_catch = not isinstance(failed, Literal) or failed.value == number
    for root in places.costly():
        if places.placing.needs[root.name]:
            continue
        moved = places.riding_with(root)
        own = {piece.name for piece in moved}
        if after_body and (isinstance(done, Ref) or not all(piece.code.total for piece in moved)):
            continue
        read = {
            atom for piece in moved for atom in operands_of(piece) if not (isinstance(atom, Ref) and atom.node in own)
        }
        pieces = [outer(branch, number, piece, own) for piece in moved]
        if not all(found.can_reach(around, atom) for atom in read_by(pieces)):
            continue
        kinds = types_in(found.graph) | {
            branch.outside(number, atom): kind for atom, kind in types_in(region).items() if atom in read
        }
        values: list[Atom] = [Literal(None), Literal(None)]
        if after_body:
            values[0] = computed(found, 0, pieces, kinds, None)
        if after_catch:
            test = None if isinstance(failed, Literal) else (branch.test, number)
            values[1] = computed(found, 1, pieces, kinds, test)
        given = found.give(values[0], values[1])
        before = tuple(name for name in root.after if name not in own)
        inner = substituted(region, lambda atom: atom, {root.name: before})
        branch.graphs[region.name] = without_unread(inner, own)
        branch.passed_on(number, branch.taken_in(given, root.name, root.type), root.name)
        branch.tidy()
        return True
    return False


def outer(branch: Branch, number: int, piece: Glue, own: set[str]) -> Glue:
    """Give a piece of an arm as it would stand around the branch."""

    def seen(atom: Atom) -> Atom:
        if isinstance(atom, Ref) and atom.node in own:
            return Ref(MOVED + atom.node)
        found = branch.outside(number, atom)
        return Literal(number) if found == branch.test else found

    frame = tuple(seen(atom) for atom in piece.frame) or branch.call.frame
    operands = tuple((label, seen(atom)) for label, atom in piece.operands)
    return replace(piece, name=MOVED + piece.name, operands=operands, frame=() if piece.code.total else frame)


def computed(found: Try, way: int, moved: list[Glue], kinds: dict[Atom, object], test: tuple[Ref, int] | None) -> Atom:
    """Compute glue at the end of a region, if the `try` ends by the number of `test`; gives the last value of it."""
    names: dict[str, Atom] = {}

    def seen(atom: Atom) -> Atom:
        if isinstance(atom, Ref) and atom.node in names:
            return names[atom.node]
        return found.inside(way, atom, kinds.get(atom, object))

    for piece in moved:
        operands = tuple((label, seen(atom)) for label, atom in piece.operands)
        frame = tuple(seen(atom) for atom in piece.frame)
        code = piece.code
        if (value := folded(code, (atom for _, atom in operands))) is not None:
            names[piece.name] = value
            continue
        if test is not None:
            operands = (("which", seen(test[0])), *operands)
            code = guarded(piece, test[1])
        region = found.region(way)
        name = free_name(
            piece.name.removeprefix(MOVED),
            (*(item.name for item in region.inputs), *(node.name for node in region.nodes)),
        )
        names[piece.name] = Ref(name)
        made = replace(piece, name=name, code=code, operands=operands, after=region.result.after, frame=frame)
        end = replace(region.result, after=(name,)) if is_fixed(made) else region.result
        found.graphs[region.name] = replace(region, nodes=(*region.nodes, made), result=end)
    return names[moved[-1].name]
