"""Functions and glue of a compiled program, as one archive with a digest (docs/wire.md). Read by `argo`."""

from __future__ import annotations

import hashlib
import json
import linecache
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import tiphys
from tiphys.bundling import pickler
from tiphys.bundling.archive import pack, runtime_members
from tiphys.bundling.entries import Entry, Operand, Output, Step, control_form, output_form
from tiphys.bundling.hints import hints_of
from tiphys.bundling.live import LiveWorld, decode_live
from tiphys.bundling.pickler import Unsendable
from tiphys.bundling.things import TaskOf, Things
from tiphys.diagnostics import InternalError, Span, mistake
from tiphys_runtime import codec, envelope
from tiphys_runtime.included import EXECUTABLE

__all__ = ["Bundle", "Bundler", "Entry", "LiveWorld", "Operand", "Output", "Step", "decode_live"]

INLINE = 2048
PLAIN = (bool, int, str, NoneType)
"""They always travel, and hold nothing of the program: no pickling, so no search for what has to come along."""


@dataclass(frozen=True)
class Bundle:
    """The archive, and its sha256."""

    data: bytes
    digest: str


class Bundler:
    """Collects the entries of one program.

    program: its name. root: modules below it, and `__main__`, travel by value. is_task: gives name and plain
    function of a task object, and None for everything else.
    """

    def __init__(self, *, program: str, root: Path, is_task: TaskOf) -> None:
        self.program = program
        self._things = Things(root, is_task)
        self._world = BuildWorld(self._things)
        self._entries: dict[str, dict[str, Any]] = {}
        self._types: list[bytes] = []
        self._files: dict[str, dict[str, str]] = {}

    def literal(self, value: object) -> str:
        """Give the envelope of a known value; over 2 KiB it becomes a member. Raises ProgramError."""
        text, data = "", b""

        def encoded() -> bytes:
            nonlocal text, data
            form = codec.encode(value, self._world)
            text, data = envelope.write({"v": form}), codec.file_of(form)
            return data

        if type(value) in PLAIN:
            encoded()
        else:
            self._told(encoded, f"the value {envelope.shown(envelope.describe(value))}", None)
        if len(text) <= INLINE:
            return text
        digest = envelope.digest(data)
        self._things.members[f"blobs/{digest}"] = data
        return envelope.write({"b": digest})

    def text(self, value: object) -> str:
        """Give a known value as a person could type it: plain or tagged JSON."""
        found = ""

        def encoded() -> bytes:
            nonlocal found
            found = codec.dump(value, self._world)
            return found.encode()

        self._told(encoded, f"the default {envelope.shown(envelope.describe(value))}", None)
        return found

    def type_index(self, annotation: object, name: str = "") -> int:
        """Give the number by which envelopes of typed text name a type; `name` is the variable's, for errors.

        Raises ProgramError when the type cannot travel.
        """

        def encoded() -> bytes:
            data = pickler.dumps(annotation, self._things)
            for key, hints in hints_of(annotation, self._things):
                self._things.members[f"hints/{key}.pkl"] = pickler.dumps(hints, self._things)
            return data

        data = self._told(encoded, f"the type of `{name}`" if name else f"the type {annotation!r}", None)
        if data not in self._types:
            self._types.append(data)
        return self._types.index(data)

    def add(self, entry: Entry) -> None:
        """Add an entry. Raises ProgramError when something of it cannot travel to a pod."""
        if entry.name in self._entries:
            raise InternalError(f"two entries of the bundle are called {entry.name!r}")
        self._entries[entry.name] = {
            "task": self._task(entry),
            "title": entry.title,
            "function": getattr(entry.function, "__name__", None),
            "operands": [self._operand(operand) for operand in entry.operands],
            "before": [self._step(step) for step in entry.before],
            "args": list(entry.args),
            "kwargs": dict(entry.kwargs),
            "after": [self._step(step) for step in entry.after],
            "outputs": [output_form(output) for output in entry.outputs],
            **control_form(entry),
            "timeout": entry.timeout,
            "env": dict(entry.env),
            **({"files": self._included(entry.files)} if entry.files else {}),
        }

    def requirements(self) -> list[str]:
        """List the top-level modules that the image must provide."""
        return sorted(self._things.program.required)

    def build(self) -> Bundle:
        """Write the archive."""
        sources = {name: f"sources/{name}" for name in sorted(self._things.files)}
        members = {
            **self._things.members,
            **{member: source_of(self._things.files[name]) for name, member in sources.items()},
            "types.pkl": pickler.dumps(self._types, self._things),
            "bundle.json": self._manifest(sources),
            **self._page(),
        }
        data = pack({**members, **runtime_members(members)})
        return Bundle(data, hashlib.sha256(data).hexdigest())

    def _page(self) -> dict[str, bytes]:
        """Give the page of reports, where there are any."""
        if not any("report" in entry for entry in self._entries.values()):
            return {}
        import tiphys_templates

        return {"report.html": Path(tiphys_templates.__file__).with_name("report.html").read_bytes()}

    def _manifest(self, sources: dict[str, str]) -> bytes:
        content = {
            "format": 1,
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "tiphys": tiphys.__version__,
            "program": self.program,
            "types": "types.pkl",
            "sources": sources,
            "modules": {name: self._module(name) for name in sorted(self._things.program.used)},
            "entries": dict(sorted(self._entries.items())),
            **({"files": dict(sorted(self._files.items()))} if self._files else {}),
        }
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()

    def _module(self, name: str) -> dict[str, object]:
        """Give what a module is born with in a pod."""
        found = sys.modules.get(name)
        file = getattr(found, "__file__", None)
        return {
            "__name__": name,
            "__package__": getattr(found, "__package__", None),
            "__doc__": getattr(found, "__doc__", None),
            **({"__file__": self._things.program.file_name(file)} if file else {}),
            **({"__path__": []} if hasattr(found, "__path__") else {}),
        }

    def _task(self, entry: Entry) -> str | None:
        function, name = entry.function, entry.task
        if function is None or name is None:
            return None
        things = self._things
        if things.tasks.get(name, function) is not function:
            name = f"{name}#{entry.name}"
        things.tasks[name] = function
        things.task_names[id(function)] = name

        def write() -> bytes:
            things.write_task(name)
            return b""

        self._told(write, f"the task `{entry.task}`", function)
        return f"tasks/{name}.pkl"

    def _included(self, files: Mapping[str, Path]) -> str:
        """Add files, each content once; gives the name of this set of them."""
        members = {}
        for path, file in files.items():
            data = file.read_bytes()
            members[path] = f"files/{envelope.digest(data)}" + (EXECUTABLE if os.access(file, os.X_OK) else "")
            self._things.members[members[path]] = data
        key = envelope.digest(json.dumps(members).encode())[:16]
        self._files[key] = members
        return key

    def _step(self, step: Step) -> dict[str, object]:
        member = ""

        def write() -> bytes:
            nonlocal member
            member = self._things.write_glue(step.function)
            return b""

        self._told(write, f"`{step.text}`", step.function)
        return {
            "glue": member,
            "operands": list(step.operands),
            "where": step.where,
            "text": step.text,
            "owner": step.owner,
            **({"frame": list(step.frame)} if step.frame else {}),
        }

    def _operand(self, operand: Operand) -> dict[str, object]:
        form: dict[str, object] = {"name": operand.name}
        if operand.directory is not None:
            return {**form, "directory": operand.directory}
        return {**form, "slot": operand.slot}

    def _told(self, work: Callable[[], bytes], subject: str, function: object) -> bytes:
        """Do some pickling, and tell the user what cannot travel."""
        try:
            return self._things.write(subject, work)
        except Unsendable as error:
            raise mistake(
                f"{subject} {reason(error, function)}",
                span_of(function),
                mend="Make it inside the function, or pass it as a value that can be pickled.",
            ) from error


