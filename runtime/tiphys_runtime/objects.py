"""What glue calls, beside Python's own.

It remakes objects that were constructed at compile time, unpacks exactly, reads variables that may not be bound, and
raises and catches as the statements do.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Never

    Piece = tuple[Callable[..., Any], tuple[int, ...]]


def rebuild(cls: Any, fields: dict[str, object]) -> object:
    """Make an instance from fields that were computed already, without running its constructor again."""
    made: object = cls.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def unpack(value: Any, before: int, after: int = -1) -> tuple[object, ...]:
    """Unpack as `a, b = value` does, with its errors; `after` >= 0: a starred target stands after `before` names."""
    items = list(value)
    if after < 0:
        if len(items) < before:
            msg = f"not enough values to unpack (expected {before}, got {len(items)})"
            raise ValueError(msg)
        if len(items) > before:
            msg = f"too many values to unpack (expected {before})"
            raise ValueError(msg)
        return tuple(items)
    if len(items) < before + after:
        msg = f"not enough values to unpack (expected at least {before + after}, got {len(items)})"
        raise ValueError(msg)
    end = len(items) - after
    return (*items[:before], items[before:end], *items[end:])


def same(value: object) -> object:
    """Give what is given: the glue for a run whose result is one of its inputs."""
    return value


class Binding(Enum):
    """What stands for a variable that holds nothing."""

    UNBOUND = "unbound"

    def __repr__(self) -> str:
        return "unbound"


UNBOUND = Binding.UNBOUND


def bound(value: object, name: str) -> object:
    """Read a variable that may not be bound. Raises UnboundLocalError."""
    if value is UNBOUND:
        msg = f"cannot access local variable '{name}' where it is not associated with a value"
        raise UnboundLocalError(msg)
    return value


def free(value: object, name: str) -> object:
    """Read a variable of the function around, which may not be bound. Raises NameError."""
    if value is UNBOUND:
        msg = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        raise NameError(msg)
    return value


def passed(value: Any) -> Any:
    """Give the result of an item of a map; raise it, where it is the exception of one that failed."""
    if isinstance(value, BaseException):
        raise value
    return value


def raise_(error: Any, *cause: Any, context: BaseException | None = None) -> Never:
    """Raise as the statement does: a class is called; `cause` is what stands behind `from`.

    context: the exception that is being handled, if one is.
    """
    if context is None:
        raise raised(error, cause)
    trace = context.__traceback__
    try:
        raise context  # noqa: TRY301
    except BaseException:  # noqa: BLE001  (so that Python itself notes what was being handled)
        object.__setattr__(context, "__traceback__", trace)
        raise raised(error, cause)  # noqa: B904


def raised(error: Any, cause: tuple[Any, ...]) -> BaseException:
    """Give the exception that a `raise` statement means. Raises TypeError."""
    made = exception_from(error, "exceptions must derive from BaseException")
    if cause:
        (reason,) = cause
        problem = "exception causes must derive from BaseException"
        object.__setattr__(made, "__cause__", None if reason is None else exception_from(reason, problem))
    return made


def exception_from(value: Any, problem: str) -> BaseException:
    """Give an exception, of which the class may have been said. Raises TypeError."""
    if isinstance(value, type) and issubclass(value, BaseException):
        made: Any = value()
        if not isinstance(made, BaseException):
            msg = f"calling {value!r} should have returned an instance of BaseException, not {type(made)!r}"
            raise TypeError(msg)
        return made
    if not isinstance(value, BaseException):
        raise TypeError(problem)
    return value


def handler_of(error: BaseException, *clauses: Any) -> int:
    """Give the number of the first `except` clause, a class or a tuple of classes, that matches; else how many."""
    for number, clause in enumerate(clauses):
        if matches(error, checked(clause)):
            return number
    return len(clauses)


def checked(clause: Any, *, star: bool = False) -> tuple[type[BaseException], ...]:
    """Give the classes of a clause. Raises TypeError where one is no exception class, as Python does."""
    kinds = clause if isinstance(clause, tuple) else (clause,)
    for kind in kinds:
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            msg = "catching classes that do not inherit from BaseException is not allowed"
            raise TypeError(msg)
    if star and any(issubclass(kind, BaseExceptionGroup) for kind in kinds):
        msg = "catching ExceptionGroup with except* is not allowed. Use except instead."
        raise TypeError(msg)
    return kinds


def matches(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    """Whether an exception is of one of the classes, by Python's rules; `__instancecheck__` has no say.

    One that left a task is a RuntimeUserError too, as in programs written for Flyte. One whose class is not in this
    image is known by the names of its classes.
    """
    from tiphys_runtime import errors
    from tiphys_runtime.failure import class_name, origin_of

    origin = origin_of(error) or {}
    if origin.get("type", class_name(type(error))) != class_name(type(error)):
        named = (origin["type"], *origin.get("bases", ()))
        found = any(class_name(kind) in named for kind in kinds)
    else:
        found = any(kind in type(error).__mro__ for kind in kinds)
    if found or not {errors.RuntimeUserError, errors.BaseRuntimeError}.intersection(kinds):
        return found
    left_a_task = bool(origin) and origin.get("where") is None
    return left_a_task and isinstance(error, Exception) and not isinstance(error, errors.RuntimeSystemError)


def group_of(message: str, outcomes: Any) -> list[Any]:
    """Give the values of a TaskGroup, or raise the group of the exceptions among them."""
    found = list(outcomes)
    raised = [each for each in found if isinstance(each, BaseException)]
    for each in raised:
        if isinstance(each, (SystemExit, KeyboardInterrupt)):  # these leave the group as they are
            raise each
    if raised:
        raise BaseExceptionGroup(message, raised)
    return found


def split_group(error: BaseException, classes: Any) -> tuple[BaseException | None, BaseException | None]:
    """Split as `except*` does: the part that matches, in a group, and the rest."""
    kinds = checked(classes, star=True)
    if not isinstance(error, BaseExceptionGroup):
        return (BaseExceptionGroup("", (error,)), None) if matches(error, kinds) else (None, error)
    return error.split(lambda each: matches(each, kinds))


def parts_of(error: BaseException | None, clauses: list[Any]) -> list[BaseException | None]:
    """Give the part of an exception that each `except*` clause takes, and behind them what is left."""
    parts: list[BaseException | None] = []
    for clause in clauses:
        matched, error = (None, None) if error is None else split_group(error, clause)
        parts.append(matched)
    return [*parts, error]


def marked_again(error: Any) -> Any:
    """Mark the part of an `except*` clause as what its bare `raise` raises."""
    object.__setattr__(error, AGAIN, True)
    return error


AGAIN = "__tiphys_again__"


def left_of(error: BaseException | None, clauses: list[Any], raised: list[Any]) -> BaseException | None:
    """Give what an `except*` statement raises at its end; `raised`: what each clause has raised, or None.

    As in Python, what was not caught and what was raised again keeps the shape it had in the group.
    """
    if error is None:
        return None
    *parts, rest = parts_of(error, clauses)
    kept: list[BaseException | None] = [rest] if rest is not None else []
    made: list[BaseException] = []
    for part, each in zip(parts, raised, strict=True):
        if each is None:
            continue
        if hasattr(each, AGAIN):
            object.__delattr__(each, AGAIN)
            kept.append(part)
        else:
            made.append(each)
    if not isinstance(error, BaseExceptionGroup):
        return next((each for each in (*made, *kept)), None)
    found = {id(leaf) for part in kept for leaf in leaves_of(part)}
    same = error.subgroup(lambda each: id(each) in found)
    if not made:
        return same
    made += [] if same is None else [same]
    return made[0] if len(made) == 1 and not puts_one_into_a_group() else BaseExceptionGroup("", made)


def puts_one_into_a_group() -> bool:
    """Say whether this Python puts a single exception that a clause of `except*` raises into a group (until 3.11.3)."""
    try:
        try:
            raise ExceptionGroup("", [KeyError()])
        except* KeyError:
            raise LookupError from None
    except BaseException as error:  # noqa: BLE001  to look at it
        return isinstance(error, BaseExceptionGroup)


def leaves_of(error: Any) -> list[BaseException]:
    """List the exceptions of a group, those of the groups in it included."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in leaves_of(each)]


