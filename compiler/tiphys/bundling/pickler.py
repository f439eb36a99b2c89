"""The pickler of bundles: equal programs give equal bytes, and each thing of the program is written once.

It is the Python one, as it must not depend on which equal strings and tuples happen to be one object.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from tiphys.bundling import reducers
from tiphys.bundling.program import found_at
from tiphys.bundling.standing import STANDS_FOR
from tiphys_runtime.errors import apart as apart_error

if TYPE_CHECKING:
    from tiphys.bundling.things import Things

Shape = tuple[object, object, "tuple[object, object, object, object] | None"]
ATOMS = (str, bytes, int, float, complex, bool, type(None))
CONTAINERS = (dict, list, set)


class Unsendable(Exception):
    """Something cannot travel to a pod; `trail` says what holds it, the nearest first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.trail: list[str] = []


class Reference:
    """Stands in a pickle for a thing of the program."""

    def __init__(self, pid: str) -> None:
        self.pid = pid


def is_atomic(value: object) -> bool:
    """Whether nothing tells equal ones apart."""
    if isinstance(value, (tuple, frozenset)) and type(value) in (tuple, frozenset):
        return all(is_atomic(item) for item in value)
    return isinstance(value, ATOMS)


_pickle_parts: Any = pickle
Base: Any = pickle._Pickler


class ProgramPickler(Base):  # type: ignore[misc]  # typeshed leaves out the Python pickler
    """Writes one pickle of a bundle.

    exempt: a thing that is written here, whatever its persistent id. data: a value for a task: objects that
    modules hold are copied, as they are for any call that crosses processes.
    """

    dispatch: ClassVar[dict[type, Callable[..., None]]] = dict(Base.dispatch)
    dispatch_table = reducers.TABLE

    def __init__(self, target: io.BytesIO, things: Things, *, exempt: object = None, data: bool = False) -> None:
        super().__init__(target, 5)
        self.things = things
        self.exempt = exempt
        self.data = data
        self.seen: dict[object, int] = {}
        self.namespaces: dict[int, dict[str, object]] = {}
        self.cells: dict[int, tuple[Reference, int]] = {}

    def persistent_id(self, value: object) -> str | None:
        """Give the persistent id of a thing that has its own member."""
        if isinstance(value, ATOMS) or (value is self.exempt and value is not None):
            return None
        if type(value) is Reference:
            self.things.want(value.pid)
            return value.pid
        return self.things.pid_of(value, data=self.data)

    def reducer_override(self, value: object) -> Any:
        """Choose how a function or a class is written, before pickle's own rules."""
        if isinstance(value, FunctionType):
            return self.function(value)
        if isinstance(value, type):
            return reducers.of_class(value)
        if isinstance(value, BaseException):
            return apart_error(value) or NotImplemented
        own = reducers.OVERRIDES.get(type(value))
        return NotImplemented if own is None else own(self, value)

    def function(self, value: FunctionType) -> Any:
        """Write a function: by reference where the image has it, else its code."""
        if not self.things.is_by_value(value):
            return NotImplemented
        return reducers.of_function(self, value)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write a reference to something that the image provides."""
        path = name or getattr(obj, "__qualname__", None) or obj.__name__
        home = str(_pickle_parts.whichmodule(obj, path))
        if self.things.program.is_ours(home):
            raise Unsendable(f"`{home}.{path}` is found by name only, and modules of the program do not exist in a pod")
        if f"{home}.{path}" in STANDS_FOR:
            super().save_global(STANDS_FOR[f"{home}.{path}"], name)
            return
        if home.partition(".")[0] == "tiphys":
            raise Unsendable(f"`{home}.{path}` belongs to the compiler, which is not in a pod")
        self.things.program.require(home)
        super().save_global(obj, name)

    def save_by_value(self, obj: object) -> None:
        """Write an atom; an equal one that was written already is referred to."""
        key = (type(obj), repr(obj) if isinstance(obj, tuple) else obj)
        at = self.seen.get(key)
        if at is not None:
            self.write(self.get(at))
            return
        Base.dispatch[type(obj)](self, obj)
        if id(obj) in self.memo:
            self.seen[key] = self.memo[id(obj)][0]

    def save_tuple(self, obj: tuple[object, ...]) -> None:
        if obj and is_atomic(obj) and not any(isinstance(item, frozenset) for item in obj):
            self.save_by_value(obj)
        else:
            super().save_tuple(obj)

    def save_set(self, obj: set[object]) -> None:
        """Write a set in an order that does not depend on hashes."""
        self.write(pickle.EMPTY_SET)
        self.memoize(obj)
        if obj:
            self.write(pickle.MARK)
            for item in self.ordered(obj):
                self.save(item)
            self.write(pickle.ADDITEMS)

    def save_frozenset(self, obj: frozenset[object]) -> None:
        self.write(pickle.MARK)
        for item in self.ordered(obj):
            self.save(item)
        if id(obj) in self.memo:  # it holds itself, through an object
            self.write(pickle.POP_MARK + self.get(self.memo[id(obj)][0]))
            return
        self.write(pickle.FROZENSET)
        self.memoize(obj)

    def ordered(self, items: set[object] | frozenset[object]) -> list[object]:
        if len(items) < 2:
            return list(items)
        return sorted(items, key=lambda item: dumps(item, self.things, data=self.data))

    dispatch[str] = save_by_value
    dispatch[bytes] = save_by_value
    dispatch[tuple] = save_tuple
    dispatch[set] = save_set
    dispatch[frozenset] = save_frozenset


def dumps(value: object, things: Things, *, exempt: object = None, data: bool = False) -> bytes:
    """Pickle one thing. Raises Unsendable."""
    target = io.BytesIO()
    run(ProgramPickler(target, things, exempt=exempt, data=data), value)
    return target.getvalue()


def run(pickler: ProgramPickler, value: object) -> None:
    """Let a pickler write. Raises Unsendable with the reason that it gives."""
    with explained():
        pickler.dump(value)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors of pickling, which runs code of the program, into Unsendable."""
    try:
        yield
    except (pickle.PicklingError, TypeError, AttributeError, NotImplementedError) as error:  # what `__reduce__` raises
        raise Unsendable(str(error)) from error
    except RecursionError as error:
        raise Unsendable("it is nested too deeply to be pickled") from error


