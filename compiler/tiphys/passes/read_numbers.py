"""Let Argo read a number that a region needs before its first call, where a pod would have to compute it.

What decides on a branch at the start of a map's item or of a loop's round depends on the item's number and on values
from around: the pod that makes those computes it ahead, for all items, as a list of numbers from which Argo reads one
by the item's. What only asks the program's inputs whether they are this or that, Argo answers. Where neither knows,
because the glue raises for that item, or a person wrote an input in some other way, a pod computes the number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Catch,
    Code,
    Entry,
    Glue,
    Graph,
    Input,
    Literal,
    Loop,
    Map,
    Node,
    Numbers,
    Question,
    Reading,
    Ref,
    Sub,
    Switch,
    Unit,
    Yield,
    operands_of,
)
from tiphys.passes.branches import substituted, without_unread
from tiphys.passes.callers import Callers, Step, names_of, passed
from tiphys.passes.handing_on import free_name
from tiphys.passes.questions import question_of
from tiphys_runtime.objects import numbers_of


@dataclass(frozen=True)
class Wanted:
    """A number that a region needs: the glue that gives it, last, after the glue that it needs."""

    region: Graph
    moved: list[Glue]

    @property
    def root(self) -> Glue:
        return self.moved[-1]

    @property
    def read(self) -> list[Ref]:
        """List the inputs of the region that it reads."""
        own = {piece.name for piece in self.moved}
        atoms = dict.fromkeys(atom for piece in self.moved for _, atom in piece.operands)
        return [atom for atom in atoms if isinstance(atom, Ref) and atom.node not in own]

    @property
    def needed(self) -> list[Ref]:
        """List the inputs of the region that it reads, and those that its frames give."""
        own = {piece.name for piece in self.moved}
        atoms = dict.fromkeys(atom for piece in self.moved for atom in operands_of(piece))
        return [atom for atom in atoms if isinstance(atom, Ref) and atom.node not in own]


def may_be_read(moved: list[Glue]) -> bool:
    """Say whether a number may be computed ahead, and more than once."""
    return moved[-1].type is int and all(piece.code.pure for piece in moved)


def read_number(graphs: dict[str, Unit], region: Graph, moved: list[Glue]) -> bool:
    """Let Argo read what a piece of glue gives, if it can. moved: the glue that it needs, itself last."""
    callers = Callers(graphs)
    wanted = Wanted(region, moved)
    step = callers.steps.get(region.name)
    if step is not None and isinstance(step.caller, Reading):
        return False
    if not {atom.node for atom in wanted.needed} <= names_of(region):
        return False
    asked = asking(callers, wanted)
    if asked is not None and not asked.kinds:
        replace_by_known(graphs, wanted, asked)
        return True
    if asked is not None:
        replace_by_reading(graphs, wanted, asked, ())
        return True
    return reads_entry(graphs, callers, wanted)


# ---- asked of the program's inputs


def asking(callers: Callers, wanted: Wanted) -> Question | None:
    """Make a question of what only reads inputs of the program."""
    origins: dict[Ref, Atom] = {atom: atom for atom in wanted.read}
    last = wanted.region.name
    for step in callers.outwards(wanted.region.name):
        for atom, seen in origins.items():
            outer = callers.outside(step, seen)
            if outer is None or (isinstance(outer, Ref) and outer.node not in names_of(step.caller)):
                return None
            origins[atom] = outer
        last = step.caller.name
    main = callers.graphs[last]
    is_entry = last not in {call.graph for unit in callers.graphs.values() for call in unit.calls}
    if not is_entry or not isinstance(main, Graph):
        return None
    kinds = {item.name: item.type for item in main.inputs}
    return question_of(wanted.moved, origins, kinds)


# ---- computed ahead for all items


def reads_entry(graphs: dict[str, Unit], callers: Callers, wanted: Wanted) -> bool:
    """Compute a number ahead, for all items of the map or the loop around, if its region begins with it."""
    seen: dict[Ref, Atom] = {atom: atom for atom in wanted.read}
    way: list[Step] = []
    for step in callers.outwards(wanted.region.name):
        unit = step.caller
        if not isinstance(unit, Switch | Loop | Map | Attempt) and not (isinstance(unit, Graph) and unit.is_region):
            return False
        for atom, inner in seen.items():
            outer = callers.outside(step, inner)
            if outer is None:
                return False
            seen[atom] = outer
        way.append(step)
        if isinstance(unit, Loop | Map) and unit.index is not None and Ref(unit.index) in seen.values():
            around = callers.steps.get(unit.name)
            if around is None or not isinstance(around.caller, Graph) or unit.count is None:
                return False
            return computed_ahead(graphs, callers, wanted, seen, way, around)
        if any(isinstance(atom, Ref) and atom.node not in names_of(unit) for atom in seen.values()):
            return False
    return False


def computed_ahead(
    graphs: dict[str, Unit], callers: Callers, wanted: Wanted, seen: dict[Ref, Atom], way: list[Step], around: Step
) -> bool:
    """Add the glue that computes the list, and pass it to where it is read."""
    unit, graph = way[-1].caller, around.caller
    assert isinstance(unit, Loop | Map)
    assert isinstance(graph, Graph)
    assert unit.count is not None
    assert unit.index is not None
    given = dict(around.call.arguments)

    def outer(atom: Atom) -> Atom | None:
        return callers.outside(around, atom)

    count = given[unit.count.node] if isinstance(unit.count, Ref) else unit.count
    operands = [Literal(None) if atom == Ref(unit.index) else outer(atom) for atom in seen.values()]
    if any(atom is None for atom in operands):
        return False
    taken = {*names_of(graph), *(node.name for node in graph.nodes)}
    name = free_name(f"{wanted.root.name}s", taken)
    code = listing(wanted, [atom == Ref(unit.index) for atom in seen.values()])
    named = [("count", count), *((f"given_{n}", atom) for n, atom in enumerate(operands) if atom is not None)]
    glue = Glue(name, code, tuple(named), Numbers, around.call.after, wanted.root.where)
    nodes = [new for node in graph.nodes for new in ((glue, node) if node is around.call else (node,))]
    graphs[graph.name] = replace(graph, nodes=tuple(nodes))
    numbers: Atom = Ref(name)
    index: Atom = Ref(unit.index)
    for number, step in enumerate([around, *reversed(way)]):
        numbers = passed(graphs, step, numbers, name, Numbers)
        if number:
            index = passed(graphs, step, index, "index", int)
    assert isinstance(numbers, Ref)
    assert isinstance(index, Ref)
    region = graphs[wanted.region.name]
    assert isinstance(region, Graph)
    entry = Entry(numbers, index)
    replace_by_reading(graphs, Wanted(region, wanted.moved), entry, (numbers, index))
    return True


def listing(wanted: Wanted, is_index: list[bool]) -> Code:
    """Make the code that gives the number of each item. is_index: for each value that it reads."""
    places: dict[Atom, int] = {}
    for position, (atom, is_own) in enumerate(zip(wanted.read, is_index, strict=True), 1):
        places[atom] = 0 if is_own else position
    constants: list[object] = []
    pieces = []
    first = 1 + len(is_index)
    for literal in [atom for piece in wanted.moved for _, atom in piece.operands if isinstance(atom, Literal)]:
        places[literal] = first + len(constants)
        constants.append(literal.value)
    for position, piece in enumerate(wanted.moved):
        pieces.append((piece.code.function, tuple(places[atom] for _, atom in piece.operands)))
        places[Ref(piece.name)] = first + len(constants) + position
    names: dict[str, Any] = {"numbers_of": numbers_of, "pieces": tuple(pieces), "constants": tuple(constants)}
    function = FunctionType(LISTING, names, "numbers")
    return Code(f"[{wanted.root.code.text} for each]", function, pure=True, total=True)


# `pieces` and `constants` are globals of the function that is made of this code
LISTING = (lambda count, *given: numbers_of(count, pieces, *given, *constants)).__code__  # type: ignore[name-defined] # noqa: F821


# ---- in the region


def replace_by_reading(
    graphs: dict[str, Unit], wanted: Wanted, number: Entry | Question, given: tuple[Ref, ...]
) -> None:
    """Put a reading where the glue was. given: what the reading itself needs of the region's inputs."""
    region, root = wanted.region, wanted.root
    kinds = {item.name: item.type for item in region.inputs}
    own = {piece.name for piece in wanted.moved}
    needed = wanted.needed

    def inputs(atoms: Iterable[Ref]) -> tuple[Input, ...]:
        return tuple(Input(name, kinds[name], root.where) for name in dict.fromkeys(atom.node for atom in atoms))

    def passing(items: tuple[Input, ...]) -> tuple[tuple[str, Ref], ...]:
        return tuple((item.name, Ref(item.name)) for item in items)

    inner = free_name(f"{region.name}.{root.name}", graphs)
    pieces = tuple(replace(piece, after=tuple(name for name in piece.after if name in own)) for piece in wanted.moved)
    end = Yield((Ref(root.name),), (root.name,), root.where)
    graphs[inner] = Graph(inner, inputs(needed), pieces, end, int, task=region.task, is_region=True)
    unit = free_name(f"{inner}-read", graphs)
    taken = inputs((*needed, *given))
    label = free_name("otherwise", [item.name for item in taken])
    otherwise = Sub(label, inner, passing(inputs(needed)), int, (), root.where)
    graphs[unit] = Reading(unit, taken, number, otherwise, root.where)
    # it reads inputs only and comes after nothing, so it may stand where the first of the pieces stood
    called = Sub(root.name, unit, passing(taken), int, (), root.where)
    nodes: list[Node] = []
    for node in region.nodes:
        if node.name == wanted.moved[0].name:
            nodes.append(called)
        if isinstance(node, Glue) and node.name in own:
            # whoever else reads it comes after the reading, in which it has raised nothing
            if node.name != root.name:
                nodes.append(replace(node, code=replace(node.code, total=True), after=()))
        elif isinstance(node, Call | Glue | Sub | Catch):
            nodes.append(replace(node, after=ordered(node.after, own, root.name)))
        else:
            nodes.append(node)
    end = replace(region.result, after=ordered(region.result.after, own, root.name))
    graphs[region.name] = without_unread(replace(region, nodes=tuple(nodes), result=end))


def replace_by_known(graphs: dict[str, Unit], wanted: Wanted, asked: Question) -> None:
    """Put what is known where the glue was: it reads nothing but known values."""
    value = Literal(asked.answer({}))
    root = wanted.root.name
    region = substituted(wanted.region, lambda atom: value if atom == Ref(root) else atom, {root: wanted.root.after})
    graphs[region.name] = without_unread(region)


def ordered(after: tuple[str, ...], own: set[str], root: str) -> tuple[str, ...]:
    """Give an order in which the reading stands for all that it was made of."""
    return tuple(dict.fromkeys(root if name in own else name for name in after))
