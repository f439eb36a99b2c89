"""Turn calls, and the glue that rides with them, into pods; pods that do the same share one plan.

A plan is made per function, settings and glue. Values that a call receives from many nodes travel together: small ones
as a pack in one parameter, others as the items of a directory.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tiphys.ir import (
    Atom,
    Call,
    Directory,
    Glue,
    Graph,
    Leaf,
    Literal,
    Node,
    Operand,
    Pack,
    Plan,
    Pod,
    Program,
    Ref,
    Slot,
    Step,
    Sub,
    operands_of,
)
from tiphys.tracing.values import is_scalar

WIDE = 16
"""From so many values on they travel together."""
PACKED = 256
"""From so many small ones on they too are read as a directory: a pack is carried through every part of a wide graph."""


def specialise_tasks(program: Program) -> Program:
    """Make the pods and the plans of a program."""
    plans = Plans(dict(program.plans))
    graphs = {
        name: specialise(unit, plans, is_entry=name == program.entry) if isinstance(unit, Graph) else unit
        for name, unit in program.graphs.items()
    }
    return replace(program, graphs=graphs, plans=plans.known)


@dataclass
class Plans:
    """The plans made so far, by name and by what they do."""

    known: dict[str, Plan]
    keys: dict[object, str] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    """The settings of a task as text, by its id: calls are many, tasks are few."""

    def add(self, plan: Plan, base: str) -> str:
        """Name a plan, or find the equal one."""
        task = plan.task
        key = (
            (task.name, self.settings(task)) if task is not None else None,
            tuple((item.name, repr(item.type), item.typed, item.small, item.items) for item in plan.operands),
            tuple((id(step.code), step.operands) for step in plan.before),
            plan.positional,
            plan.keywords,
            tuple((id(step.code), step.operands) for step in plan.after),
            plan.outputs,
            tuple(repr(kind) for kind in plan.types),
            plan.result,
            plan.item,
        )
        if key not in self.keys:
            name, count = base, 2
            while name in self.known:
                name, count = f"{base}-{count}", count + 1
            self.keys[key] = name
            self.known[name] = replace(plan, name=name)
        return self.keys[key]

    def settings(self, task: Leaf) -> str:
        """Write what a task's settings are."""
        if id(task) not in self.said:
            self.said[id(task)] = repr(task.levels)
        return self.said[id(task)]


@dataclass
class Site:
    """One graph while its pods are made."""

    graph: Graph
    plans: Plans
    is_entry: bool
    glue: dict[str, Glue]
    nodes: dict[str, Node]
    inputs: dict[str, object]
    moved: dict[Ref, Ref] = field(default_factory=dict)
    hosted: dict[str, list[Glue]] = field(default_factory=dict)
    groups: dict[tuple[Ref, ...], str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    def type_of(self, ref: Ref) -> object:
        """Give the annotated type of a value."""
        if ref.node in self.inputs:
            return self.inputs[ref.node]
        node = self.nodes[ref.node]
        if isinstance(node, Glue):
            return node.type
        if isinstance(node, Call):
            return node.type
        return object

    def reached(self, after: Iterable[str]) -> tuple[str, ...]:
        """Name the pods that are done at a point of the order, glue that rides with its users skipped."""
        found: dict[str, None] = {}
        stack = list(reversed(list(after)))
        while stack:
            name = stack.pop()
            made = self.glue.get(name)
            if made is None:
                found[name] = None
            elif made.place:
                found[made.place] = None
            else:
                stack.extend(reversed(made.after))
        return tuple(found)

    def outer(self, atom: Atom) -> Atom:
        """Give an operand as seen from outside the pods: the output of the pod that computes it."""
        return self.moved.get(atom, atom) if isinstance(atom, Ref) else atom


def specialise(graph: Graph, plans: Plans, *, is_entry: bool) -> Graph:
    """Make the pods of one graph."""
    if any(isinstance(node, Pod) for node in graph.nodes):
        return graph
    glue = {node.name: node for node in graph.nodes if isinstance(node, Glue)}
    inputs = {item.name: item.type for item in graph.inputs}
    site = Site(graph, plans, is_entry, glue, {node.name: node for node in graph.nodes}, inputs)
    for piece in glue.values():
        if piece.place:
            position = len(site.hosted.setdefault(piece.place, []))
            site.hosted[piece.place].append(piece)
            first = 1 if isinstance(site.nodes[piece.place], Call) else 0
            site.moved[Ref(piece.name)] = Ref(piece.place, first + position)
    site.places.update((name, place) for place, name in enumerate(glue))
    find_groups(site)
    made: list[Node] = []
    for node in graph.nodes:
        match node:
            case Call():
                made.append(make_pod(site, node))
            case Glue(place=place, name=name) if place == name:
                made.append(make_pod(site, node))
            case Glue():
                pass
            case Sub(arguments=arguments):
                named = tuple((name, site.outer(atom)) for name, atom in arguments)
                made.append(replace(node, arguments=named, after=site.reached(node.after)))
            case _:
                made.append(node)
    values = tuple(site.outer(atom) for atom in graph.result.values)
    end = replace(graph.result, values=values, after=site.reached(graph.result.after))
    return replace(graph, nodes=tuple(made), result=end)


def riding(site: Site, host: Call | Glue) -> tuple[list[Glue], list[Glue]]:
    """List the glue that a pod evaluates before its body, and after it, each in the order of the program."""
    if not site.glue:
        return [], []
    after = site.hosted.get(host.name, [])
    before = closure(site, [host] if isinstance(host, Call) else [], ())
    return before, closure(site, after, before) if after else []


def closure(site: Site, roots: Iterable[Node], known: Iterable[Glue]) -> list[Glue]:
    """List the glue that `roots` need or come after, and that rides with its users; roots that are glue included."""
    found: dict[str, None] = {}
    done = {item.name for item in known}
    stack: list[Node] = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, Glue):
            found[node.name] = None
        for name in (*node.after, *(atom.node for atom in operands_of(node) if isinstance(atom, Ref))):
            made = site.glue.get(name)
            if made is not None and not made.place and name not in found and name not in done:
                stack.append(made)
    return [site.glue[name] for name in sorted(found, key=site.places.__getitem__)]


