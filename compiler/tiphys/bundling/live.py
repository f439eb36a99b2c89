"""Reading envelopes in the process that holds the program: classes are the live ones."""

from __future__ import annotations

import importlib
import pickle
import sys
from collections.abc import Callable
from io import BytesIO

from tiphys.bundling.program import found_at
from tiphys_runtime import envelope

TaskNamed = Callable[[str], object]


class LiveWorld:
    """Where an envelope's classes are found: in the modules of this process.

    task_named: gives the task object of a name. unpickle: whether pickles may be read; they run code.
    """

    def __init__(self, *, task_named: TaskNamed | None = None, unpickle: bool = True) -> None:
        self._task_named = task_named
        self._unpickle = unpickle

    def find_class(self, name: str) -> type:
        """Give a class of the program, or of a library. Raises LookupError."""
        home, _, path = name.partition(":")
        if home not in sys.modules:
            try:
                importlib.import_module(home)
            except ImportError as error:
                raise LookupError(f"the class {name} is not in this process: {error}") from error
        found = found_at(home, path)
        if not isinstance(found, type):
            raise LookupError(f"the class {name} is not in this process")
        return found

    def name_class(self, kind: type) -> str | None:
        """Give the name of a class."""
        found = found_at(kind.__module__, kind.__qualname__)
        return f"{kind.__module__}:{kind.__qualname__}" if found is kind else None

    def dumps(self, value: object) -> bytes:
        """Pickle plainly."""
        return pickle.dumps(value, 5)

    def loads(self, data: bytes) -> object:
        """Read what a pod pickled. Raises ValueError when that is not allowed."""
        if not self._unpickle:
            raise ValueError("it holds a pickle, which is read only on request, as that runs code")
        return LiveUnpickler(data, self).load()

    def persistent(self, pid: str) -> object:
        """Give the live thing behind a persistent id. Raises UnpicklingError."""
        kind, _, key = pid.partition(":")
        if kind == "c":
            return self.find_class(key)
        if kind == "m":
            return importlib.import_module(key)
        if kind == "n":
            home, _, name = key.partition(":")
            return getattr(importlib.import_module(home), name)
        task = self._task_named(key) if self._task_named is not None and kind in "tf" else None
        if task is None:
            raise pickle.UnpicklingError(f"{pid!r} is not in this process")
        return task if kind == "t" else getattr(task, "function", task)


class LiveUnpickler(pickle.Unpickler):
    """Reads pickles of pods."""

    def __init__(self, data: bytes, world: LiveWorld) -> None:
        super().__init__(BytesIO(data))
        self._world = world

    def persistent_load(self, pid: str) -> object:
        """Give the live thing behind a persistent id."""
        return self._world.persistent(pid)


def decode_live(
    text: str,
    *,
    data: bytes | None = None,
    blob: Callable[[str], bytes] | None = None,
    task_named: TaskNamed | None = None,
    unpickle: bool = True,
) -> object:
    """Give the value of an envelope that a run of this process's program wrote; an error comes as an exception object.

    data: its spilled file. blob: reads a value of the bundle by digest. Raises ValueError.
    """
    spilled = None if data is None else lambda: data
    world = LiveWorld(task_named=task_named, unpickle=unpickle)
    return envelope.value_of(envelope.parse(text), world, envelope.Source(spilled, blob))
