"""An opened bundle: reads its members when they are needed, and keeps one object for each thing of the program.

Persistent ids: `c:` class, `n:` module-level object, `g:` the same, only put into its module, `m:` module of the program,
`d:` its namespace, `l:` namespace of a library, `t:` task, `f:` function of a task, `x:` glue, `k:` the `__class__` cell of a class.
"""

from __future__ import annotations

import io
import json
import sys
from types import CellType, FunctionType, ModuleType

from _pickle import Pickler, PicklingError, Unpickler

from tiphys_runtime.errors import apart
from tiphys_runtime.remake import function
from tiphys_runtime.stub import TaskStub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class BrokenBundle(ValueError):
    """A bundle lacks what it should hold, or was made by something else."""


class MissingMember(BrokenBundle):
    """A bundle does not hold a member."""


class ProgramModule(ModuleType):
    """A module of the program: holds the names that the bundle's functions use, each loaded when it is first used."""

    def __getattr__(self, name: str) -> object:
        world: Bundle = self.__dict__["__tiphys_bundle__"]
        if name.startswith("__") or not world.ensure(f"{self.__name__}:{name}"):
            raise AttributeError(
                f"module {self.__name__!r} has no {name!r} in this pod: only names that the program's functions mention travel"
            )
        return self.__dict__[name]


class Bundle:
    """The things of one compiled program in this process.

    alone: the process is a pod's own, so that the program's modules may be imported in it.
    """

    def __init__(self, read: Callable[[str], bytes], *, alone: bool = False) -> None:
        self.read = read
        self.alone = alone
        self.manifest: dict[str, object] = json.loads(read("bundle.json"))
        self.pids: dict[int, str] = {}
        self._made: dict[str, object] = {}
        self._under_way: set[str] = set()
        self._shells: list[tuple[object, io.BytesIO]] = []
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
        if pid is not None:
            return pid[2:]
        home, path = kind.__module__, kind.__qualname__
        if home == "__main__" or self.is_program(home) or "<" in path:
            return None
        found: object = sys.modules.get(home)
        for part in path.split("."):
            found = getattr(found, part, None)
        return f"{home}:{path}" if found is kind else None

    def dumps(self, value: object) -> bytes:
        """Pickle a value: things of the program by their names."""
        target = io.BytesIO()
        try:
            ValuePickler(target, self).dump(value)
        except (PicklingError, AttributeError, TypeError, ImportError):
            from tiphys_runtime.dynamic import dumps

            return dumps(value, self.pid_of)
        return target.getvalue()

    def loads(self, data: bytes) -> object:
        """Read a pickle of this program."""
        return BundleUnpickler(io.BytesIO(data), self).load()

    def hints(self, kind: type) -> object:
        """Give the types of the fields of a class of the program; None for others."""
        pid = self.pids.get(id(kind))
        try:
            return self.load(f"hints/{pid[2:]}.pkl") if pid is not None else None
        except MissingMember:
            return None

    # what is in the bundle

    def is_program(self, home: str) -> bool:
        """Whether a module belongs to the program."""
        return home in self.manifest.get("modules", ())  # type: ignore[operator]

    def pid_of(self, value: object) -> str | None:
        """Give the persistent id of a thing that lives in the bundle."""
        if isinstance(value, (type, FunctionType, ModuleType, TaskStub)):
            return self.pids.get(id(value))
        return None

    def member(self, name: str) -> bytes:
        """Read a member. Raises MissingMember when it is not there."""
        try:
            return self.read(name)
        except (OSError, KeyError) as error:
            raise MissingMember(f"the bundle has no member {name!r}") from error

    def load(self, name: str) -> object:
        """Unpickle a member that holds a single thing."""
        return self.loads(self.member(name))

    def shaped(self, name: str, pid: str) -> object:
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
            return self._keep(pid, args)
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
    def finish(made: object, rest: tuple[object, ...] | None) -> None:
        """Give a shell its parts, as the end of a pickle would."""
        if rest is None:
            return
        setter, state, items, pairs = rest
        if items:
            extend = getattr(made, "extend", None) or made.update  # type: ignore[attr-defined]
            extend(items)
        for key, value in pairs or ():  # type: ignore[attr-defined]
            made[key] = value  # type: ignore[index]
        if setter is not None:
            setter(made, state)  # type: ignore[operator]
        elif state is not None:
            restore(made, state)

    def persistent(self, pid: str) -> object:
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
            return self._keep(pid, TaskStub(key, lambda: self.persistent(f"f:{key}")))  # type: ignore[arg-type, return-value]
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
            described: dict[str, dict[str, object]] = self.manifest.get("modules", {})  # type: ignore[assignment]
            made.__dict__.update(described.get(name, {}), __tiphys_bundle__=self)
            self._keep(pid, made)
            if self.alone and name != "__main__":
                sys.modules.setdefault(name, made)
        return self._made[pid]  # type: ignore[return-value]

    def _keep(self, pid: str, made: object) -> object:
        self._made[pid] = made
        kind, _, key = pid.partition(":")
        if kind == "n":
            home, _, name = key.partition(":")
            self._module(home).__dict__[name] = made
        elif kind == "c":
            self.persistent(f"k:{key}").cell_contents = made  # type: ignore[attr-defined]
        if pid[0] in "cnmtf" and isinstance(made, (type, FunctionType, ModuleType, TaskStub)):
            self.pids.setdefault(id(made), pid)
        return made


class Finder:
    """Lets `import` inside a function find the modules of the program."""

    def __init__(self, world: Bundle) -> None:
        self.world = world

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> object:
        """Give the spec of a module of the program, and nothing for others."""
        if name == "__main__" or not self.world.is_program(name):
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: object) -> object:
        """Give the module itself, whose names load one by one."""
        return self.world.persistent(f"m:{spec.name}")  # type: ignore[attr-defined]

    def exec_module(self, _module: object) -> None:
        """Run nothing: the names come from the bundle."""


class BundleUnpickler(Unpickler):
    """Reads pickles of the program."""

    def __init__(self, stream: io.BytesIO, world: Bundle) -> None:
        super().__init__(stream)
        self._persistent = world.persistent

    def persistent_load(self, pid: str) -> object:
        """Give the thing behind a persistent id."""
        return self._persistent(pid)


class ValuePickler(Pickler):
    """Writes a value of this pod for the others."""

    def __init__(self, target: io.BytesIO, world: Bundle) -> None:
        super().__init__(target, 5)
        self._pid_of = world.pid_of

    def persistent_id(self, value: object) -> str | None:
        """Give the persistent id of what lives in the bundle; None for everything else."""
        return self._pid_of(value)

    def reducer_override(self, value: object) -> object:
        """Write exceptions so that no constructor is called when they are read."""
        reduced = apart(value) if isinstance(value, BaseException) else None
        return NotImplemented if reduced is None else reduced


def restore(made: object, state: object) -> None:
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
