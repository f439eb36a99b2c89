"""The process from which pods are forked: it has imported the shim, and nothing else of ours.

Run as a script, `python zygote.py BUNDLE JOBS EXITS RUNTIME`: jobs come as JSON lines on the file descriptor JOBS, ends
of pods go out as JSON lines on EXITS. It ends, with all its pods, when JOBS is closed. Never import `tiphys` here.
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Job = dict[str, Any]
    Shim = Callable[..., int]

_CHUNK = 1 << 16


class _Pods:
    """The pods that run, by process id."""

    def __init__(self, exits: int) -> None:
        self.exits = exits
        self.running: dict[int, tuple[int, float | None]] = {}
        self.late: set[int] = set()

    def timeout(self) -> float | None:
        ends = [end for pid, (_, end) in self.running.items() if end is not None and pid not in self.late]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def kill_late(self) -> None:
        now = time.monotonic()
        for pid, (_, end) in self.running.items():
            if end is not None and end <= now and pid not in self.late:
                self.late.add(pid)
                _kill(pid)

    def kill_all(self) -> None:
        for pid in self.running:
            _kill(pid)
            os.waitpid(pid, 0)

    def reap(self) -> None:
        while self.running:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            pid = found.si_pid
            _kill(pid)  # what it left behind ends with it, as in a container
            _, status = os.waitpid(pid, 0)
            number, _ = self.running.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            end = {"number": number, "status": code, "late": pid in self.late and code < 0}
            self.late.discard(pid)
            os.write(self.exits, json.dumps(end).encode() + b"\n")


def main(bundle: str, jobs: int, exits: int, installed: str) -> None:
    """Serve jobs until there are no more."""
    sys.path[0] = bundle
    sys.argv = [bundle]
    home = bundle
    if _is_same_runtime(bundle, installed):
        # the same sources, compiled already: loading them from the archive would compile them anew
        home = installed
        _load_package(installed)
    from tiphys_runtime import shim

    if not str(shim.__file__).startswith(home):
        sys.exit(f"{bundle} holds no shim")
    _warm(bundle)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # nobody has replaced it: a TextIOWrapper
    wakeup, alarm = os.pipe()
    os.set_blocking(alarm, False)
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    pods = _Pods(exits)
    ours = (jobs, exits, wakeup, alarm)
    gc.collect()
    gc.freeze()
    rest = b""
    while True:
        ready, _, _ = select.select([jobs, wakeup], [], [], pods.timeout())
        if wakeup in ready:
            _drain(wakeup)
        pods.kill_late()
        pods.reap()
        if jobs not in ready:
            continue
        chunk = os.read(jobs, _CHUNK)
        if not chunk:
            pods.kill_all()
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            job = json.loads(line)
            pid = os.fork()
            if pid == 0:
                _become(job, shim.main, ours)
            deadline = job["deadline"]
            pods.running[pid] = (job["number"], None if deadline is None else time.monotonic() + deadline)


# nearly every pod uses most of these
SHARED = (
    "awaiting", "codec", "convert", "convert_classes", "deadline", "ending", "failure", "objects", "records", "remake",
    "tracebacks",
)  # fmt: skip


def _is_same_runtime(bundle: str, installed: str) -> bool:
    """Say whether the runtime in the bundle was made of the sources in a folder."""
    import hashlib
    from zipimport import ZipImportError, zipimporter

    mark = hashlib.sha256()
    try:
        told = zipimporter(bundle).get_data(os.path.join(bundle, "runtime.sha256"))
        for name in sorted(name for name in os.listdir(installed) if name.endswith(".py")):
            with open(os.path.join(installed, name), "rb") as file:
                mark.update(name.encode() + b"\0" + file.read() + b"\0")
    except (OSError, ZipImportError):
        return False
    return told == mark.hexdigest().encode()


def _load_package(folder: str) -> None:
    """Make a folder the package `tiphys_runtime`; nothing else beside it becomes importable."""
    from importlib.util import module_from_spec, spec_from_file_location

    place = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("tiphys_runtime", place, submodule_search_locations=[folder])
    if spec is not None and spec.loader is not None:
        module = sys.modules["tiphys_runtime"] = module_from_spec(spec)
        spec.loader.exec_module(module)


def _warm(bundle: str) -> None:
    """Load once what pods would each load again: the shim's own modules, asyncio, a codec, the bundle's directory."""
    codecs.lookup("ascii")
    for name in SHARED:
        with contextlib.suppress(ImportError):
            import_module(f"tiphys_runtime.{name}")
    with contextlib.suppress(ImportError):
        from tiphys_runtime.opening import prepare

        prepare(bundle)


def _become(job: Job, main_of_shim: Shim, ours: tuple[int, ...]) -> NoReturn:
    """Turn the forked child into the pod; never returns."""
    code = 70
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in ours:
            os.close(descriptor)
        log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.environ.update(job["environment"])
        if "TZ" in job["environment"]:
            time.tzset()
        os.chdir(job["folder"])
        sys.argv = [job["bundle"], *job["arguments"]]
        sys.modules["__main__"] = type(sys)("__main__")
        code = _run(main_of_shim, job)
    finally:
        os._exit(code & 0xFF)


def _run(main_of_shim: Shim, job: Job) -> int:
    code = 1
    try:
        code = main_of_shim(job["arguments"], job["root"], alone=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if code and not isinstance(end.code, int):
            sys.stderr.write(f"{end.code}\n")
    except BaseException as error:  # noqa: BLE001 - the pod's outermost frame
        sys.excepthook(type(error), error, error.__traceback__)
    _finish()
    return code


def _finish() -> None:
    """Do what an interpreter does before it ends: wait for threads, run exit functions, flush."""
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    atexit = sys.modules.get("atexit")
    if atexit is not None:
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, _CHUNK):
            pass
    except BlockingIOError:
        pass


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