def dump_shape(value: object, pid: str, things: Things) -> bytes:
    """Write a thing as a shell and then its parts, so that what it consists of may refer to it."""
    target = io.BytesIO()
    first, second = ProgramPickler(target, things), ProgramPickler(target, things)
    with explained():
        make, args, rest = shape(value, pid, first, second)
    if make is None and things.pid_of(value) == pid:
        first.exempt = value
    run(first, (make, args))
    run(second, rest)
    return target.getvalue()


def dump_parts(parts: Shape, things: Things) -> bytes:
    """Write a shell and its parts."""
    target = io.BytesIO()
    make, args, rest = parts
    run(ProgramPickler(target, things), (make, args))
    run(ProgramPickler(target, things), rest)
    return target.getvalue()


def shape(value: object, pid: str, first: ProgramPickler, second: ProgramPickler) -> Shape:
    """Take a thing apart: what makes the shell, and setter, state, items and pairs of what fills it."""
    things = first.things
    if things.pid_of(value) not in (None, pid) or isinstance(value, ModuleType):
        return None, value, None
    if isinstance(value, CONTAINERS) and type(value) in CONTAINERS:
        if isinstance(value, dict):
            return dict, (), (None, None, None, list(value.items()))
        items = second.ordered(value) if isinstance(value, set) else list(value)
        return type(value), (), (None, None, items, None)
    if isinstance(value, FunctionType):
        if things.is_by_value(value) and things.program.module_of(value.__globals__) is not None:
            return reducers.shape_of_function(value, Reference(pid), second)
        return None, value, None
    if isinstance(value, type):
        return None, value, None
    return apart(value, first)


def apart(value: object, pickler: ProgramPickler) -> Shape:
    """Take an object apart as pickle would."""
    reduced = pickler.reducer_override(value)
    if reduced is NotImplemented:
        if type(value) in pickler.dispatch:
            return None, value, None
        own = pickler.dispatch_table.get(type(value))
        reduced = own(value) if own is not None else value.__reduce_ex__(5)
    if isinstance(reduced, str):
        home = str(getattr(value, "__module__", ""))
        if found_at(home, reduced) is value and not pickler.things.program.is_ours(home):
            return None, value, None
        raise Unsendable(f"{type(value).__qualname__} objects are found by name only")
    make, args, *more = reduced
    state, items, pairs, setter = (*more, None, None, None, None)[:4]
    if state is None and items is None and pairs is None:
        return make, args, None
    return make, args, (setter, state, list(items) if items else None, list(pairs) if pairs else None)
