"""The body of a task whose work is done by a container of any image: it runs beside the shim, in the same pod.

The shim writes the inputs as files, lets the container begin, waits for its exit code, and reads the outputs.
On a computer without containers the command is a process, and the folders are below the pod's own root.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time

from tiphys_runtime import files
from tiphys_runtime.errors import ContainerError, OOMError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

NAME = "user"
"""The container beside the shim's."""
STATE = "/var/run/argo/ctr"
"""Where Argo keeps how each container of a pod ended."""
COMMAND, READY = ".command", "ready"
LOCAL = "TIPHYS_BESIDE"
"""Set where the command is a process: the command and its variables, as JSON."""
PAUSE, GRACE = 0.05, 10.0
KILLED, NO_COMMAND = 137, 64
NOT_FOUND = 127
LONGEST = 131_072
"""Bytes of one argument: the kernel's limit."""


class Container:
    """What the shim does around the container, called with the task's inputs.

    command: for a command that names inputs its words, each a list of texts and of names of inputs; else None, as the
    pod has it. variables: inputs that it reads as variables. folders: where it finds its inputs, where it leaves its
    outputs.
    """

    def __init__(
        self,
        title: str,
        *,
        command: Sequence[Sequence[tuple[str, str]]] | None,
        variables: Sequence[str],
        folders: tuple[str, str],
        outputs: Sequence[tuple[str, Any]],
    ) -> None:
        self.title = title
        self.command = command
        self.variables = variables
        self.folders = folders
        self.outputs = outputs

    def __call__(self, **values: Any) -> Any:
        root = os.environ.get("TIPHYS_POD", "/tiphys")
        local = os.environ.get(LOCAL)
        here = (os.path.join(root, "inputs"), os.path.join(root, "outputs"))
        for folder in here:
            os.makedirs(folder, exist_ok=True)
        for name, value in values.items():
            files.write(os.path.join(here[0], name), value)
        places = dict(zip(self.folders, here, strict=True)) if local is not None else {}
        if self.command is not None:
            with open(os.path.join(here[0], COMMAND), "w", encoding="utf-8") as file:
                file.write(self.script(values, places))
        if local is not None:
            self.check(here_code(json.loads(local), places, os.path.join(root, "work")))
        else:
            with open(os.path.join(root, READY), "w", encoding="ascii") as file:
                file.write("go")
            code = awaited(os.path.join(STATE, NAME))
            self.check(leave_killed(self.title) if code is None else code)
        return self.result(here[1])

    def script(self, values: Mapping[str, Any], places: Mapping[str, str]) -> str:
        """Write the command with the inputs it names: a shell reads the words back as they are."""
        assert self.command is not None
        given = [f"export {variable(name)}={shlex.quote(worded(name, values[name]))}" for name in self.variables]
        words = []
        for parts in self.command:
            found = (moved(part, places) if kind == "text" else worded(part, values[part]) for kind, part in parts)
            text = "".join(found)
            if len(text.encode()) >= LONGEST:
                raise ValueError(f"an argument of the task {self.title} has {len(text.encode()):,} bytes, and may have "
                                 f"{LONGEST:,}; let the command read the input's file instead")  # fmt: skip
            words.append(shlex.quote(text))
        return "\n".join(["#!/bin/sh", *given, f"exec {' '.join(words)}", ""])

    def check(self, code: int) -> None:
        """Raise what an exit code means."""
        if code == 0:
            return
        if code == KILLED:
            raise OOMError(f"the container of the task {self.title} was killed: most likely it used more memory "
                           "than it has (exit code 137)")  # fmt: skip
        hint = "; its command was not found" if code in (NO_COMMAND, NOT_FOUND) else ""
        raise ContainerError(f"the container of the task {self.title} ended with exit code {code}{hint}", code)

    def result(self, folder: str) -> Any:
        """Read the outputs: one is the result, several are a tuple."""
        found = []
        for name, kind in self.outputs:
            try:
                found.append(files.read(os.path.join(folder, name), kind))
            except FileNotFoundError:
                place = f"{self.folders[1]}/{name}"
                raise ContainerError(f"the container of the task {self.title} did not write {place}", 0) from None
            except ValueError as error:
                raise ContainerError(f"the output `{name}` of the task {self.title}: {error}", 0) from None
        if not found:
            return None
        return found[0] if len(found) == 1 else tuple(found)


def variable(name: str) -> str:
    """Name the variable that holds an input."""
    return f"TIPHYS_INPUT_{name}"


def worded(name: str, value: Any) -> str:
    """Give an input as a word of a command."""
    data = files.encoded(value)
    text = "" if data is None else data.decode(errors="surrogateescape")
    if "\0" in text:
        raise ValueError(f"the input `{name}` holds a zero byte, which no argument can; read its file instead")
    return text


def moved(text: str, places: Mapping[str, str]) -> str:
    """Replace the folders of the container by those of this computer, where they stand as paths."""
    import re

    for folder, place in places.items():
        pattern = rf"(?<![\w/.-]){re.escape(folder)}(?![\w.-])"
        text = re.sub(pattern, place.replace("\\", "\\\\"), text)
    return text


def here_code(asked: Mapping[str, Any], places: Mapping[str, str], folder: str) -> int:
    """Run the command as a process in a folder, and give its exit code."""
    words = [moved(word, places) for word in asked["command"]]
    env = {**os.environ, **{name: moved(text, places) for name, text in asked.get("env", {}).items()}}
    del env[LOCAL]
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        code = subprocess.run(words, cwd=folder, env=env, check=False, stdin=subprocess.DEVNULL).returncode  # noqa: S603
    except (FileNotFoundError, PermissionError) as error:
        print(f"{words[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return NOT_FOUND
    return 128 - code if code < 0 else code


def awaited(folder: str) -> int | None:
    """Wait for the exit code of the container; None where it was killed without leaving one.

    Argo ends the pod when a container failed: that is how this one learns of a kill. It goes on to write its outputs.
    """
    told: list[float] = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(time.monotonic()))
    while True:
        try:
            with open(os.path.join(folder, "exitcode"), encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            text = ""
        if text:
            return int(text)
        if told and time.monotonic() - told[0] > GRACE:
            return None
        time.sleep(PAUSE)


def leave_killed(title: str) -> NoReturn:
    """End as a killed container does: what was killed with its whole container ends the pod before anything is saved.

    The attempt after this one, or whoever reads how the run ended, knows it by the exit code.
    """
    print(f"tiphys: the container of the task {title} was killed and left no exit code", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()
    os._exit(KILLED)


def gate(root: str = "/tiphys", state: str = STATE) -> int:
    """Wait until the inputs are there, and give 0: then the container begins. 1: it must not."""
    while True:
        if os.path.exists(os.path.join(root, READY)):
            return 0
        if os.path.exists(os.path.join(state, "main", "exitcode")):
            return 1
        time.sleep(PAUSE)
