"""A run while it goes on: a tree with phases and times, and a bar of the pods, on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from tiphys.diagnostics import counted

if TYPE_CHECKING:
    from tiphys.cluster.nodes import Run
    from tiphys.engine import Event

SIGNS = {"": ".", "Pending": ".", "Running": ">", "Succeeded": "+", "Failed": "x", "Error": "x"}
COLORS = {"Running": "33", "Succeeded": "32", "Failed": "31", "Error": "31"}
HIDDEN = ("Skipped", "Omitted")
TOLD = ("Pending", "Failed", "Error")
"""Phases whose message is shown: why a pod waits, or why it failed."""


@dataclass
class Row:
    """One line of the tree."""

    key: str
    parent: str | None
    title: str
    kind: str
    phase: str
    started: float | None
    finished: float | None
    message: str = ""


class Progress:
    """Shows a run: redrawn in place on a terminal, a line per finished node elsewhere.

    pods: how many the whole run starts, retries aside; a text where that depends on the data.
    """

    def __init__(self, pods: int | str, stream: IO[str] | None = None) -> None:
        self.pods = pods if isinstance(pods, int) else None
        self.stream = stream or sys.stderr
        self.rows: dict[str, Row] = {}
        self.drawn = 0
        self.last = 0.0
        self.told: set[tuple[str, str]] = set()
        self.is_terminal = self.stream.isatty()

    def on_event(self, event: Event) -> None:
        """Take an event of the engine."""
        parent = event.path.rpartition(".")[0] or None
        if event.kind == "Pod" and event.attempt is not None and f"({event.attempt})" in event.path:
            parent = event.path.rpartition("(")[0]
        row = self.rows.get(event.path)
        if row is None:
            row = self.rows[event.path] = Row(event.path, parent, event.name, event.kind, "", None, None)
        row.phase, row.message = str(event.phase), event.message or ""
        if event.what == "started":
            row.started = event.time
        else:
            row.finished = event.time
        if event.kind == "Suspend" and event.message:
            self.drawn = 0  # a question and its answer stand below the tree: the next one begins under them
        self.show(row)

    def on_state(self, run: Run) -> None:
        """Take a state of a run in the cluster."""
        from tiphys.cluster.nodes import repeats

        inside = {one.id: node.id for node in run.nodes.values() for one in repeats(run, node)}
        for node in sorted(run.nodes.values(), key=lambda one: (one.started is None, one.started, one.name)):
            begun = node.started.timestamp() if node.started else None
            ended = node.finished.timestamp() if node.finished else None
            parent = inside.get(node.id, node.boundary)
            row = Row(node.id, parent, node.display_name, node.type, str(node.phase), begun, ended, node.message)
            if self.rows.get(node.id) != row:
                self.rows[node.id] = row
                self.show(row)

    def show(self, row: Row) -> None:
        """Bring the display up to date."""
        if not self.is_terminal:
            self.tell(row)
        elif time.monotonic() - self.last > 0.05:
            self.draw()

    def tell(self, row: Row) -> None:
        """Write a line for a pod that has ended."""
        waits = row.phase == "Pending" and bool(row.message)
        key = (row.key, row.message if waits else row.phase)
        if row.kind != "Pod" or not (row.finished or waits) or row.phase in HIDDEN or key in self.told:
            return
        self.told.add(key)
        print(f"{self.count()} {line_of(row)}", file=self.stream, flush=True)

    def count(self) -> str:
        """Say how many pods are done."""
        return f"[{self.done}]" if self.pods is None else f"[{self.done}/{self.pods}]"

    @property
    def done(self) -> int:
        """How many pods have succeeded."""
        return sum(row.kind == "Pod" and row.phase == "Succeeded" for row in self.rows.values())

    def draw(self) -> None:
        """Draw the tree over the last one."""
        self.last = time.monotonic()
        size = shutil.get_terminal_size()
        lines = [*self.tree(), self.bar(min(40, size.columns - 20))]
        if len(lines) > size.lines - 1:
            lines = [f"... {len(lines) - size.lines + 2} more above", *lines[-(size.lines - 2) :]]
        shown = [line[: size.columns - 1] for line in lines]
        back = f"\x1b[{self.drawn}F" if self.drawn else ""
        self.stream.write(back + "\x1b[J" + "".join(colored(line) + "\n" for line in shown))
        self.stream.flush()
        self.drawn = len(shown)

    def tree(self) -> Iterable[str]:
        """Give the lines of the tree."""
        children: dict[str | None, list[Row]] = {}
        for row in self.rows.values():
            if row.phase not in HIDDEN:
                children.setdefault(row.parent if row.parent in self.rows else None, []).append(row)
        stack = [(row, 0) for row in reversed(children.get(None, []))]
        while stack:
            row, depth = stack.pop()
            yield "  " * depth + line_of(row)
            inner = children.get(row.key, [])
            if row.kind != "Retry" or len(inner) > 1:  # a first attempt says no more than its call
                stack.extend((child, depth + 1) for child in reversed(inner))

    def bar(self, width: int) -> str:
        """Draw how far the run is; where the end is not known, how many pods are done."""
        if self.pods is None:
            return f"{counted(self.done, 'pod')} done"
        full = width * min(self.done, self.pods) // max(self.pods, 1)
        return f"[{'#' * full}{'-' * (width - full)}] {self.done}/{counted(self.pods, 'pod')}"

    def close(self) -> None:
        """Draw the end."""
        if self.is_terminal and self.rows:
            self.draw()


def line_of(row: Row) -> str:
    """Write a node: sign, name, time, message."""
    seconds = ""
    if row.started is not None:
        seconds = f" {(row.finished or time.time()) - row.started:.1f}s"
    message = f"  {row.message.splitlines()[0]}" if row.message and row.phase in TOLD else ""
    return f"{SIGNS.get(row.phase, '.')} {row.title}{seconds}{message}"


def colored(line: str) -> str:
    """Color a line by its sign."""
    sign = line.lstrip()[:1]
    code = next((COLORS[phase] for phase, mark in SIGNS.items() if mark == sign and phase in COLORS), None)
    return f"\x1b[{code}m{line}\x1b[0m" if code and not line.startswith("[") else line
