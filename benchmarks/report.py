"""The rows that are printed: a number, its budget, and the ratio to what others need in the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clock import Times


@dataclass(frozen=True)
class Row:
    """One number of ours. `budget` bounds the median; `peers` are other numbers of the same unit."""

    what: str
    ours: Times
    unit: str
    budget: float | None = None
    peers: Mapping[str, Times] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool | None:
        """Whether the budget is kept; nothing without one."""
        return None if self.budget is None else self.ours.median < self.budget


SCALES = {"s": 1.0, "ms": 1e3, "B": 1.0}


def number(value: float, unit: str) -> str:
    """Write a number for people."""
    scaled = value * SCALES[unit]
    return f"{scaled:.3g} {unit}" if scaled < 100 else f"{scaled:.0f} {unit}"


def table(rows: list[Row]) -> str:
    """Write rows as a table in Markdown."""
    lines = [
        "| what | min | median | budget | others: median (ratio of medians to ours) |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        peers = "; ".join(
            f"{name} {number(times.median, row.unit)} ({times.median / row.ours.median:.3g}x)"
            for name, times in row.peers.items()
        )
        budget = "" if row.budget is None else f"{number(row.budget, row.unit)}: {'kept' if row.is_kept else 'MISSED'}"
        ours = f"{number(row.ours.least, row.unit)} | {number(row.ours.median, row.unit)}"
        lines.append(f"| {row.what} | {ours} | {budget} | {peers} |")
    return "\n".join(lines)