def count_of(items: Any) -> int:
    """Count what a loop over a value goes through."""
    return len(items) if isinstance(items, list | tuple | str | range | dict) else len(list(items))


def item_at(items: Any, index: int) -> Any:
    """Give what a loop over a value meets in round `index`."""
    return items[index] if isinstance(items, list | tuple | str | range) else list(items)[index]


MOST_NUMBERS = 512
"""So many entries at most: the list travels to every item, and all items stand in the object that a run is."""


def numbers_of(count: int, pieces: tuple[Piece, ...], *operands: Any) -> list[int]:
    """For each index below `count`, give the number that the last piece gives, or -1 where there is none.

    Each piece is a function, and the places of its arguments among the index, the operands, and what the pieces before
    it gave.
    """
    found = []
    for index in range(min(count, MOST_NUMBERS)):
        values = [index, *operands]
        try:
            for function, places in pieces:
                values.append(function(*[values[place] for place in places]))
        except Exception:  # noqa: BLE001 - the same glue raises it again, where it stands
            found.append(-1)
        else:
            is_number = type(values[-1]) is int and 0 <= values[-1] < 2**31
            found.append(values[-1] if is_number else -1)
    return found


def value_at(number: int, *values: object) -> object:
    """Give one of several values by its number."""
    return values[number]


def from_lanes(lanes: list[list[Any]], count: int) -> list[Any]:
    """Put together what lanes gave of which lane `l` took the items `l`, `l + n`, `l + 2n`, ... for n lanes."""
    return [lanes[index % len(lanes)][index // len(lanes)] for index in range(count)]


def rounds_of(count: int, lanes: int, lane: int) -> int:
    """Count the items that one of several lanes takes."""
    return len(range(lane, count, lanes))
