"""How a run ended: the Python value or exception, and the plain JSON that scripts read."""

from __future__ import annotations

import base64
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tiphys.diagnostics import InternalError, RunFailed
from tiphys.plain import plain, spelled
from tiphys_runtime.counting import UNTOLD
from tiphys_runtime.envelope import inner, width
from tiphys_runtime.errors import TaskLostError


@dataclass(frozen=True)
class Ended:
    """The envelope of a result or of an error, its spilled file, and what reads the bundle."""

    envelope: Mapping[str, Any]
    fetch: Callable[[Mapping[str, Any]], bytes] | None = None
    """Brings the spilled file of an envelope here."""
    blob: Callable[[str], bytes] | None = None
    parts: tuple[Mapping[str, Any], ...] = ()
    """The envelopes that fill the holes of a result that no pod put together."""
    items: Callable[[Mapping[str, Any]], Sequence[bytes | None]] | None = None
    """Brings the files of a list here; None for an item that has none."""

    @property
    def error(self) -> Mapping[str, Any] | None:
        """The error's record; nothing for a run that succeeded."""
        return self.envelope.get("e")

    def value(self, *, unpickle: bool = True) -> Any:
        """Give the Python value, or raise the exception of the task that failed.

        Raises RunFailed where that exception cannot be rebuilt in this process.
        """
        from tiphys.bundling.live import decode_live

        if self.error is None:
            return decode_live(json.dumps({"v": self.form}), unpickle=unpickle)
        try:
            found = decode_live(json.dumps(self.envelope), unpickle=unpickle)
        except Exception:  # noqa: BLE001  a class that is not here, or cannot be rebuilt
            found = None
        if not isinstance(found, BaseException):
            raise RunFailed(self.text())
        if trace := self.error.get("traceback"):
            # as `add_note` does, but for classes that refuse new attributes too
            vars(found).setdefault("__notes__", []).append(f"raised by the task {self.error['task']}:\n{trace}")
        raise found.with_traceback(None)  # the note tells it better: with the lines as they were when it ran

    def text(self) -> str:
        """Write the outcome for people: the value's `repr`, or the traceback of the user's code."""
        if self.error is not None:
            trace = str(self.error.get("traceback") or "").rstrip()
            where = f" at {self.error['where']}" if self.error.get("where") else ""
            again = f", raised again at {self.error['again']}" if self.error.get("again") else ""
            return f"{trace or one_line(self.error)}\n  in {self.error['task']}{where}{again}"
        shown = self.envelope.get("s")
        return str(shown) if shown is not None else spelled(self.form)

    @cached_property
    def form(self) -> Any:
        """The result as tagged JSON, spilled parts fetched. Raises InternalError where it cannot be read."""
        if "x" in self.envelope:
            return filled(self.envelope["x"], [self.form_of(part) for part in self.parts])
        return self.form_of(self.envelope)

    def form_of(self, envelope: Mapping[str, Any]) -> Any:
        """Give the tagged form of one envelope's value."""
        if "v" in envelope:
            return envelope["v"]
        if "a" in envelope:
            parts = (as_value(inner(envelope, index)) for index in range(width(envelope)))
            return [self.form_of(part) if part else lost_form() for part in parts]
        if "c" in envelope and self.items is not None:
            return [lost_form() if data is None else form_in(data) for data in self.items(envelope)]
        if "b" in envelope and self.blob is not None:
            data = self.blob(envelope["b"])
        elif "k" in envelope and self.fetch is not None:
            data = self.fetch(envelope)
        else:
            message = f"the result cannot be read: {sorted(envelope)}"
            raise InternalError(message)
        return form_in(data)

    def plain(self) -> Any:
        """Give the result as plain JSON; nothing for a failed run."""
        return None if self.error is not None else plain(self.form, shown=self.envelope.get("s"))

    def plain_error(self) -> dict[str, Any] | None:
        """Give the error as plain JSON."""
        if self.error is None:
            return None
        found = {name: self.error.get(name) for name in ("type", "message", "task", "traceback")}
        return {**found, "type": class_name(self.error)}


def form_in(data: bytes) -> Any:
    """Read a spilled file as tagged JSON."""
    if data[:1] == b"E":
        return as_value({"e": json.loads(data[1:])})["v"]
    if data[:1] == b"J":
        return json.loads(data[1:])
    return {"$p": base64.b64encode(data[1:]).decode()}


def lost_form() -> Any:
    """Give the tagged JSON of what stands for an item that has no file."""
    lost = TaskLostError(f"an item reported nothing: {UNTOLD}")
    return {"$p": base64.b64encode(pickle.dumps(lost, 5)).decode()}


def as_value(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the envelope of a value: an exception that a run returned, and did not raise, is one."""
    if "e" not in envelope:
        return envelope
    error = envelope["e"]
    return {"v": {"$p": error["pickle"]} if error.get("pickle") else one_line(error), "s": one_line(error)}


def filled(form: Any, parts: list[Any]) -> Any:
    """Fill the holes of a tagged form."""
    if isinstance(form, list):
        return [filled(item, parts) for item in form]
    if isinstance(form, dict):
        if form.keys() == {"$h"}:
            return parts[form["$h"]]
        return {key: filled(item, parts) for key, item in form.items()}
    return form


def class_name(error: Mapping[str, Any]) -> str:
    """Give the exception's class as a program names it: `ValueError`, `PaymentRefused`."""
    return str(error["type"]).rpartition(".")[2]


def one_line(error: Mapping[str, Any]) -> str:
    """Write an error as the last line of a traceback."""
    name = class_name(error)
    return f"{name}: {error['message']}" if error.get("message") else name


def blob_reader(objects: Iterable[Mapping[str, Any]]) -> Callable[[str], bytes]:
    """Make what reads known values from the bundle of a manifest."""

    def read(digest: str) -> bytes:
        for item in objects:
            if item["kind"] == "ConfigMap":
                with zipfile.ZipFile(io.BytesIO(base64.b64decode(item["binaryData"]["tiphys.zip"]))) as archive:
                    return archive.read(f"blobs/{digest}")
        message = "the manifest has no bundle"
        raise InternalError(message)

    return read
