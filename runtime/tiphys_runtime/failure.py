"""How a failure is told: the user's own frames on stderr, a record for others, and the exception again from it."""

from __future__ import annotations

import binascii
import sys

from tiphys_runtime import tracebacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from tiphys_runtime.codec import World

LONGEST_MESSAGE = 4_000
LARGEST_PICKLE = 48_000
LEAST_PICKLE = 2_000
"""What most exceptions need: of an item of a map, however many share the room."""
LARGEST_FILE = 4_000_000
"""As the pickle of an exception in a file, not in an output parameter."""
ORIGIN = "__tiphys_record__"
"""The attribute of an exception that came from elsewhere: what its record says that it does not hold itself."""
KEPT = ("task", "attempt", "time", "where")


def class_name(kind: type) -> str:
    """Give the name of an exception class in a record: `module.qualname`."""
    return f"{kind.__module__}.{kind.__qualname__}"


def is_named(error: BaseException, names: Collection[str]) -> bool:
    """Whether the class of an exception, or one of its bases, has one of these names."""
    told = origin_of(error)
    # a class that a function made has lost that function's name where it travelled
    known = [f"{kind.__module__}.{kind.__qualname__.rpartition('<locals>.')[2]}" for kind in type(error).__mro__]
    if told is not None and "type" in told:  # it only stands for one whose class is not here
        known += [told["type"], *told.get("bases", ())]
    return any(name in names for name in known) or any(isinstance(error, class_called(name)) for name in names)


def class_called(name: str) -> type | tuple[()]:
    """Give the class that a name leads to: a package may offer it by another name than that of its own module.

    Only what is loaded can have been raised; none where that is no class.
    """
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:cut]))
        if found is not None:
            for part in parts[cut:]:
                found = getattr(found, part, None)
            return found if isinstance(found, type) else ()
    return ()


def record(
    error: BaseException,
    world: World | None,
    *,
    task: str,
    where: str | None = None,
    attempt: int | None = None,
    largest: int = LARGEST_PICKLE,
) -> dict[str, Any]:
    """Write the record of a failure. largest: of its pickle; message and traceback are not longer than that either.

    An exception that the orchestrator raises again, at `where`, is still that of the task that it left: only `again`
    says the place.
    """
    from tiphys_runtime.ending import now

    origin = origin_of(error) if where is not None else None
    again = {} if origin is None else {"again": where}
    if origin is not None and "type" in origin:  # it only stands for one whose class is not here
        return {**origin, **again}
    told = {
        "type": class_name(type(error)),
        "bases": [class_name(base) for base in type(error).__mro__[1:-1]],
        "message": message_of(error, min(LONGEST_MESSAGE, largest)),
        "traceback": tracebacks.text_of(error, min(tracebacks.LONGEST_TEXT, largest)),
        "task": task,
        "attempt": attempt,
        "time": now(),
        "pickle": pickled(error, world, largest),
        "where": where,
    }
    return {**told, **(origin or {}), **again}


def origin_of(error: BaseException) -> dict[str, Any] | None:
    """Give what the record of an exception said where it came from; None for one that arose here."""
    return error.__dict__.get(ORIGIN)


def message_of(error: BaseException, longest: int) -> str:
    """Give the text of an exception, whatever its `__str__` does."""
    try:
        text = str(error)
    except Exception as inner:  # noqa: BLE001  (the user's own `__str__`)
        text = f"<no message: its __str__ raised {type(inner).__name__}>"
    return text if len(text) <= longest else f"{text[:longest]}..."


def pickled(error: BaseException, world: World | None, largest: int) -> str | None:
    """Pickle an exception so that it can be read again; None when it cannot."""
    if world is None:
        return None
    from tiphys_runtime.partial import Sieve

    # the whole, else without what cannot be pickled of it, or is too large
    for candidate in (error, Sieve(world, largest // 4).partial(error)):
        try:
            data = world.dumps(candidate)
            again = world.loads(data)
        except Exception:  # noqa: BLE001, S112  (anything may happen in the user's own pickling)
            continue
        if type(again) is type(error) and len(data) <= largest:
            return binascii.b2a_base64(data, newline=False).decode()
    return None


def exception_of(told: Mapping[str, Any], world: World) -> BaseException:
    """Give the exception that a record tells of: itself where it can be read, else one of the nearest known class."""
    from tiphys_runtime import errors

    found: Any = None
    if told.get("pickle"):
        try:
            found = world.loads(binascii.a2b_base64(str(told["pickle"])))
        except Exception:  # noqa: BLE001  (a class that is not in this image, or the user's own unpickling)
            found = None
    error: BaseException = found if isinstance(found, BaseException) else nearest(told)
    if not any("code" in vars(each) for each in (error, *type(error).__mro__)):
        error.__dict__["code"] = str(told.get("type", "")).rpartition(".")[2]
    if error.__traceback__ is None and told.get("traceback"):
        frames = tracebacks.frames_in(str(told["traceback"]))
        errors.put(error, "__traceback__", tracebacks.made_of(frames))
    error.__dict__[ORIGIN] = {name: told.get(name) for name in KEPT} if error is found else dict(told)
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
    print(tracebacks.text_of(error), file=sys.stderr, end="", flush=True)  # noqa: T201
