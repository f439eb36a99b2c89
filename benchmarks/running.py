"""What the engine adds to each task."""

from __future__ import annotations

from clock import child, take_turns
from report import Row


def engine(turns: int) -> list[Row]:
    """Run 180 and 20 calls beside each other: the difference is what a task costs."""
    ways = ("engine-alone", "in-process", "forked")
    found = take_turns({way: lambda way=way: child("engine", way)["seconds"] for way in ways}, turns)
    return [
        Row("engine, per task, in this process, without the shim", found["engine-alone"], "ms", 0.0003),
        Row("engine, per task, in this process, with the shim and an event loop", found["in-process"], "ms"),
        Row("engine, per task, forked", found["forked"], "ms", 0.005),
    ]