class BuildWorld:
    """What the codec asks, on the computer that compiles."""

    def __init__(self, things: Things) -> None:
        self._things = things

    def find_class(self, name: str) -> type:
        raise LookupError(name)

    def name_class(self, kind: type) -> str | None:
        """Give the name of a class, and have it travel."""
        return self._things.class_key(kind)

    def dumps(self, value: object) -> bytes:
        """Pickle a value as data."""
        return pickler.dumps(value, self._things, data=True)

    def loads(self, data: bytes) -> object:
        raise InternalError(f"a pickle of {len(data)} bytes is read while a program is compiled")


def reason(error: Unsendable, function: object) -> str:
    """Say what holds the thing that cannot travel: `connection` of `helper`."""
    own = f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', None)}"
    keys = [pid[2:] for pid in error.trail if pid[:2] in ("n:", "g:", "c:") and pid[2:] != own]
    held = " of ".join("`{1}` ({0})".format(*key.split(":", 1)) for key in keys)
    return f"uses {held}, which cannot travel to a pod: {error}" if held else f"cannot travel to a pod: {error}"


def span_of(function: object) -> Span | None:
    """Give the line where a function begins."""
    code = getattr(function, "__code__", None)
    return Span(code.co_filename, code.co_firstlineno) if code is not None else None


def source_of(file: str) -> bytes:
    """Read a source file as the functions were made from it."""
    path = Path(file)
    return path.read_bytes() if path.is_file() else "".join(linecache.getlines(file)).encode()
