"""The names of a graph's nodes."""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    "in not and or let if else true false nil matches contains startswith endswith map filter all any sum count "
    "len".split()
)


class Namespace:
    """Allocates the names of a graph's nodes: unique, lower-case, a letter first, no keyword of Argo's expressions."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._taken: set[str] = set()
        self._log: list[tuple[str, int, str]] = []

    def reserve(self, name: str) -> str:
        """Take a name as it is: that of an input, or one that was given back."""
        self._taken.add(name)
        self._log.append(("", 0, name))
        return name

    def mark(self) -> int:
        """Remember which names were allocated so far."""
        return len(self._log)

    def since(self, mark: int) -> set[str]:
        """List the names allocated since a mark."""
        return {name for _, _, name in self._log[mark:]}

    def undo(self, mark: int) -> list[str]:
        """Give back the names allocated since: what bore them is interpreted again."""
        undone = []
        while len(self._log) > mark:
            base, count, name = self._log.pop()
            self._counts[base] = count
            self._taken.discard(name)
            undone.append(name)
        return undone

    def allocate(self, hint: str) -> str:
        """Give `hint`, or `hint-2`, `hint-3`, ..."""
        base = re.sub(r"[^a-z0-9]+", "-", hint.lower()).strip("-")[:50].strip("-") or "v"
        if base[0].isdigit() or base in KEYWORDS:
            base = f"n-{base}"
        before = self._counts.get(base, 0)
        count = before + 1
        name = base if count == 1 else f"{base}-{count}"
        while name in self._taken:
            count += 1
            name = f"{base}-{count}"
        self._counts[base] = count
        self._taken.add(name)
        self._log.append((base, before, name))
        return name
