"""Go durations such as `1m30s`, and bare numbers of seconds."""

from __future__ import annotations

import re

from tiphys.engine.functions import Unevaluable

_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h|d)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_of(text: str) -> float:
    """Read a duration; a number without a unit counts seconds."""
    try:
        return float(text)
    except ValueError:
        pass
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        message = f"`{text}` is not a duration such as `90s` or `1m30s`"
        raise Unevaluable(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
