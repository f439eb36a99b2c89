"""How an entry ends: its record for a catch, and after a failure every output. Loaded where it is needed."""

from __future__ import annotations

import os
import sys
import time

from tiphys_runtime import codec, counting, envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tiphys_runtime.shim import Call, Ended

USER, FINAL, TIMEOUT = 1, 2, 4


def fail(call: Call, ended: Ended) -> int:
    """Tell of a failure: on stderr, in every output, in the record, and in the termination log. Gives the exit code."""
    from tiphys_runtime import failure, tracebacks

    world = call.world
    if world is not None:
        tracebacks.show_sources(world.manifest.get("sources", {}), world.read)
    failure.tell(ended.error)

    number = counting.attempt()
    if number is not None:
        number = counting.of(call).user
        if "records" in call.entry:  # one more attempt tells of the one before
            number = min(number, counting.attempts(call) - 1)

    def told(largest: int) -> dict[str, Any]:
        return failure.record(
            ended.error,
            world,
            task=ended.owner or str(call.entry["title"]),
            where=ended.where,
            attempt=None if number is None else number + 1,
            largest=largest,
        )

    # its pickle, message and traceback share the room
    most = failure.LARGEST_PICKLE if call.share is None else max(call.share // 3, failure.LEAST_PICKLE)
    short = whole = told(min(most, failure.LARGEST_PICKLE))
    try:
        if "told" in call.entry:
            from tiphys_runtime.telling import LARGEST_PICKLE

            whole = {**told(min(most, LARGEST_PICKLE)), "time": short["time"]}
        elif call.item is not None or call.records_to is not None:  # files may hold more than parameters
            whole = {**told(failure.LARGEST_FILE), "time": short["time"]}
        names = [str(output["name"]) for output in call.outputs()]
        for name in dict.fromkeys((*names, "v")):
            text = envelope.write({"e": short} if name == "v" else {})
            call.write(name, text, error_file(whole) if call.is_item(name) else None)
        record(call, whole, ended.frame)
        counting.write(call)
        with open(os.environ.get("TIPHYS_TERMINATION_LOG", "/dev/termination-log"), "w", encoding="utf-8") as file:
            file.write(str(short["type"]) + counting.noted(call, has_failed=True))
    except OSError as error:
        print(f"tiphys: the failure could not be recorded: {error}", file=sys.stderr)  # noqa: T201
    code = FINAL if is_final(call, ended) else ended.code
    if call.alone and (ended.code == TIMEOUT or call.limit == "deadline"):
        leave(code)
    return code


def error_file(told: dict[str, Any]) -> bytes:
    """Write a record as a spilled file."""
    return b"E" + codec.text_of(told).encode()


def record(call: Call, told: dict[str, Any] | None, places: list[Any] | None = None) -> None:
    """Write the record of an entry, where somebody reads it. places: the frame of the step that failed."""
    if call.records_to is None or (told is None and "told" in call.entry):
        return
    frame: list[Any] = []
    if told is not None:
        places = places or call.entry.get("frame")
        frame = [frame_entry(call, place) for place in places] if places else call.frame
    content = {"at": call.at, "time": now(), "e": told, "frame": frame}
    if "told" in call.entry:
        from tiphys_runtime import telling

        call.write("record", telling.text_of(call, content))
        return
    call.write("record", codec.text_of(content))


def frame_entry(call: Call, place: Any) -> dict[str, Any]:
    """Give the envelope of a value: `{}` for one that was not computed, or that cannot travel."""
    try:
        found = call.caught.envelope_at(place) if call.caught is not None else None
        if found is None:
            found = call.values.envelope_at(place)
        if found is None:
            return {"v": codec.encode(call.values.at(place), call.world)} if call.world is not None else {}
    except Exception:  # noqa: BLE001  (a value that is not there yet; the user's own pickling)
        return {}
    return found


def now() -> str:
    """Give the time, such that texts are in the order of times."""
    seconds = time.time()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds % 1 * 1e6):06d}+00:00"


def is_final(call: Call, ended: Ended) -> bool:
    """Whether a failure is the last, where Argo would make one attempt more: it only counts them all together."""
    if ended.code not in (USER, TIMEOUT):
        return False
    if not is_retried(call, ended.error):
        return True
    counted = counting.attempt() is not None and ("records" in call.entry or "tries" in call.entry)
    return counted and counting.of(call).user + 1 >= counting.attempts(call)


def is_retried(call: Call, error: BaseException) -> bool:
    """Whether the user wants the task tried again after this exception."""
    from tiphys_runtime.failure import is_named

    names = call.entry.get("on")
    return names is None or is_named(error, names)


def lost(call: Call) -> BaseException | None:
    """Give the error of an attempt that ended without a word, where no attempt is left."""
    counted = counting.of(call)
    if counted.last is None:
        return None
    error = error_of(call, counted.last)
    is_over = counted.user >= counting.attempts(call) or counted.lost > call.entry.get("lost", counted.lost)
    if counted.last == counting.LOST and call.entry.get("lost") == 0:  # not counted apart, as there are none
        is_over = True
    if counted.last in (counting.OOM, counting.TIME) and not is_retried(call, error):
        is_over = True
    return error if is_over else None


def error_of(call: Call, last: str) -> BaseException:
    """Make the error of an attempt that could not tell its own."""
    from tiphys_runtime import errors

    task = call.entry["title"]
    status, _, rest = os.environ.get("TIPHYS_LAST", "").strip().partition(" ")
    code, _, message = rest.strip().partition(" ")
    if last == counting.OOM:
        why = "as it" if not message or "OOMKilled" in message else "most likely as it"
        return errors.OOMError(f"the task {task} was killed, {why} used more memory than it has (exit code 137)")
    if last == counting.TIME and call.entry.get("timeout") is not None:
        return errors.MaxRuntimeExceeded(f"the task {task} ran longer than its timeout of {call.entry['timeout']} s")
    if last == counting.TIME:
        from tiphys_runtime.waiting import exceeded

        return exceeded(call)
    told = counting.AWAY
    if status == "Failed" and code.isdigit() and (not message or message.startswith(counting.OF_MAIN)):
        told = counting.how_it_ended(int(code))
    return errors.TaskLostError(f"the task {task} ended without reporting anything: {told}")


def unwritable(error: Exception, task: str, name: str, inline: int, share: int | None) -> BaseException:
    """Say why an output cannot be written."""
    from tiphys_runtime.errors import NonRecoverableError

    if not isinstance(error, envelope.TooLarge):
        text = f"what {task} gives for `{name}` cannot be written: {type(error).__name__}: {error}"
        return NonRecoverableError(text)
    many = " from each of so many items of a list" if inline == share else ""
    return NonRecoverableError(
        f"{task} gives {error.args[0]:,} bytes for `{name}`, and without an artifact repository only {inline:,} can "
        f"travel{many}; configure one, or return less"
    )


def leave(code: int) -> None:
    """End the process when threads of the task would keep it alive."""
    import threading

    if any(not each.daemon for each in threading.enumerate() if each is not threading.current_thread()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
