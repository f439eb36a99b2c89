"""Before a task runs: what became of the attempts before, the wait for its pod, the deadline of all attempts."""

from __future__ import annotations

import os
import time

from tiphys_runtime import counting, ending, errors
from tiphys_runtime.shim import FINAL, TIMEOUT, Ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tiphys_runtime.shim import Call


def begin(call: Call) -> None:
    """Look at the attempts before this one, and at the time. Raises Ended where this one must not run."""
    if counting.noted(call, has_failed=False):
        counting.announce(call)
    error = ending.lost(call) if "TIPHYS_LAST" in os.environ else None
    if error is not None:
        raise Ended(FINAL, error)
    check(call)


def check(call: Call) -> None:
    """Raise Ended where the pod was queued too long, or all attempts have taken too long."""
    task = call.entry["title"]
    if left(call) == 0:
        raise Ended(FINAL, exceeded(call))
    allowed = call.entry.get("queued")
    waited = time.time() - counting.queued_at()
    if allowed is not None and waited > allowed:
        text = f"the task {task} waited {waited:.1f} s until it ran, and may wait {allowed} s"
        raise Ended(TIMEOUT, errors.MaxQueuedTimeExceeded(text))


def left(call: Call) -> float | None:
    """Give the seconds until the deadline of all attempts; 0 where it is over, None where there is none."""
    deadline: float | None = call.entry.get("deadline")
    return None if deadline is None else max(0.0, deadline - counting.elapsed(call))


def exceeded(call: Call) -> BaseException:
    """Make the error of a deadline that is over."""
    task, seconds = call.entry["title"], call.entry["deadline"]
    return errors.DeadlineExceeded(
        f"the task {task} took longer than its deadline of {seconds} s, all attempts together"
    )
