"""The user's timeout: interrupts Python code of the main thread, sync or async, when its time is over."""

from __future__ import annotations

import signal
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

AGAIN = 5.0  # seconds between interruptions, for code that swallows the first
GIVE_UP = 15.0  # seconds after which a process of its own ends itself


class Deadline(BaseException):
    """The time of a task is over: no `except Exception` of the user's stops it."""


class Timer:
    """Raises Deadline in the thread that enters it once `seconds` are over.

    last_words: called, from another thread, when the code cannot be interrupted; it must end the process.
    """

    def __init__(self, seconds: float | None, last_words: Callable[[], None] | None = None) -> None:
        self.seconds = seconds
        self.is_over = False
        self._last_words = last_words
        self._watches: list[threading.Timer] = []
        self._previous: Any = None
        self._is_main = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self.seconds is None:
            return self
        if self._is_main:
            self._previous = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, max(self.seconds, 1e-3), AGAIN)
        else:
            self._start(self.seconds, self._interrupt, threading.get_ident())
        if self._last_words is not None:
            self._start(self.seconds + GIVE_UP, self._last_words)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self.seconds is None:
            return
        if self._is_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._previous or signal.SIG_DFL)
        for watch in self._watches:
            watch.cancel()

    def _ring(self, _signal: int, _frame: Any) -> None:
        self.is_over = True
        raise Deadline

    def _start(self, seconds: float, call: Callable[..., None], *args: Any) -> None:
        watch = threading.Timer(seconds, call, args)
        watch.daemon = True
        watch.start()
        self._watches.append(watch)

    def _interrupt(self, thread: int) -> None:
        import ctypes

        self.is_over = True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Deadline))
