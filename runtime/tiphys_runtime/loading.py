"""An opened bundle: reads its members when they are needed, and keeps one object for each thing of the program.

Persistent ids: `c:` class, `k:` its `__class__` cell, `n:` module-level object, `g:` the same, but only for its name,
`m:` module of the program, `d:` its namespace, `l:` namespace of a library, `t:` task, `f:` its function, `x:` glue.
"""

from __future__ import annotations

import io
import json
import sys
from _pickle import Pickler, PicklingError, Unpickler
from types import CellType, FunctionType, ModuleType

from tiphys_runtime.modules import Finder, ProgramModule
from tiphys_runtime.remake import function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class BrokenBundle(ValueError):
    """A bundle lacks what it should hold, or was made by something else."""


class MissingMember(BrokenBundle):
    """A bundle does not hold a member."""


class Bundle:
    """The things of one compiled program in this process.

    alone: the process is a pod's own, so that the program's modules may be imported in it.
    """

    def __init__(self, read: Callable[[str], bytes], *, alone: bool = False) -> None:
        self.read = read
        self.alone = alone
        self.manifest: dict[str, Any] = json.loads(read("bundle.json"))
        self.pids: dict[int, str] = {}
        self._made: dict[str, Any] = {}
        self._under_way: set[str] = set()
        self._shells: list[tuple[Any, io.BytesIO]] = []
        if alone:
            sys.meta_path.insert(0, Finder(self))

    # what the codec needs

    def find_class(self, name: str) -> type:
        """Give a class of the program, or of a library. Raises LookupError."""
        home, _, path = name.partition(":")
        try:
            if self.is_program(home):
                found = self.persistent(f"c:{name}")
            else:
                from tiphys_runtime.remake import attribute

                found = attribute(home, path)
        except (ImportError, AttributeError, BrokenBundle) as error:
            raise LookupError(f"the class {name} is neither in the bundle nor in the image: {error}") from error
        if not isinstance(found, type):
            raise LookupError(f"{name} is no class")
        return found

    def name_class(self, kind: type) -> str | None:
        """Give the name of a class on the wire; None when only a pickle can carry it."""
        pid = self.pids.get(id(kind))
        if pid is not None and pid.startswith("c:"):
            return pid[2:]
        home, path = kind.__module__, kind.__qualname__
        if home == "__main__" or self.is_program(home) or "<" in path:
            return None
        found: Any = sys.modules.get(home)
        for part in path.split("."):
            found = getattr(found, part, None)
        return f"{home}:{path}" if found is kind else None

    def dumps(self, value: Any) -> bytes:
        """Pickle a value: things of the program by their names."""
        target = io.BytesIO()
        try:
            ValuePickler(target, self).dump(value)
        except (PicklingError, AttributeError, TypeError, ImportError):
            from tiphys_runtime.dynamic import dumps

            return dumps(value, self.pid_of)
        return target.getvalue()

    def loads(self, data: bytes) -> Any:
        """Read a pickle of this program."""
        return BundleUnpickler(io.BytesIO(data), self).load()

    def hints(self, kind: type) -> Any:
        """Give the types of the fields of a class of the program; None for others."""
        pid = self.pids.get(id(kind))
        try:
            return self.load(f"hints/{pid[2:]}.pkl") if pid is not None else None
        except MissingMember:
            return None

    # what is in the bundle

    def is_program(self, home: str) -> bool:
        """Whether a module belongs to the program."""
        return home in self.manifest.get("modules", ())

    def pid_of(self, value: Any) -> str | None:
        """Give the persistent id of a thing that lives in the bundle."""
        return self.pids.get(id(value))

    def member(self, name: str) -> bytes:
        """Read a member. Raises MissingMember when it is not there."""
        try:
            return self.read(name)
        except (OSError, KeyError) as error:
            raise MissingMember(f"the bundle has no member {name!r}") from error

    def load(self, name: str) -> Any:
        """Unpickle a member that holds a single thing."""
        return self.loads(self.member(name))

    def shaped(self, name: str, pid: str) -> Any:
        """Unpickle a member that holds a shell and then its parts.

        While the shell of one thing is read, others that it needs get only theirs: their parts may speak of the first.
        """
        if pid in self._made:
            return self._made[pid]
        if pid in self._under_way:
            raise BrokenBundle(f"{pid!r} is made of itself")
        stream = io.BytesIO(self.member(name))
        self._under_way.add(pid)
        try:
            make, args = BundleUnpickler(stream, self).load()
        finally:
            self._under_way.discard(pid)
        if make is None:
            made = self._keep(pid, args)
            self._fill()
            return made
        if pid[0] != "c" and make is not function:
            self._fill()
        made = self._keep(pid, make(*args))
        self._shells.append((made, stream))
        self._fill()
        return made

    def _fill(self) -> None:
        """Give the shells their parts, unless one more shell is just being read."""
        while self._shells and not self._under_way:
            made, stream = self._shells.pop(0)
            self.finish(made, BundleUnpickler(stream, self).load())

    @staticmethod
    def finish(made: Any, rest: tuple[Any, ...] | None) -> None:
        """Give a shell its parts, as the end of a pickle would."""
        if rest is None:
            return
        setter, state, items, pairs = rest
        if items:
            extend = getattr(made, "extend", None) or made.update
            extend(items)
        for key, value in pairs or ():
            made[key] = value
        if setter is not None:
            setter(made, state)
        elif state is not None:
            restore(made, state)

    def persistent(self, pid: str) -> Any:
        """Give the thing behind a persistent id."""
        kind, _, key = pid.partition(":")
        if kind == "g":
            self.ensure(key)
            return None
        if pid in self._made:
            return self._made[pid]
        if kind == "n":
            home, _, name = key.partition(":")
            self.ensure(key)
            if pid not in self._made:
                raise BrokenBundle(f"{name!r} of module {home!r} is missing, or is made of itself")
            return self._made[pid]
        if kind == "c":
            return self.shaped(f"classes/{key}.pkl", pid)
        if kind == "m":
            return self._module(key)
        if kind == "d":
            return self._module(key).__dict__
        if kind == "f":
            return self.shaped(f"tasks/{key}.pkl", pid)
        if kind == "x":
            return self.shaped(key, pid)
        if kind == "k":
            return self._keep(pid, CellType())
        if kind == "t":
            from tiphys_runtime.stub import TaskStub

            return self._keep(pid, TaskStub(key, lambda: self.persistent(f"f:{key}")))
        if kind == "l":
            from tiphys_runtime.remake import module

            return module(key).__dict__
        raise BrokenBundle(f"unknown persistent id {pid!r}")

    def ensure(self, key: str) -> bool:
        """Put a name of the program's modules into its module; False: the bundle does not hold it."""
        home, _, name = key.partition(":")
        pid = f"n:{key}"
        if name in self._module(home).__dict__ or pid in self._under_way:
            return True
        try:
            self.shaped(f"names/{key}.pkl", pid)
        except MissingMember:
            return False
        return True

    def _module(self, name: str) -> ModuleType:
        pid = f"m:{name}"
        if pid not in self._made:
            made = ProgramModule(name)
            described: dict[str, dict[str, Any]] = self.manifest.get("modules", {})
            made.__dict__.update(described.get(name, {}), __tiphys_bundle__=self)
            self._keep(pid, made)
            if self.alone and name != "__main__":
                sys.modules.setdefault(name, made)
        module: ModuleType = self._made[pid]
        return module

    def _keep(self, pid: str, made: Any) -> Any:
        self._made[pid] = made
        kind, _, key = pid.partition(":")
        if kind == "n":
            home, _, name = key.partition(":")
            self._module(home).__dict__[name] = made
        elif kind == "c":
            self.persistent(f"k:{key}").cell_contents = made
        own = isinstance(made, FunctionType) and self.is_program(made.__module__)
        if kind in "cmtf" or (kind == "n" and own):
            self.pids.setdefault(id(made), pid)
        return made


