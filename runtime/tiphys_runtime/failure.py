"""How a failure is told: the user's own frames on stderr, a record for others, and the exception again from it."""

from __future__ import annotations

import binascii
import os
import sys
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tiphys_runtime.codec import World

LONGEST_MESSAGE = 4_000
LONGEST_TRACEBACK = 16_000
LARGEST_PICKLE = 48_000
OURS = os.path.dirname(__file__) + os.sep


def traceback_text(error: BaseException) -> str:
    """Print an exception with the frames of the user and of what the user calls."""
    from tiphys_runtime.errors import InternalError

    told = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    if not isinstance(error, InternalError):
        trim(told, set())
    text = "".join(told.format())
    return text if len(text) <= LONGEST_TRACEBACK else f"...{text[-LONGEST_TRACEBACK:]}"


def trim(told: traceback.TracebackException, seen: set[int]) -> None:
    """Leave out our frames, in the causes too."""
    if id(told) in seen:
        return
    seen.add(id(told))
    frames = [frame for frame in told.stack if not frame.filename.startswith(OURS)]
    first = next((at for at, frame in enumerate(frames) if not leads_in(frame.filename)), len(frames))
    told.stack[:] = frames[first:]
    for inner in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if inner is not None:
            trim(inner, seen)


def leads_in(filename: str) -> bool:
    """Whether a frame is of asyncio's own loop, or of what runs the archive."""
    folder, name = os.path.split(filename)
    return filename.startswith("<frozen ") or os.path.basename(folder) == "asyncio" or name == "selectors.py"


def show_sources(sources: Mapping[str, str], read: Any) -> None:
    """Let tracebacks show lines of files that are only in the bundle."""
    import linecache

    for name, member in sources.items():
        if name not in linecache.cache:
            text = read(member).decode()
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def class_name(kind: type) -> str:
    """Give the name of an exception class in a record: `module.qualname`."""
    return f"{kind.__module__}.{kind.__qualname__}"


def record(
    error: BaseException, world: World | None, *, task: str, where: str | None = None, attempt: int | None = None
) -> dict[str, Any]:
    """Write the record of a failure."""
    import datetime

    return {
        "type": class_name(type(error)),
        "bases": [class_name(base) for base in type(error).__mro__[1:-1]],
        "message": message_of(error),
        "traceback": traceback_text(error),
        "task": task,
        "attempt": attempt,
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "pickle": pickled(error, world),
        "where": where,
    }


def message_of(error: BaseException) -> str:
    """Give the text of an exception, whatever its `__str__` does."""
    try:
        text = str(error)
    except Exception as inner:  # noqa: BLE001  (the user's own `__str__`)
        text = f"<no message: its __str__ raised {type(inner).__name__}>"
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}..."


def pickled(error: BaseException, world: World | None) -> str | None:
    """Pickle an exception so that it can be read again; None when it cannot."""
    if world is None:
        return None
    # the whole, else without what cannot be pickled of it
    for candidate in (error, Remade(error)):
        try:
            data = world.dumps(candidate)
            again = world.loads(data)
        except Exception:  # noqa: BLE001, S112  (anything may happen in the user's own pickling)
            continue
        if type(again) is type(error) and len(data) <= LARGEST_PICKLE:
            return binascii.b2a_base64(data, newline=False).decode()
    return None


class Remade:
    """Pickles as an exception without its attributes."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        from tiphys_runtime.errors import remake

        return remake, (type(self.error), self.error.args, {})


def exception_of(told: Mapping[str, Any], world: World) -> BaseException:
    """Give the exception that a record tells of: itself where it can be read, else one of the nearest known class."""
    from tiphys_runtime import errors

    found: Any = None
    if told.get("pickle"):
        try:
            found = world.loads(binascii.a2b_base64(str(told["pickle"])))
        except Exception:  # noqa: BLE001  (a class that is not in this image, or the user's own unpickling)
            found = None
    if not isinstance(found, BaseException):
        found = nearest(told)
    name = str(told.get("type", "")).rpartition(".")[2]
    if not hasattr(found, "code"):
        try:
            setattr(found, "code", name)  # noqa: B010  (no exception declares it)
        except AttributeError:
            pass
    if told.get("traceback") and found.__cause__ is None:
        found.__cause__ = errors.RemoteTraceback(f"in task {told.get('task')}:\n{told['traceback']}")
    error: BaseException = found
    return error


def nearest(told: Mapping[str, Any]) -> BaseException:
    """Make an exception of the class itself when it is Python's or ours, else a RuntimeUserError with its name."""
    import builtins

    from tiphys_runtime import errors

    home, _, name = str(told.get("type", "")).rpartition(".")
    message = str(told.get("message", ""))
    known = getattr({"builtins": builtins, errors.__name__: errors}.get(home), name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        try:
            return known(message)
        except TypeError:
            pass
    return errors.RuntimeUserError(name or "Unknown", message)


def tell(error: BaseException) -> None:
    """Print the user's traceback."""
    print(traceback_text(error), file=sys.stderr, end="", flush=True)  # noqa: T201
