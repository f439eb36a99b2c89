"""The plans of a program: pods that do the same share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tiphys.ir import Leaf, Plan, Step


@dataclass
class Plans:
    """The plans made so far, by name and by what they do."""

    known: dict[str, Plan]
    owners: Mapping[str, Leaf] = field(default_factory=dict)
    keys: dict[object, str] = field(default_factory=dict)
    said: dict[tuple[int, int | None], str] = field(default_factory=dict)
    """The settings of a task as text, by its id: calls are many, tasks are few."""

    def add(self, plan: Plan, base: str) -> str:
        """Name a plan, or find the equal one."""
        key = self.key(plan)
        if key not in self.keys:
            name, count = base, 2
            while name in self.known:
                name, count = f"{base}-{count}", count + 1
            self.keys[key] = name
            self.known[name] = replace(plan, name=name)
        return self.keys[key]

    def key(self, plan: Plan) -> object:
        """Give what tells plans apart: everything but the name and the place in the source."""
        task = plan.task
        return (
            (task.name, self.settings(task)) if task is not None else None,
            self.settings(plan.around, 1) if plan.around is not None else None,
            tuple((item.name, item.small, item.items, item.is_bounded) for item in plan.operands),
            steps(plan.before),
            plan.positional,
            plan.keywords,
            steps(plan.after),
            plan.outputs,
            tuple(repr(kind) for kind in plan.types),
            plan.result,
            plan.item,
            plan.records,
            plan.frame,
            plan.catch,
            plan.within,
            plan.context,
            plan.variables,
            plan.retries,
            plan.resources,
            plan.keyed,
            plan.shares,
        )

    def settings(self, task: Leaf, count: int | None = None) -> str:
        """Write what a task's settings are. count: of how many levels."""
        key = (id(task), count)
        if key not in self.said:
            self.said[key] = repr(task.levels[:count])
        return self.said[key]


def steps(made: Iterable[Step]) -> tuple[object, ...]:
    """Give what tells steps apart."""
    return tuple((id(step.code), step.operands, step.frame) for step in made)
