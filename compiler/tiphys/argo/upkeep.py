"""What becomes of runs and their pods: how many there are at once, and when Argo deletes them."""

from __future__ import annotations

from hera.workflows import models as m

from tiphys.profile import Profile


def ttl_of(profile: Profile) -> m.TTLStrategy | None:
    """Say how long a run is kept after its end."""
    ttl = profile.runs.ttl
    if ttl is None:
        return None
    return m.TTLStrategy(
        seconds_after_completion=ttl.completed, seconds_after_success=ttl.succeeded, seconds_after_failure=ttl.failed
    )


def pod_gc_of(profile: Profile) -> m.PodGC | None:
    """Say when the pods of a run are deleted."""
    collected = profile.runs.pod_gc
    if collected is None:
        return None
    delay = f"{collected.delay}s" if collected.delay is not None else None
    return m.PodGC(strategy=collected.strategy, delete_delay_duration=delay)
