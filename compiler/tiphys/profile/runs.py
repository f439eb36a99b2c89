"""Runs: how many of their pods there are at once, and how long they and their pods are kept."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tiphys.profile.part import Part

DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
UNITS = (86_400, 3_600, 60, 1)
MOST = 2**31 - 1


def seconds(value: object) -> object:
    """Read a duration, such as `90`, `"12h"` or `"1d12h"`, as seconds."""
    if isinstance(value, str) and value and (found := DURATION.fullmatch(value)):
        value = sum(int(number or 0) * unit for number, unit in zip(found.groups(), UNITS, strict=True))
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        msg = "write a duration such as '7d', '12h' or '30m', or seconds as a number"
        raise ValueError(msg)
    return value


Seconds = Annotated[int, BeforeValidator(seconds)]


class Ttl(Part):
    """How long a run is kept after its end, in seconds: any run, one that succeeded, one that failed."""

    completed: Seconds | None = None
    succeeded: Seconds | None = None
    failed: Seconds | None = None


class PodGC(Part):
    """When the pods of a run are deleted: Argo's own word for it, and how long to wait before."""

    strategy: Literal["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"]
    delay: Seconds | None = None


def as_ttl(value: object) -> object:
    """Let one duration stand for that of any run."""
    return value if isinstance(value, dict | Ttl) else {"completed": value}


def as_pod_gc(value: object) -> object:
    """Let the strategy stand for the table."""
    return {"strategy": value} if isinstance(value, str) else value


class Runs(Part):
    """parallelism: the most pods of a run at once. ttl: how long it is kept. pod_gc: when its pods are deleted."""

    parallelism: Annotated[int, Field(ge=1, le=MOST)] | None = None
    ttl: Annotated[Ttl | None, BeforeValidator(as_ttl)] = None
    pod_gc: Annotated[PodGC | None, BeforeValidator(as_pod_gc)] = None
