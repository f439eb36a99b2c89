"""A task within its timeout."""

from __future__ import annotations

import os
import sys

from tiphys_runtime.deadline import Deadline, Timer
from tiphys_runtime.errors import MaxRuntimeExceeded, TaskTimeoutError
from tiphys_runtime.shim import FINAL, TIMEOUT, Ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tiphys_runtime.shim import Call


def allowed(call: Call) -> float | None:
    """Give the seconds that the body may take, and note which of its limits that is."""
    limits = {"timeout": call.entry.get("timeout")}
    if "within" in call.entry:
        limits["within"] = call.values.at(call.entry["within"])
    if "deadline" in call.entry:
        from tiphys_runtime import waiting

        limits["deadline"] = waiting.left(call)
    known = {name: float(seconds) for name, seconds in limits.items() if seconds is not None}
    if not known:
        return None
    call.limit = min(known, key=known.__getitem__)
    return known[call.limit]


def timed(call: Call, work: Callable[[], Any]) -> Any:
    """Do the work within its time. Raises Ended when that is over, whatever the code made of the interruption."""
    call.seconds = seconds = allowed(call)
    if seconds is None:
        return work()
    timer = Timer(seconds, (lambda: cut_off(call)) if call.alone else None)
    try:
        with timer:
            result = work()
    except BaseException as error:
        if timer.is_over or isinstance(error, Deadline):
            raise Ended(code_of(call), timed_out(call, error)) from None
        raise
    if timer.is_over:
        raise Ended(code_of(call), timed_out(call))
    return result


def code_of(call: Call) -> int:
    """Give the exit code: what all attempts together may take is over for the others too."""
    return FINAL if call.limit == "deadline" else TIMEOUT


def timed_out(call: Call, error: BaseException | None = None) -> BaseException:
    """Make the error of a timeout; its traceback is where the code was."""
    if call.limit == "deadline":
        from tiphys_runtime.waiting import exceeded

        made = exceeded(call)
    else:
        kind = MaxRuntimeExceeded if call.limit == "timeout" else TaskTimeoutError
        made = kind(f"the task {call.entry['title']} ran longer than its timeout of {call.seconds} s")
    return made.with_traceback(error.__traceback__ if error is not None else None)


def cut_off(call: Call) -> None:
    """End the process while the main thread is in code that no signal interrupts."""
    code = call.fail(Ended(code_of(call), timed_out(call)))
    sys.stderr.flush()
    os._exit(code)