class BundleUnpickler(Unpickler):
    """Reads pickles of the program."""

    def __init__(self, stream: io.BytesIO, world: Bundle) -> None:
        super().__init__(stream)
        self._persistent = world.persistent

    def persistent_load(self, pid: str) -> Any:
        """Give the thing behind a persistent id."""
        return self._persistent(pid)


class ValuePickler(Pickler):
    """Writes a value of this pod for the others."""

    def __init__(self, target: io.BytesIO, world: Bundle) -> None:
        super().__init__(target, 5)
        self._pid_of = world.pid_of

    def persistent_id(self, value: Any) -> str | None:
        """Give the persistent id of what lives in the bundle; None for everything else."""
        return self._pid_of(value)

    def reducer_override(self, value: Any) -> Any:
        """Write exceptions so that no constructor is called when they are read."""
        if not isinstance(value, BaseException):
            return NotImplemented
        from tiphys_runtime.errors import apart

        return apart(value, traced=True) or NotImplemented


def restore(made: Any, state: Any) -> None:
    """Set the state of an object as unpickling does."""
    setstate = getattr(made, "__setstate__", None)
    if setstate is not None:
        setstate(state)
        return
    plain, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    if plain:
        made.__dict__.update(plain)
    for name, value in (slots or {}).items():
        setattr(made, name, value)
