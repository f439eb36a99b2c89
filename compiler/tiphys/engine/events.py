"""What a run tells while it goes on, so that a progress tree can be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tiphys.engine.phases import Phase


@dataclass(frozen=True, slots=True)
class Event:
    """A node has started or finished; one that never ran (skipped, omitted) only finishes."""

    what: Literal["started", "finished"]
    path: str
    name: str
    kind: str
    template: str
    phase: Phase
    attempt: int | None
    message: str
    time: float


Listener = Callable[[Event], None]
