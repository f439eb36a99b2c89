"""Limits of time that only run time knows."""

from __future__ import annotations

from tiphys_runtime.durable import LONGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def shortest_of(limits: list[float | None]) -> float | None:
    """Give the shortest of some limits; None is no limit."""
    return min((each for each in limits if each is not None), default=None)


def seconds_of(timeout: Any) -> float | None:
    """Give the seconds of a timeout, which may be a `timedelta`; 0 is no limit. Raises ValueError."""
    seconds = timeout.total_seconds() if hasattr(timeout, "total_seconds") else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
        message = f"`override(timeout={timeout!r})`: that is no duration; write seconds, or a timedelta"
        raise ValueError(message)
    return float(seconds) or None
