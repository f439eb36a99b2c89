"""Durations where users write them: seconds, or a `timedelta`."""

from __future__ import annotations

from datetime import timedelta

from tiphys.diagnostics import shown
from tiphys_runtime.durable import LONGEST

MOST = timedelta(seconds=LONGEST)


def duration(value: object) -> timedelta:
    """Read seconds or a `timedelta`, at most what Argo can count. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | timedelta) or value != value:  # noqa: PLR0124  nan
        msg = f"{value!r} is not a duration; write seconds, or a timedelta"
        raise ValueError(msg)
    is_late = value > MOST if isinstance(value, timedelta) else value > LONGEST
    if is_late:
        msg = f"{shown(value)} is too long: at most 100 years"
        raise ValueError(msg)
    is_negative = value < timedelta(0) if isinstance(value, timedelta) else value < 0
    if is_negative:
        msg = "a duration must not be negative"
        raise ValueError(msg)
    found = value if isinstance(value, timedelta) else timedelta(seconds=value)
    if value and not found:
        msg = f"{value!r} is less than a microsecond, the least there is"
        raise ValueError(msg)
    return found
