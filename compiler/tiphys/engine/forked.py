"""Pods forked from a zygote: a process that holds the shim ready, started once per run and bundle."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tiphys.diagnostics import InternalError
from tiphys.engine.pods import Exit, Job, code_of, kill_group

_SCRIPT = Path(__file__).with_name("zygote.py")
_CHUNK = 1 << 16


class Forked:
    """Runs each pod in a child of its own, forked and never used again."""

    capacity: int | None = None
    keeps_logs = True

    def __init__(self, host: Mapping[str, str], *, log: str) -> None:
        self._host = {**host, "PYTHONHASHSEED": "0"}
        self._log = log
        self._zygotes: dict[str, _Zygote] = {}

    def prepare(self, bundle: str) -> None:
        """Start the zygote of a bundle ahead of the first pod."""
        if bundle not in self._zygotes:
            self._zygotes[bundle] = _Zygote(bundle, self._host, self._log)

    def start(self, job: Job) -> None:
        self.prepare(job.bundle)
        self._zygotes[job.bundle].send(
            {
                "number": job.number,
                "arguments": job.arguments,
                "environment": job.environment,
                "root": job.root,
                "folder": job.folder,
                "bundle": job.bundle,
                "log": job.log,
                "deadline": job.deadline,
            }
        )

    def wait(self, timeout: float | None) -> list[Exit]:
        zygotes = {zygote.exits: zygote for zygote in self._zygotes.values()}
        ready, _, _ = select.select(list(zygotes), [], [], timeout)
        return [end for descriptor in ready for end in zygotes[descriptor].receive()]

    def close(self) -> None:
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes = {}


def _installed_runtime() -> str:
    """Give the folder of the runtime beside this package."""
    import tiphys_runtime

    return os.path.dirname(str(tiphys_runtime.__file__))


class _Zygote:
    """The engine's end of the two pipes."""

    def __init__(self, bundle: str, host: Mapping[str, str], log: str) -> None:
        theirs_in, self._jobs = os.pipe()
        self.exits, theirs_out = os.pipe()
        self._log = log
        self._rest = b""
        with open(log, "ab") as file:
            self._process = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, str(_SCRIPT), bundle, str(theirs_in), str(theirs_out), _installed_runtime()],
                env=dict(host),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
            )
        os.close(theirs_in)
        os.close(theirs_out)

    def send(self, job: dict[str, object]) -> None:
        line = json.dumps(job).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._jobs, line) :]
        except BrokenPipeError:
            raise self._dead() from None

    def receive(self) -> list[Exit]:
        chunk = os.read(self.exits, _CHUNK)
        if not chunk:
            raise self._dead()
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        ends = [json.loads(line) for line in lines]
        return [Exit(end["number"], code_of(end["status"], out_of_time=end["late"]), end["late"]) for end in ends]

    def close(self) -> None:
        os.close(self._jobs)
        if not self._ends_within(10):
            kill_group(self._process)
        self._process.wait()
        os.close(self.exits)

    def _ends_within(self, seconds: float) -> bool:
        """Wait for the end of the pipe: it is told at once, while `wait` with a timeout looks only now and then."""
        end = time.monotonic() + seconds
        while select.select([self.exits], [], [], max(0.0, end - time.monotonic()))[0]:
            if not os.read(self.exits, _CHUNK):
                return True
        return False

    def _dead(self) -> InternalError:
        self._process.wait()
        text = Path(self._log).read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        return InternalError(f"the process that starts pods has died (exit code {self._process.returncode})\n{text}")