def received(site: Site, host: Call | Glue, steps: Iterable[Glue]) -> Table:
    """List what a pod receives from outside: for the task's arguments, then for each piece of glue."""
    table = Table(site, own=host.name)
    for named in (host.arguments if isinstance(host, Call) else (), *(step.operands for step in steps)):
        for name, atom in named:
            if table.is_outer(atom):
                table.add(name, atom)
    return table


def make_pod(site: Site, host: Call | Glue) -> Pod:
    """Make the pod of a call, or of glue alone."""
    before, after = riding(site, host)
    arguments = host.arguments if isinstance(host, Call) else ()
    table = received(site, host, (*before, *after))
    table.close()
    steps: dict[str, Slot] = {}

    def slot(atom: Atom) -> Slot:
        if isinstance(atom, Ref) and atom.node == host.name and isinstance(host, Call):
            return "v"
        if isinstance(atom, Ref) and atom.node in steps:
            return steps[atom.node]
        return table.slot(atom)

    def planned(items: list[Glue]) -> tuple[Step, ...]:
        made = []
        for item in items:
            made.append(Step(item.code, tuple(slot(atom) for _, atom in item.operands), item.where, site.graph.task))
            steps[item.name] = len(table.operands) + len(steps)
        return tuple(made)

    first = planned(before)
    unnamed = positional_only(host.task.function) if isinstance(host, Call) else frozenset()
    positional: tuple[Slot, ...] = tuple(slot(atom) for name, atom in arguments if name in unnamed)
    keywords: tuple[tuple[str, Slot], ...] = tuple(
        (name, slot(atom)) for name, atom in arguments if name not in unnamed
    )
    last = planned(after)
    hosted = site.hosted.get(host.name, [])
    outputs: list[Slot] = ["v"] if isinstance(host, Call) else []
    types = [host.type] if isinstance(host, Call) else []
    outputs.extend(steps[item.name] for item in hosted)
    types.extend(item.type for item in hosted)
    end = site.graph.result
    final = site.outer(end.values[0]) if site.is_entry and end.display is None else None
    result = final.output if isinstance(final, Ref) and final.node == host.name else None
    item = site.items.get(host.name)
    plan = Plan(
        "", host.task if isinstance(host, Call) else None, tuple(table.operands), first, keywords, last,
        tuple(outputs), tuple(types), host.where, result, None if item is None else 0, positional=positional,
    )  # fmt: skip
    base = host.task.name if isinstance(host, Call) else f"{site.graph.name}-glue"
    reads = [item.after for item in (*before, *after)]
    order = site.reached([*host.after, *(name for names in reads for name in names)])
    order = tuple(name for name in order if name != host.name)
    return Pod(host.name, site.plans.add(plan, base), tuple(table.values), order, host.where, item)


@lru_cache(maxsize=4096)
def positional_only(function: Callable[..., Any]) -> frozenset[str]:
    """Name the parameters of a function that cannot be passed by name."""
    parameters = inspect.signature(function).parameters.values()
    return frozenset(item.name for item in parameters if item.kind is item.POSITIONAL_ONLY)


