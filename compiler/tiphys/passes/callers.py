"""The way from a unit outwards, through the only call of each, and what is passed along it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tiphys.ir import Atom, Graph, Input, Literal, Loop, Map, Ref, Sub, Unit
from tiphys.passes.handing_on import free_name
from tiphys.passes.place_items import with_calls


@dataclass(frozen=True)
class Called:
    """A construct that is called once, with that call. around: the graph that holds the call."""

    graphs: dict[str, Unit]
    around: str
    name: str
    construct: str

    @property
    def graph(self) -> Graph:
        graph = self.graphs[self.around]
        assert isinstance(graph, Graph)
        return graph

    @property
    def call(self) -> Sub:
        return next(call for call in self.graph.calls if call.name == self.name)


@dataclass(frozen=True)
class Step:
    """One step on the way from a region outwards: `call` of `caller` calls the unit inside."""

    caller: Unit
    call: Sub


class Callers:
    """Who calls each unit, where that is one call only."""

    def __init__(self, graphs: dict[str, Unit]) -> None:
        self.graphs = graphs
        counts = Counter(call.graph for unit in graphs.values() for call in unit.calls)
        self.steps = {
            call.graph: Step(unit, call) for unit in graphs.values() for call in unit.calls if counts[call.graph] == 1
        }

    def outwards(self, name: str) -> Iterator[Step]:
        """Go from a unit to the entry, as long as each is called once."""
        met: set[str] = set()
        while name not in met and (step := self.steps.get(name)) is not None:
            yield step
            met.add(name)
            name = step.caller.name

    def outside(self, step: Step, atom: Atom) -> Atom | None:
        """Give what an input of the called unit is in its caller; nothing where that changes from round to round."""
        if isinstance(atom, Literal):
            return atom
        given = dict(step.call.arguments)[atom.node]
        callee = self.graphs[step.call.graph]
        return None if isinstance(callee, Loop) and atom.node in callee.carried else given


def names_of(unit: Unit) -> set[str]:
    """Name the inputs of a unit."""
    return {item.name for item in unit.inputs}


def passed(graphs: dict[str, Unit], step: Step, atom: Atom, label: str, kind: object) -> Ref:
    """Pass a value on to the unit that a call calls; gives the input that it is there."""
    caller, callee = graphs[step.caller.name], graphs[step.call.graph]
    call = next(call for call in caller.calls if call.name == step.call.name)
    changing = callee.carried if isinstance(callee, Loop) else ()
    for name, given in call.arguments:
        if given == atom and name not in changing:
            return Ref(name)
    inner = [node.name for node in callee.nodes] if isinstance(callee, Graph) else [one.name for one in callee.calls]
    index = callee.index if isinstance(callee, Loop | Map) else None
    name = free_name(label, {*names_of(callee), *inner, *([index] if index else [])})
    where = callee.result.where if isinstance(callee, Graph) else callee.where
    graphs[callee.name] = replace(callee, inputs=(*callee.inputs, Input(name, kind, where)))
    longer = replace(call, arguments=(*call.arguments, (name, atom)))
    graphs[caller.name] = with_calls(caller, [longer if one is call else one for one in caller.calls])
    return Ref(name)
