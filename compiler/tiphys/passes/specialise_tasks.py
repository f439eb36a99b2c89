"""Turn calls, and the glue that rides with them, into pods; pods that do the same share one plan.

A plan is made per function, settings and glue. Values that a call receives from many nodes travel together: small ones
as a pack in one parameter, others as the items of a directory; without an artifact repository all as a pack.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tiphys.ir import (
    CONTEXT,
    RESOURCE,
    RETRIES,
    VARIABLES,
    WITHIN,
    Atom,
    Call,
    Catch,
    Glue,
    Graph,
    Node,
    Plan,
    Pod,
    Program,
    Ref,
    Slot,
    Step,
    Sub,
)
from tiphys.passes.handing_on import handing_on
from tiphys.passes.items import find_items
from tiphys.passes.operands import Table, find_groups, received
from tiphys.passes.place_glue import is_fixed
from tiphys.passes.plans import Plans
from tiphys.passes.records import recording, sharing
from tiphys.passes.site import Host, Site, is_host, own_outputs, riding, survey


def specialise_tasks(program: Program) -> Program:
    """Make the pods and the plans of a program."""
    plans = Plans(dict(program.plans), program.owners)
    records, shared = recording(program), sharing(program)
    items = find_items(program)
    graphs = dict(program.graphs)
    for name, unit in program.graphs.items():
        if isinstance(unit, Graph) and not any(isinstance(node, Pod) for node in unit.nodes):
            site = survey(
                unit,
                plans,
                is_entry=name == program.entry,
                records=name in records,
                item=None if program.is_storeless else items.of(unit),
                is_storeless=program.is_storeless,
            )
            site.shares = name in shared
            graphs[name] = specialise(site if program.is_storeless else with_groups(site))
    return replace(program, graphs=graphs, plans=plans.known)


def with_groups(site: Site) -> Site:
    """Find what is read as a directory. A pod writes one item: where that is such a one, the map's is handed on."""
    find_groups(site)
    if site.item is None or site.item.node not in site.items:
        return site
    graph = site.graph
    value = next(atom for atom in graph.result.values if site.outer(atom) == site.item)
    glue = handing_on(graph, value, "item")
    glue = replace(glue, place=glue.name)
    values = tuple(Ref(glue.name) if atom == value else atom for atom in graph.result.values)
    graph = replace(graph, nodes=(*graph.nodes, glue), result=replace(graph.result, values=values))
    site = survey(graph, site.plans, is_entry=site.is_entry, records=site.records, item=Ref(glue.name))
    find_groups(site)
    return site


def specialise(site: Site) -> Graph:
    """Make the pods of one graph."""
    graph = site.graph
    made: list[Node] = []
    for node in graph.nodes:
        match node:
            case Sub(arguments=arguments, frame=frame):
                named = tuple((name, site.outer(atom)) for name, atom in arguments)
                after = site.reached(node.after)
                made.append(replace(node, arguments=named, after=after, frame=site.outers(frame)))
            case Call() | Catch() | Glue():
                if is_host(node):
                    made.append(make_pod(site, node))
            case _:
                made.append(node)
    end = replace(graph.result, values=site.outers(graph.result.values), after=site.reached(graph.result.after))
    return replace(graph, nodes=tuple(made), result=end)


def make_pod(site: Site, host: Host) -> Pod:
    """Make the pod of a call, of a catch, or of glue alone."""
    before, after = riding(site, host)
    table = received(site, host, (*before, *after))
    table.close()
    places = Places(site, host, table)
    first = places.planned(before)
    arguments = places.arguments()
    frame = places.all(host.frame) if isinstance(host, Call) else ()
    last = places.planned(after)
    hosted = site.hosted.get(host.name, [])
    group, item = site.written_by(host.name)
    outputs: tuple[Slot, ...] = (*own_slots(host), *(places.steps[piece.name] for piece in hosted))
    types = (*own_types(host), *(piece.type for piece in hosted))
    final = site.outer(site.graph.result.values[0]) if site.is_entry and site.graph.result.display is None else None
    plan = Plan(
        name="", task=host.task if isinstance(host, Call) else None, operands=tuple(table.operands),
        before=first, keywords=arguments[1], after=last, outputs=outputs, types=types, where=host.where,
        result=final.output if isinstance(final, Ref) and final.node == host.name else None,
        item=item, records=site.records, frame=frame,
        catch=len(host.types) - 1 if isinstance(host, Catch) else None, positional=arguments[0],
        within=places.hidden(WITHIN), context=places.hidden(CONTEXT), variables=places.hidden(VARIABLES),
        retries=places.hidden(RETRIES), keyed=places.keyed(), resources=places.resources(),
        is_storeless=site.is_storeless, shares=site.shares,
    )  # fmt: skip
    if plan.task is None:
        plan = replace(plan, around=site.plans.owners.get(site.graph.task))
    name = site.plans.add(plan, base_name(site, host))
    order = order_of(site, host, (*before, *after))
    return Pod(host.name, name, tuple(table.values), order, host.where, group)


