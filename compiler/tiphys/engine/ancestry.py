"""Who comes before whom among the tasks of a DAG."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tiphys.diagnostics import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Ancestry:
    """The tasks of one DAG in an order that respects what they wait for."""

    def __init__(self, waits_for: Mapping[str, tuple[str, ...]], *, where: str) -> None:
        self.waits_for = waits_for
        self.dependents = _turned(waits_for)
        self.order = self._order(where)

    def ancestors_among(self, task: str, mentioned: Iterable[str]) -> frozenset[str]:
        """Keep those of the mentioned tasks that have ended when `task` starts."""
        direct = self.waits_for[task]
        found = {name for name in mentioned if name in direct}
        rest = [name for name in mentioned if name not in found and name in self.waits_for]
        if rest:
            before, bit = self._before[task], self._bit
            found.update(name for name in rest if before & bit[name])
        return frozenset(found)

    def needed_for(self, targets: Iterable[str]) -> frozenset[str]:
        """Collect the targets and all that come before them."""
        needed: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name not in needed:
                needed.add(name)
                stack.extend(self.waits_for[name])
        return frozenset(needed)

    @cached_property
    def _bit(self) -> dict[str, int]:
        return {name: 1 << index for index, name in enumerate(self.order)}

    @cached_property
    def _before(self) -> dict[str, int]:
        """One bit per ancestor; made only for a DAG that mentions a task it does not directly wait for."""
        before: dict[str, int] = {}
        for name in self.order:
            bits = 0
            for other in self.waits_for[name]:
                bits |= before[other] | self._bit[other]
            before[name] = bits
        return before

    def _order(self, where: str) -> tuple[str, ...]:
        left = {name: len(others) for name, others in self.waits_for.items()}
        order = [name for name, count in left.items() if not count]
        for name in order:
            for following in self.dependents[name]:
                left[following] -= 1
                if not left[following]:
                    order.append(following)
        if len(order) < len(left):
            stuck = [name for name, count in left.items() if count]
            message = f"{where}: the tasks {', '.join(f'`{name}`' for name in stuck[:5])} wait for each other"
            raise UsageError(message)
        return tuple(order)


def _turned(waits_for: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    dependents: dict[str, list[str]] = {name: [] for name in waits_for}
    for name, others in waits_for.items():
        for other in others:
            dependents[other].append(name)
    return {name: tuple(names) for name, names in dependents.items()}
