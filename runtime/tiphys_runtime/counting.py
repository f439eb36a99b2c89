"""The attempts of a call, counted: the user's own, and those that were lost (docs/wire.md)."""

from __future__ import annotations

import json
import os
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tiphys_runtime.shim import Call

KILLED, TERMINATED = "137", "143"
OF_MAIN = "main: "
"""How Argo begins what it says of a container that ended by itself; of pods it says other things."""
OUT_OF_TIME = "longer than the specified deadline"
TOLD = ("1", "2", "3", "4", "70")
"""Exit codes of the shim's own: the attempt has told how it ended."""
AWAY = "its pod was lost, evicted or deleted"
UNTOLD = f"{AWAY}, or its process ended without a word, as by `os._exit` or a crash of native code"
"""What may have happened, where nothing tells which."""
OOM, TIME, LOST = "oom", "time", "lost"


class Tally:
    """How often a call was tried before this attempt.

    user: attempts that ended by what the user wrote. lost: those that the cluster ended. first: when the first was
    queued, in seconds; None where that is not known. last: why the one before ended without a word (`OOM`, `TIME`,
    `LOST`); None where it did not.
    """

    def __init__(self, user: int, lost: int, first: float | None, last: str | None) -> None:
        self.user = user
        self.lost = lost
        self.first = first
        self.last = last


def of(call: Call) -> Tally:
    """Give the count of a call, counted once."""
    if call.tally is None:
        call.tally = tally(call)
    return call.tally


def tally(call: Call) -> Tally:
    """Count the attempts before this one; without a file of its own all are the user's, or all were lost."""
    has_limit = call.entry.get("timeout") is not None or "deadline" in call.entry
    last = last_of(os.environ.get("TIPHYS_LAST", ""), has_limit=has_limit)
    number = attempt() or 0
    if call.entry.get("tries"):
        before = (told_in_message() if in_message(call) else told(call)) if number or last else {}
        user, lost = int(before.get("user", 0)), int(before.get("lost", 0))
        user, lost = user + (last in (OOM, TIME)), lost + (last == LOST)
        # one that ended without a word, and whose successor did too: nobody has counted it, or knows how it ended
        unknown = max(0, number - user - lost)
        as_lost = 0 if in_message(call) else min(unknown, max(0, int(call.entry.get("lost", 0)) - lost))
        return Tally(user + unknown - as_lost, lost + as_lost, before.get("first"), last)
    if "lost" in call.entry and attempts(call) == 1:
        return Tally(int(last in (OOM, TIME)), number - (last in (OOM, TIME)), None, last)
    return Tally(number, 0, None, last)


def in_message(call: Call) -> bool:
    """Whether the count stands in the message that an attempt leaves, not in a file. A lost one leaves none."""
    return bool(call.entry["tries"] == "told")


def told_in_message() -> dict[str, float]:
    """Read from the message of the attempt before what it counted."""
    found = re.search(r" tries ([0-9]+) ([0-9]+) ([0-9.]+)( grown [0-9]+)?$", os.environ.get("TIPHYS_LAST", ""))
    return {} if found is None else {"user": int(found[1]), "lost": int(found[2]), "first": float(found[3])}


def told(call: Call) -> dict[str, float]:
    """Read what the attempts before have written."""
    try:
        with open(os.path.join(call.root, "in", "tries"), encoding="ascii") as file:
            found: dict[str, float] = json.load(file)
    except (OSError, ValueError):  # a folder where there is none yet
        return {}
    return found


def write(call: Call) -> None:
    """Write the count for the attempts after this one, which failed by itself."""
    if "tries" in call.entry and not in_message(call):
        counted = of(call)
        content = {"user": counted.user + 1, "lost": counted.lost, "first": counted.first or queued_at()}
        call.write("tries", json.dumps(content))


def last_of(text: str, *, has_limit: bool) -> str | None:
    """Tell why the attempt before ended without a word: `STATUS CODE MESSAGE`, as Argo says them."""
    status, _, rest = text.strip().partition(" ")
    code, _, message = rest.strip().partition(" ")
    if status not in ("Failed", "Error"):
        return None
    if status == "Failed" and code in TOLD and (not message or message.startswith(OF_MAIN)):
        return None
    if status == "Failed" and has_limit and (code == TERMINATED or OUT_OF_TIME in message):
        return TIME
    if status == "Failed" and code == KILLED and (not message or message.startswith(OF_MAIN)):
        return OOM
    return LOST  # the others are evicted, or their node was shut down


def how_it_ended(code: int) -> str:
    """Say what may have ended a process that could not tell: a signal, native code, `os._exit`."""
    import signal

    try:
        name = signal.Signals(code - 128).name
    except ValueError:
        return f"its process ended with exit code {code}, as by `os._exit`, or in native code"
    return f"its process was ended by the signal {name}, exit code {code}"


def grown() -> str:
    """Give what Argo reads back of the memory that this attempt has, in the message of the termination log."""
    steps = os.environ.get("TIPHYS_GROWN", "")
    return f" grown {steps}" if steps else ""


def noted(call: Call, *, has_failed: bool) -> str:
    """Give what the next attempt finds in the message of this one, behind its exception."""
    if not call.entry.get("tries") or not in_message(call):
        return grown()
    counted = of(call)
    return f" tries {counted.user + has_failed} {counted.lost} {counted.first or queued_at():.3f}{grown()}"


def announce(call: Call) -> None:
    """Write that before anything else: a pod that is killed for its memory writes nothing later."""
    with open(os.environ.get("TIPHYS_TERMINATION_LOG", "/dev/termination-log"), "w", encoding="utf-8") as file:
        file.write(noted(call, has_failed=False).strip())


def attempt() -> int | None:
    """Give the number of this attempt, from 0; None where it is not known."""
    text = os.environ.get("TIPHYS_ATTEMPT", "")
    return int(text) if text.isdigit() else None


def attempts(call: Call) -> int:
    """Give how often the user has the task tried."""
    if "retries" in call.entry:
        return 1 + int(call.values.at(call.entry["retries"]))
    return int(call.entry.get("attempts", 1))


def queued_at() -> float:
    """Give when this attempt was queued, in seconds; now, where that is not told."""
    try:
        return float(os.environ["TIPHYS_QUEUED"])
    except (KeyError, ValueError):
        return time.time()


def elapsed(call: Call) -> float:
    """Give the seconds since the first attempt was queued."""
    return max(0.0, time.time() - (of(call).first or queued_at()))