class Places:
    """Where the steps of one pod find values."""

    def __init__(self, site: Site, host: Host, table: Table) -> None:
        self.site = site
        self.host = host
        self.table = table
        self.steps: dict[str, Slot] = {}

    def slot(self, atom: Atom) -> Slot:
        """Give the place of a value."""
        if isinstance(atom, Ref):
            if atom.node in self.steps:
                return self.steps[atom.node]
            if atom.node == self.host.name:
                return own_slots(self.host)[atom.output]
        return self.table.slot(atom)

    def all(self, atoms: Iterable[Atom]) -> tuple[Slot, ...]:
        """Give the places of several values."""
        return tuple(self.slot(atom) for atom in atoms)

    def planned(self, items: Iterable[Glue]) -> tuple[Step, ...]:
        """Make steps of glue, one after the other."""
        made: list[Step] = []
        for item in items:
            operands = self.all(atom for _, atom in item.operands)
            made.append(Step(item.code, operands, item.where, self.site.graph.task, self.all(item.frame)))
            self.steps[item.name] = len(self.table.operands) + len(self.steps)
        return tuple(made)

    def hidden(self, name: str) -> Slot | None:
        """Give the place of what is no argument of the function."""
        named = dict(self.host.arguments) if isinstance(self.host, Call) else {}
        return self.slot(named[name]) if name in named else None

    def resources(self) -> tuple[tuple[str, Slot], ...]:
        """Give the places of the quantities that the pod asks for."""
        named = self.host.arguments if isinstance(self.host, Call) else ()
        return tuple(
            (name.removeprefix(RESOURCE), self.slot(atom))
            for name, atom in named
            if name.startswith(RESOURCE) and name != RETRIES
        )

    def keyed(self) -> tuple[Slot, ...] | None:
        """Give the places of the operands by which a kept result is found."""
        if not isinstance(self.host, Call) or self.host.keyed is None:
            return None
        named = dict(self.host.arguments)
        return tuple(self.slot(named[name]) for name in self.host.keyed if name in named)

    def arguments(self) -> tuple[tuple[Slot, ...], tuple[tuple[str, Slot], ...]]:
        """Give the arguments of the body: those without a name, and the others."""
        if not isinstance(self.host, Call):
            return (), ()
        unnamed = positional_only(self.host.task.function)
        positional: list[Slot] = []
        keywords: list[tuple[str, Slot]] = []
        for name, atom in self.host.arguments:
            if name in (WITHIN, CONTEXT, VARIABLES) or name.startswith(RESOURCE):
                continue
            if name in unnamed:
                positional.append(self.slot(atom))
            else:
                keywords.append((name, self.slot(atom)))
        return tuple(positional), tuple(keywords)


def own_slots(host: Host) -> tuple[Slot, ...]:
    """Give the places of what a pod gives beside glue."""
    return tuple("v" if number == 0 else ("f", number - 1) for number in range(own_outputs(host)))


def own_types(host: Host) -> tuple[object, ...]:
    """Give the types of what a pod gives beside glue."""
    match host:
        case Call(type=kind):
            return (kind,)
        case Catch(types=types):
            return types
        case _:
            return ()


def base_name(site: Site, host: Host) -> str:
    """Name a plan after what it does."""
    if isinstance(host, Call):
        return host.task.name
    return f"{site.graph.name}-{'catch' if isinstance(host, Catch) else 'glue'}"


def order_of(site: Site, host: Host, steps: Iterable[Glue]) -> tuple[str, ...]:
    """Name what a pod comes after: so does each piece of glue in it that has its place in the order."""
    order = () if isinstance(host, Glue) else host.after
    found = site.reached([*order, *(name for step in steps if is_fixed(step) for name in step.after)])
    return tuple(name for name in found if name != host.name)


@lru_cache(maxsize=4096)
def positional_only(function: Callable[..., Any]) -> frozenset[str]:
    """Name the parameters of a function that cannot be passed by name."""
    parameters = inspect.signature(function).parameters.values()
    return frozenset(item.name for item in parameters if item.kind is item.POSITIONAL_ONLY)
