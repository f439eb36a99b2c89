"""What only run time knows of a call: limits of time, retries, variables."""

from __future__ import annotations

from tiphys_runtime.durable import LONGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


MOST_RETRIES = 1000


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


def retries_of(count: Any) -> int:
    """Check how often a task is tried again. Raises ValueError."""
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_RETRIES:
        raise ValueError(f"`override(retries={count!r})`: write a whole number from 0 to {MOST_RETRIES}")
    return count


def texts_of(variables: Mapping[str, object]) -> dict[str, str]:
    """Check variables before a pod is started for them. Raises TypeError or ValueError."""
    found: dict[str, str] = {}
    for name, value in variables.items():
        if not isinstance(value, str):
            raise TypeError(f"`override(env_vars={{{name!r}: {value!r}}})`: a variable is a text; write {str(value)!r}")
        if "\0" in value:
            raise ValueError(f"`override(env_vars=...)`: {name} holds a zero character, which no variable can")
        found[name] = value
    return found
