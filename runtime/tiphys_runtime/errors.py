"""What users catch: how a task can end other than by its own exception.

BaseRuntimeError (a RuntimeError)
RuntimeUserError            the user's side: `code` is the class name of what was raised
NonRecoverableError       raise it to end a task without retries
ConditionTimedoutError    nobody has answered a condition in time; also a TimeoutError
TaskTimeoutError          the task took longer than its timeout; also a TimeoutError
MaxRuntimeExceeded      ... one attempt of it ran too long
MaxQueuedTimeExceeded   ... one attempt of it waited too long until it ran
DeadlineExceeded        ... all attempts together
OOMError                  the task was killed for its memory; also a MemoryError
InlineIOMaxBytesBreached  the inputs or the output are larger than `max_inline_io_bytes`
ImagePullBackOffError     the image cannot be pulled
ContainerError            the container of a task failed: `exit_code` says how
ResourceError             the object that a task created failed
RuntimeSystemError          the cluster's side
TaskLostError             the task ended without a word: node lost, evicted, pod deleted
InternalError             a bug in tiphys
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "BaseRuntimeError",
    "ConditionTimedoutError",
    "ContainerError",
    "DeadlineExceeded",
    "ImagePullBackOffError",
    "InlineIOMaxBytesBreached",
    "InternalError",
    "MaxQueuedTimeExceeded",
    "MaxRuntimeExceeded",
    "NonRecoverableError",
    "OOMError",
    "ResourceError",
    "RuntimeSystemError",
    "RuntimeUserError",
    "TaskLostError",
    "TaskTimeoutError",
]
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by Python code
FIELDS, FRAMES = "__tiphys_fields__", "__tiphys_frames__"
MEMBERS = frozenset({"__cause__", "__context__", "__suppress_context__"})
PLAIN = frozenset({"__dict__", "__weakref__"})


class BaseRuntimeError(RuntimeError):
    """What every error of this module is."""

    def __init__(self, code: str, message: str, worker: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.worker = worker

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return remake, (type(self), self.args, dict(self.__dict__))


class RuntimeUserError(BaseRuntimeError):
    """A task failed by what the user wrote; `code` is the class name of the exception."""


class RuntimeSystemError(BaseRuntimeError):
    """A task failed by what the cluster did."""


class NonRecoverableError(RuntimeUserError):
    """A failure that another attempt cannot mend: the task is not retried."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class TaskTimeoutError(RuntimeUserError, TimeoutError):
    """A task took longer than its timeout."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class ConditionTimedoutError(RuntimeUserError, TimeoutError):
    """Nobody has answered a condition in time."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class MaxRuntimeExceeded(TaskTimeoutError):
    """An attempt of a task ran longer than `Timeout(max_runtime=...)`."""


class MaxQueuedTimeExceeded(TaskTimeoutError):
    """An attempt of a task waited longer than `Timeout(max_queued_time=...)` until it ran."""


class DeadlineExceeded(TaskTimeoutError):
    """The attempts of a task took longer than `Timeout(deadline=...)`, all together."""


class OOMError(RuntimeUserError, MemoryError):
    """A task used more memory than it has."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class InlineIOMaxBytesBreached(RuntimeUserError):
    """The inputs or the output of a task are larger than its `max_inline_io_bytes`."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class ImagePullBackOffError(RuntimeUserError):
    """The image of a task cannot be pulled."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class ContainerError(RuntimeUserError):
    """The container of a task failed; `exit_code` is 0 where it ended well, but without its outputs."""

    def __init__(self, message: str = "", exit_code: int = 1) -> None:
        super().__init__(type(self).__name__, message)
        self.exit_code = exit_code


class ResourceError(RuntimeUserError):
    """The object of Kubernetes that a task created failed, or could not be created."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class TaskLostError(RuntimeSystemError):
    """A task ended without reporting anything."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class InternalError(RuntimeSystemError):
    """A bug in tiphys: please report it with the program that shows it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


