"""The things of a program that have a member of their own in the bundle, each found once and written once."""

from __future__ import annotations

import hashlib
import sys
from collections import deque
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from tiphys.bundling import pickler, reducers
from tiphys.bundling.pickler import Unsendable
from tiphys.bundling.program import Program, found_at

if TYPE_CHECKING:
    from pathlib import Path

TaskOf = Callable[[object], "tuple[str, Callable[..., object]] | None"]


class Things:
    """The members of a bundle, found by following what its functions use."""

    def __init__(self, root: Path, task_of: TaskOf) -> None:
        self.program = Program(root)
        self.task_of = task_of
        self.members: dict[str, bytes] = {}
        self.tasks: dict[str, Callable[..., object]] = {}
        self.task_names: dict[int, str] = {}
        self.classes: dict[str, type] = {}
        self.files: dict[str, str] = {}
        self._class_keys: dict[int, str] = {}
        self._wanted: deque[str] = deque()
        self._because: dict[str, str | None] = {}
        self._current: str | None = None
        self._kept: list[object] = []

    # what things are

    def is_by_value(self, value: FunctionType | type) -> bool:
        """Whether a function or class travels: it is the program's, or nothing else would find it again."""
        home, path = value.__module__, value.__qualname__
        if home is None or self.program.is_ours(str(home)):
            return True
        return found_at(str(home), path) is not value and value.__module__ != "builtins"

    def pid_of(self, value: object, *, data: bool = False) -> str | None:
        """Give the persistent id of a thing, and have its member written."""
        pid = self._pid_of(value, data=data)
        if pid is not None:
            self.want(pid)
        return pid

    def _pid_of(self, value: object, *, data: bool) -> str | None:
        if isinstance(value, ModuleType):
            return f"m:{value.__name__}" if self.program.is_ours(value.__name__) else None
        if isinstance(value, type):
            return self._class_pid(value)
        task = self.task_of(value)
        if task is not None:
            self._note_task(*task)
            return f"t:{task[0]}"
        if data and not isinstance(value, FunctionType):
            return None
        owner = self.program.owner(value)
        if owner is not None:
            return f"n:{owner[0]}:{owner[1]}"
        return f"f:{self.task_names[id(value)]}" if id(value) in self.task_names else None

    def _note_task(self, name: str, function: Callable[..., object]) -> None:
        if self.tasks.setdefault(name, function) is function:
            self.task_names[id(function)] = name

    def _class_pid(self, kind: type) -> str | None:
        key = self._class_keys.get(id(kind))
        if key is None:
            generic: Any = kind.__dict__.get("__pydantic_generic_metadata__") or {}
            if not self.is_by_value(kind) or generic.get("origin") is not None or kind in reducers.BUILTIN_TYPES:
                return None
            base = key = f"{kind.__module__}:{kind.__qualname__}"
            count = 0
            if found_at(kind.__module__, kind.__qualname__) is not kind:
                count = 1
                key = f"{base}#{count}"
            while key in self.classes:
                count += 1
                key = f"{base}#{count}"
            self._class_keys[id(kind)] = key
            self.classes[key] = kind
        return f"c:{key}"

    def class_key(self, kind: type) -> str | None:
        """Give the name of a class on the wire; None when only a pickle can carry it."""
        pid = self.pid_of(kind)
        if pid is not None:
            return pid[2:]
        home, path = kind.__module__, kind.__qualname__
        if found_at(home, path) is not kind:
            return None
        self.program.require(home)
        return f"{home}:{path}"

    @staticmethod
    def mentions(kind: object, sought: type) -> bool:
        """Whether a type is made of a class."""
        return kind is sought or any(Things.mentions(each, sought) for each in getattr(kind, "__args__", ()))

    # writing members

    def want(self, pid: str) -> None:
        """Have the member of a thing written, once."""
        if pid not in self._because:
            self._because[pid] = self._current
            self._wanted.append(pid)

    def write(self, describe: str, work: Callable[[], bytes]) -> bytes:
        """Do some pickling and write every member that it asks for. Raises Unsendable with the whole trail."""
        self._current = describe
        self.program.look_around()
        try:
            data = work()
            self._drain()
        except Unsendable as error:
            holder: str | None = self._current
            while holder is not None:
                error.trail.append(holder)
                holder = self._because.get(holder)
            self._wanted.clear()
            raise
        finally:
            self._current = None
        return data

    def _drain(self) -> None:
        while self._wanted:
            pid = self._wanted.popleft()
            self._current = pid
            kind, _, key = pid.partition(":")
            if kind == "c":
                self._write_class(key)
            elif kind in "gn":
                self._write_name(*key.split(":"))
            elif kind in "md":
                self.note_module(key)
            elif kind in "tf":
                self.write_task(key)

    def _write_class(self, key: str) -> None:
        from tiphys.bundling.classes import shape_of_class

        kind = self.classes[key]
        self.note_module(kind.__module__)
        self.members[f"classes/{key}.pkl"] = pickler.dump_parts(shape_of_class(kind, self), self)

    def _write_name(self, home: str, name: str) -> None:
        member = f"names/{home}:{name}.pkl"
        if member in self.members:
            return
        self.note_module(home)
        value = vars(sys.modules[home])[name]
        self.members[member] = pickler.dump_shape(value, f"n:{home}:{name}", self)

    def write_task(self, name: str) -> None:
        """Write the plain function of a task."""
        member = f"tasks/{name}.pkl"
        if member not in self.members:
            self.members[member] = pickler.dump_shape(self.tasks[name], f"f:{name}", self)

    def write_glue(self, function: object) -> str:
        """Write a function that nothing else refers to; equal ones once. Gives its member."""
        data = pickler.dump_shape(function, "x:", self)
        member = f"glue/{hashlib.sha256(data).hexdigest()[:16]}.pkl"
        self.members[member] = data
        return member

    def note_module(self, home: str) -> None:
        """Note that the bundle holds something of a module, and its source."""
        if self.program.is_ours(home):
            self.program.use(home)
            file = getattr(sys.modules.get(home), "__file__", None)
            if file:
                self.files[self.program.file_name(file)] = file
