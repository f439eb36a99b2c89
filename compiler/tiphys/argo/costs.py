"""How many pods a run has: a number, or a text where that depends on the data."""

from __future__ import annotations

from dataclasses import dataclass

from tiphys.argo.recursion import recursive, title_of
from tiphys.ir import Attempt, Graph, Loop, Map, Pod, Program, Reading, Sub, Switch, Wait

SHOWN = 3
"""How many of the things that vary are told."""


@dataclass(frozen=True, slots=True)
class Cost:
    """At least `least` pods, and at most `most` (None: as many as the data say); `extras` says in words what varies."""

    least: int = 0
    most: int | None = 0
    extras: tuple[str, ...] = ()

    def __add__(self, other: Cost) -> Cost:
        most = None if self.most is None or other.most is None else self.most + other.most
        return Cost(self.least + other.least, most, tuple(dict.fromkeys((*self.extras, *other.extras))))

    @property
    def is_fixed(self) -> bool:
        """Every run has as many."""
        return self.least == self.most

    def __str__(self) -> str:
        base = [str(self.least)] if self.least or not self.extras else []
        more = ["..."] if len(self.extras) > SHOWN else []
        return " + ".join([*base, *self.extras[:SHOWN], *more])


def count_pods(program: Program) -> int | str:
    """Count the pods of one run, retries aside."""
    known: dict[str, Cost] = {}
    again = recursive(program)

    def of(call: Sub | None) -> Cost:
        return Cost() if call is None else cost(call.graph)

    def cost(name: str) -> Cost:
        if name not in known:
            known[name] = Cost()  # for the calls that close a circle: each call is counted as one
            found = cost_of(name)
            known[name] = each(found, f"a call of {title_of(name)}") if name in again else found
        return known[name]

    def cost_of(name: str) -> Cost:
        unit = program.graphs[name]
        match unit:
            case Graph(nodes=nodes):
                own = sum(isinstance(node, Pod) for node in nodes)
                return sum((of(call) for call in unit.calls), start=Cost(own, own))
            case Switch(arms=arms):
                return between([of(arm) for arm in arms], unit.title, unit.where.place)
            case Loop(body=body):
                return each(of(body), f"a round of the {unit.title} at {unit.where.place}")
            case Map(body=body):
                return each(of(body), f"an item of the {unit.title} at {unit.where.place}")
            case Attempt(body=body, catch=catch):
                found = of(catch)
                text = f"{range_of(found)} if the {unit.title} at {unit.where.place} fails"
                extra = Cost(0, found.most, (text,)) if found != Cost() else Cost()
                return of(body) + extra
            case Reading(otherwise=otherwise):
                found = of(otherwise)
                return Cost(0, found.most, (f"{range_of(found)} if Argo cannot decide at {unit.where.place}",))
            case Wait():
                return Cost()

    found = cost(program.entry)
    return found.least if found.is_fixed else str(found)


def between(arms: list[Cost], title: str, place: str) -> Cost:
    """Give the cost of one of several."""
    least = min((arm.least for arm in arms), default=0)
    most = None if any(arm.most is None for arm in arms) else max((arm.most or 0 for arm in arms), default=0)
    if least == most:
        return Cost(least, most)
    upper = "more" if most is None else f"{most - least}"
    text = f"0 or more in the {title} at {place}" if most is None else f"0 to {upper} in the {title} at {place}"
    return Cost(least, most, (text,))


def each(body: Cost, what: str) -> Cost:
    """Give the cost of something that runs as often as the data say."""
    return Cost(0, None, (f"{range_of(body)} {what}",)) if body != Cost() else Cost()


def range_of(cost: Cost) -> str:
    """Write a cost as part of another."""
    if cost.is_fixed:
        return str(cost.least)
    return f"{cost.least} or more" if cost.most is None else f"{cost.least} to {cost.most}"