def remake(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any] | None = None) -> BaseException:
    """Make an exception again without calling its constructor, whose parameters may differ from `args`."""
    home: Any = kind
    if not hasattr(kind.__new__, "__code__"):
        while home.__flags__ & HEAP_TYPE:  # the C class whose layout it has
            home = home.__base__
    made: BaseException = home.__new__(kind, *args)
    put(made, "args", args)
    if state:
        revive(made, state)
    return made


def revive(made: BaseException, state: dict[str, Any]) -> None:
    """Give an exception its attributes, what it was raised from, and where."""
    frames = state.pop(FRAMES, None)
    if frames:
        from tiphys_runtime.tracebacks import made_of

        put(made, "__traceback__", made_of(frames))
    for name in MEMBERS.intersection(state):
        put(made, name, state.pop(name))
    for name, value in state.pop(FIELDS, {}).items():
        try:
            put(made, name, value)
        except (AttributeError, TypeError):  # a group's, for one: they are its arguments
            pass
    made.__dict__.update(state)


put = object.__setattr__  # the class may refuse, as frozen dataclasses do


def apart(error: BaseException, *, traced: bool = False) -> tuple[Any, ...] | None:
    """Take an exception apart for a pickle; None for a class that says itself how. traced: with its user's frames."""
    kind = type(error)
    reduce: Any = kind.__reduce__
    plain = reduce is BaseRuntimeError.__reduce__ or is_built_in(reduce)
    if not plain or kind.__reduce_ex__ is not object.__reduce_ex__ or not is_built_in(kind.__setstate__):
        return made_its_way(error, traced=traced)
    return remake, (kind, error.args), state_of(error, traced=traced), None, None, revive


def made_its_way(error: BaseException, *, traced: bool) -> tuple[Any, ...] | None:
    """Let a class that says how its exceptions are made keep what Python notes beside; None where it says more."""
    reduced: Any = error.__reduce_ex__(4)
    if not isinstance(reduced, tuple) or len(reduced) != 2:
        return None
    state = {name: value for name, value in state_of(error, traced=traced).items() if name.startswith("__")}
    state.pop(FIELDS, None)
    return (*reduced, state, None, None, revive) if state else None


def twin(error: BaseException) -> BaseException:
    """Copy an exception, and not what it holds but its notes; its constructor is not called."""
    state = state_of(error, traced=False)
    if "__notes__" in state:
        state["__notes__"] = list(state["__notes__"])
    made = remake(type(error), error.args, state)
    put(made, "__context__", error.__context__)
    put(made, "__suppress_context__", error.__suppress_context__)
    put(made, "__traceback__", error.__traceback__)
    return made


def state_of(error: BaseException, *, traced: bool) -> dict[str, Any]:
    """Give all of an exception that is not in its arguments. traced: with what it happened in, and where."""
    state = dict(error.__dict__)
    fields = fields_of(error)
    if fields:
        state[FIELDS] = fields
    if error.__cause__ is not None:
        state["__cause__"] = error.__cause__
    if traced and error.__context__ is not None:
        state["__context__"] = error.__context__
    if error.__suppress_context__:
        state["__suppress_context__"] = True
    if traced and error.__traceback__ is not None:
        from tiphys_runtime.tracebacks import frames_of

        state[FRAMES] = frames_of(error)
    return state


def fields_of(error: BaseException) -> dict[str, Any]:
    """Give what an exception keeps outside its `__dict__`: `filename` of an OSError, slots of a user's class."""
    found: dict[str, Any] = {}
    for kind in type(error).__mro__:
        if kind is BaseException:
            break
        for name, member in vars(kind).items():
            if type(member).__name__ not in ("member_descriptor", "getset_descriptor") or name in PLAIN:
                continue
            try:
                value = getattr(error, name)
            except AttributeError:
                continue
            if value is not None:
                found[name] = value
    return found


def is_built_in(method: Any) -> bool:
    """Whether a method is one of Python's own classes."""
    return getattr(getattr(method, "__objclass__", None), "__module__", None) == "builtins"
