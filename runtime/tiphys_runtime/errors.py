"""What users catch: how a task can end other than by its own exception.

BaseRuntimeError (a RuntimeError)
RuntimeUserError            the user's side: `code` is the class name of what was raised
NonRecoverableError       raise it to end a task without retries
TaskTimeoutError          the task ran longer than its timeout; also a TimeoutError
OOMError                  the task was killed for its memory; also a MemoryError
ImagePullBackOffError     the image cannot be pulled
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
    "ImagePullBackOffError",
    "InternalError",
    "NonRecoverableError",
    "OOMError",
    "RemoteTraceback",
    "RuntimeSystemError",
    "RuntimeUserError",
    "TaskLostError",
    "TaskTimeoutError",
]
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by Python code


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
    """A task ran longer than its timeout."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class OOMError(RuntimeUserError, MemoryError):
    """A task used more memory than it has."""

    def __init__(self, message: str = "") -> None:
        super().__init__(type(self).__name__, message)


class ImagePullBackOffError(RuntimeUserError):
    """The image of a task cannot be pulled."""

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


class RemoteTraceback(Exception):
    """The traceback of another pod, as text: the `__cause__` of an exception that came from there."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}" if self.args else ""


def remake(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> BaseException:
    """Make an exception again without calling its constructor, whose parameters may differ from `args`."""
    home: Any = kind
    if not hasattr(kind.__new__, "__code__"):
        while home.__flags__ & HEAP_TYPE:  # the C class whose layout it has
            home = home.__base__
    made: BaseException = home.__new__(kind, *args)
    made.args = args
    made.__cause__ = state.pop("__cause__", None)
    made.__dict__.update(state)
    return made


def apart(error: BaseException) -> tuple[Any, ...] | None:
    """Take an exception apart for a pickle; None for a class that says itself how."""
    kind = type(error)
    plain = kind.__reduce__ in (BaseException.__reduce__, BaseRuntimeError.__reduce__)
    if not plain or kind.__reduce_ex__ is not object.__reduce_ex__:
        return None
    cause = {"__cause__": error.__cause__} if error.__cause__ is not None else {}
    return remake, (kind, error.args, {**error.__dict__, **cause})