class Table:
    """The operands of one pod: what it receives, under which names, in which form."""

    def __init__(self, site: Site, *, own: str) -> None:
        self.site = site
        self.own = own
        self.order: list[tuple[str, Atom]] = []
        self.known: dict[object, int] = {}
        self.operands: list[Operand] = []
        self.values: list[Atom | Pack | Directory] = []
        self.slots: dict[object, Slot] = {}

    def is_outer(self, atom: Atom) -> bool:
        """Say whether an operand comes from outside the pod."""
        if isinstance(atom, Literal):
            return True
        if atom.node == self.own and atom not in self.site.moved:
            return False
        made = self.site.glue.get(atom.node)
        return made is None or bool(made.place and made.place != self.own)

    def add(self, name: str, atom: Atom) -> None:
        """Take an operand, once."""
        key = self.key(atom)
        if key not in self.known:
            self.known[key] = len(self.order)
            self.order.append((name, atom))

    def key(self, atom: Atom) -> object:
        """Tell operands apart."""
        return self.site.outer(atom) if isinstance(atom, Ref) else id(atom)

    def slot(self, atom: Atom) -> Slot:
        """Say where a step finds an operand."""
        return self.slots[self.key(atom)]

    def close(self) -> None:
        """Lay the operands out: one by one, or many together."""
        taken: set[str] = set()
        group = self.site.groups.get(self.large())
        grouped = {self.key(atom) for atom in self.large()} if group else set()
        small = [atom for atom in self.small() if self.key(atom) not in grouped]
        packed = {self.key(atom) for atom in small} if len(small) > WIDE else set()
        for name, atom in self.order:
            key = self.key(atom)
            if key in packed or key in grouped:
                continue
            self.slots[key] = len(self.operands)
            self.operands.append(self.operand(allocate(name, taken), atom))
            self.values.append(self.site.outer(atom))
        if packed:
            self.together(small, Operand(allocate("pack", taken), small=True), Pack(self.outers(small)))
        if group:
            items = list(self.large())
            operand = Operand(allocate("items", taken), items=len(items))
            self.together(items, operand, Directory(group, self.outers(items)))

    def together(self, atoms: list[Ref], operand: Operand, value: Pack | Directory) -> None:
        """Let many operands travel as one."""
        for index, atom in enumerate(atoms):
            self.slots[self.key(atom)] = (len(self.operands), index)
        self.operands.append(operand)
        self.values.append(value)

    def outers(self, atoms: list[Ref]) -> tuple[Atom, ...]:
        """Give operands as seen from outside."""
        return tuple(self.site.outer(atom) for atom in atoms)

    def is_small(self, atom: Ref) -> bool:
        """Say whether a value is small by its type, and no text of a person's."""
        return atom.node not in self.site.inputs and is_scalar(self.site.type_of(atom))

    def small(self) -> list[Ref]:
        """List the values that are small by their type."""
        return [atom for _, atom in self.order if isinstance(atom, Ref) and self.is_small(atom)]

    def large(self) -> tuple[Ref, ...]:
        """List the results of calls that are large, or that many: those can be read as a directory."""
        many = len(self.small()) > PACKED
        return tuple(
            atom for _, atom in self.order
            if isinstance(atom, Ref) and isinstance(self.site.nodes.get(atom.node), Call)
            and (many or not self.is_small(atom))
        )  # fmt: skip

    def operand(self, name: str, atom: Atom) -> Operand:
        """Describe an operand that travels alone."""
        if isinstance(atom, Literal):
            return Operand(name, small=True)
        kind = self.site.type_of(atom)
        typed = atom.node in self.site.inputs
        if typed and self.site.is_entry:
            return Operand(name, kind, typed=True, small=True)
        return Operand(name, kind if typed else None, typed=typed, small=is_scalar(kind))


def allocate(name: str, taken: set[str]) -> str:
    """Choose the name of an operand; `at` and `item` are the pod's own."""
    free, count = name, 2
    while free in taken or free in ("at", "item"):
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    return free


def find_groups(site: Site) -> None:
    """Find the calls whose results are read together as a directory; a call can be in one such group."""
    for host in site.graph.nodes:
        if not (isinstance(host, Call) or (isinstance(host, Glue) and host.place == host.name)):
            continue
        before, after = riding(site, host)
        arguments = host.arguments if isinstance(host, Call) else ()
        if len(arguments) + sum(len(step.operands) for step in (*before, *after)) <= WIDE:
            continue
        large = received(site, host, (*before, *after)).large()
        if len(large) <= WIDE or large in site.groups or any(atom.node in site.items for atom in large):
            continue
        group = site.groups[large] = f"{host.name}-items"
        for index, atom in enumerate(large):
            site.items[atom.node] = f"{group}/{index}"
