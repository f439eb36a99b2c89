"""Pods as processes: what a pod is told, how it ended, and the two plain ways to run one."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

from tiphys.diagnostics import UsageError

Shim = Callable[[list[str], str], int]
"""The shim's `main`: its arguments and the pod's root; gives the exit code."""

KILLED = 143
"""The exit code of a pod that outlived its deadline."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a pod is told. `environment` is what the container declares, on top of the host's."""

    number: int
    arguments: list[str]
    environment: dict[str, str]
    root: str
    folder: str
    bundle: str
    log: str
    deadline: float | None


@dataclass(frozen=True, slots=True)
class Exit:
    """How a pod ended."""

    number: int
    code: int
    out_of_time: bool = False


class Executor(Protocol):
    """A way to run pods. `capacity` bounds how many run at a time; None leaves it to the run."""

    capacity: int | None
    keeps_logs: bool

    def start(self, job: Job, /) -> None:
        """Start a pod."""
        ...

    def wait(self, timeout: float | None, /) -> list[Exit]:
        """Give the pods that have ended, waiting for one if there is none."""
        ...

    def close(self) -> None:
        """Kill what still runs and free everything."""
        ...


class InProcess:
    """Runs each pod in this very process, one after the other: for debugging and for speed.

    Deadlines are not enforced, and nothing is captured: a debugger and `print` work as usual.
    """

    capacity: int | None = 1
    keeps_logs = False

    def __init__(self, shim: Shim | None = None) -> None:
        self._shim = shim or _installed_shim()
        self._done: list[Exit] = []

    def start(self, job: Job) -> None:
        before = _variables().copy()
        folder = os.getcwd()
        os.environ.update(job.environment)
        os.chdir(job.folder)
        try:
            code = exit_code_of(self._shim, job.arguments, job.root)
        finally:
            os.chdir(folder)
            _restore(before)
        self._done.append(Exit(job.number, code))

    def wait(self, timeout: float | None) -> list[Exit]:
        if not self._done and timeout:
            threading.Event().wait(timeout)
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        pass


class Fresh:
    """Runs each pod as the cluster does: a new interpreter with the bundle as its program."""

    capacity: int | None = None
    keeps_logs = True

    def __init__(self, host: Mapping[str, str]) -> None:
        self._host = dict(host)
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ended: queue.SimpleQueue[Exit] = queue.SimpleQueue()

    def start(self, job: Job) -> None:
        with open(job.log, "ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own shim
                [sys.executable, os.path.join(job.root, "code", "tiphys.zip"), *job.arguments],
                cwd=job.folder,
                env={**self._host, "PYTHONHASHSEED": "0", **job.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[job.number] = process
        threading.Thread(target=self._watch, args=(job, process), daemon=True).start()

    def _watch(self, job: Job, process: subprocess.Popen[bytes]) -> None:
        out_of_time = False
        try:
            process.wait(job.deadline)
        except subprocess.TimeoutExpired:
            out_of_time = True
        kill_group(process)
        self._ended.put(Exit(job.number, code_of(process.wait(), out_of_time=out_of_time), out_of_time))

    def wait(self, timeout: float | None) -> list[Exit]:
        try:
            ended = [self._ended.get(timeout=timeout)]
        except queue.Empty:
            return []
        while not self._ended.empty():
            ended.append(self._ended.get())
        for end in ended:
            del self._running[end.number]
        return ended

    def close(self) -> None:
        for process in self._running.values():
            kill_group(process)
            process.wait()


def exit_code_of(shim: Shim, arguments: list[str], root: str) -> int:
    """Run the shim and give the exit code that its process would have."""
    try:
        return shim(arguments, root)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
        return 1
    except Exception:  # noqa: BLE001 - the pod's outermost frame
        traceback.print_exc()
        return 1


def code_of(status: int, *, out_of_time: bool) -> int:
    """Turn a signal into the exit code a container shows."""
    if out_of_time:
        return KILLED
    return status if status >= 0 else 128 - status


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a session, and what it started."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _variables() -> dict[Any, Any]:
    """Give the process's variables as they are kept: decoding all of them for each pod would cost more than the pod."""
    return cast("dict[Any, Any]", os.environ._data)  # type: ignore[attr-defined]  # typeshed leaves it out


def _restore(before: dict[Any, Any]) -> None:
    after = _variables()
    changed = {name for name, _ in before.items() ^ after.items()}
    for name in changed:
        variable = os.environ.decodekey(name)
        if name in before:
            os.environ[variable] = os.environ.decodevalue(before[name])
        else:
            del os.environ[variable]


def _installed_shim() -> Shim:
    try:
        from tiphys_runtime.shim import main
    except ImportError as error:
        message = f"the in-process executor needs the runtime in this interpreter: {error}"
        raise UsageError(message) from error
    return main
