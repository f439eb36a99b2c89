"""How functions and the objects around them are written. What makes them again is `tiphys_runtime.remake`."""

from __future__ import annotations

import copyreg
import dataclasses
import functools
import io
import operator
import sys
import threading
import types
import typing
import weakref
from collections import ChainMap
from collections.abc import Callable
from contextvars import Context, ContextVar
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import cloudpickle

from tiphys.bundling.program import found_at
from tiphys.bundling.scan import globals_used
from tiphys_runtime import remake, remake_classes

if TYPE_CHECKING:
    from tiphys.bundling.pickler import ProgramPickler, Reference, Shape

BUILTIN_TYPES = {value: name for name, value in vars(types).items() if type(value) is type}
GIVEN = ("__name__", "__package__", "__file__", "__doc__", "__spec__", "__path__")  # what every module has
SENTINELS = {
    id(value): name
    for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY", "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR")
    if (value := getattr(dataclasses, name, None)) is not None
}


def of_class(value: type) -> Any:
    """Write a class that is no program's own."""
    generic = value.__dict__.get("__pydantic_generic_metadata__") or {}
    if generic.get("origin") is not None:
        args = generic["args"]
        return operator.getitem, (generic["origin"], args if len(args) > 1 else args[0])
    for single in (None, ..., NotImplemented):
        if value is type(single):
            return type, (single,)
    if value in BUILTIN_TYPES and found_at(value.__module__, value.__qualname__) is not value:
        return remake.attribute, ("types", BUILTIN_TYPES[value])
    return NotImplemented


def of_code(pickler: ProgramPickler, code: CodeType) -> Any:
    """Write code: its file relative to the root, and no tuple that is shared by chance."""
    return remake.code, (
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_nlocals,
        code.co_stacksize,
        code.co_flags,
        code.co_code,
        code.co_consts,
        code.co_names,
        code.co_varnames,
        pickler.things.program.file_name(code.co_filename),
        code.co_name,
        code.co_qualname,
        code.co_firstlineno,
        code.co_linetable,
        code.co_exceptiontable,
        code.co_freevars,
        code.co_cellvars,
    )


def of_function(pickler: ProgramPickler, function: FunctionType) -> Any:
    """Write a function by value."""
    space = namespace(pickler, function)
    state = function_state(pickler, function, space, None)
    return remake.function, (function.__code__, space, closure(function)), state, None, None, remake.function_state


def shape_of_function(function: FunctionType, own: Reference, second: ProgramPickler) -> Shape:
    """Take a function of a module apart: its cells are empty until its parts are there."""
    cells = closure(function)
    contents: list[object] = []
    places: list[object] | None = None
    if cells is not None:
        places = []
        for at, cell in enumerate(cells):
            places.append(None if isinstance(cell, CellType) else cell)
            if isinstance(cell, CellType) and not is_empty(cell):
                second.cells[id(cell)] = (own, at)
                contents.append((at, cell.cell_contents))
    space = namespace(second, function)
    state = function_state(second, function, space, contents)
    return remake.function, (function.__code__, space, tuple(places) if places is not None else None), (
        remake.function_state, state, None, None,
    )  # fmt: skip


def namespace(pickler: ProgramPickler, function: FunctionType) -> Any:
    """Give what stands for the globals of a function: of a module, by name; else a new dict, shared in this pickle."""
    from tiphys.bundling.pickler import Reference

    module = pickler.things.program.module_of(function.__globals__)
    used = any(name in function.__globals__ for name in globals_used(function.__code__))
    if module is not None and (used or pickler.things.program.is_ours(module.__name__)):
        ours = pickler.things.program.is_ours(module.__name__)
        if not ours:
            pickler.things.program.require(module.__name__)
        return Reference(f"{'d' if ours else 'l'}:{module.__name__}")
    known = function.__globals__
    base: dict[str, object] = {name: known[name] for name in ("__name__", "__package__") if name in known}
    return pickler.namespaces.setdefault(id(function.__globals__), base)


def function_state(pickler: ProgramPickler, function: FunctionType, space: Any, contents: list[object] | None) -> Any:
    """Give all of a function that can be set later, and the names that must be in its namespace."""
    from tiphys.bundling.pickler import Reference

    program = pickler.things.program
    attributes = {
        name: value
        for name in ("__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")
        if (value := getattr(function, name)) or name == "__doc__"
    }
    if function.__name__ != function.__code__.co_name:
        attributes["__name__"] = function.__name__
    used = [name for name in globals_used(function.__code__) if name in function.__globals__ and name != "__builtins__"]
    reached = program.reached(function.__code__, function.__globals__)
    references = [Reference(f"g:{home}:{name}") for home, name in reached]
    names: dict[str, object] = {}
    if isinstance(space, dict):
        names = {name: function.__globals__[name] for name in used}
    elif space.pid.startswith("d:"):
        home = space.pid[2:]
        references = [*(Reference(f"g:{home}:{name}") for name in used if name not in GIVEN), *references]
    return attributes, dict(function.__dict__), names, references, contents or ()


def closure(function: FunctionType) -> tuple[object, ...] | None:
    """Give the cells of a function; the one that holds the class around a method belongs to that class."""
    if function.__closure__ is None:
        return None
    return tuple(
        ClassCell(cell) if name == "__class__" and not is_empty(cell) else cell
        for name, cell in zip(function.__code__.co_freevars, function.__closure__, strict=True)
    )


class ClassCell:
    """Stands for the `__class__` cell of a method."""

    def __init__(self, cell: CellType) -> None:
        self.cell = cell


def of_class_cell(pickler: ProgramPickler, value: ClassCell) -> Any:
    from tiphys.bundling.pickler import Reference

    pid = pickler.things.pid_of(value.cell.cell_contents)
    if pid is None:  # a method of a library's class
        return of_cell(pickler, value.cell)
    return remake.same, (Reference(f"k:{pid[2:]}"),)


def is_empty(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def of_cell(pickler: ProgramPickler, cell: CellType) -> Any:
    """Write a cell that closures share."""
    known = pickler.cells.get(id(cell))
    if known is not None:
        return remake.cell_of, known
    if is_empty(cell):
        return remake.cell, ()
    return remake.cell, (), (cell.cell_contents,), None, None, remake.cell_state


THIN = ("tiphys", "tiphys.durable", "tiphys.errors", "tiphys.report")
"""What of ours is in a pod, under its own name."""


def of_module(pickler: ProgramPickler, module: ModuleType) -> Any:
    """Write a module that the image provides."""
    name = module.__name__
    if sys.modules.get(name) is not module:
        raise TypeError(f"the module {name!r} cannot be imported by its name")
    if name.partition(".")[0] == "tiphys" and name not in THIN:
        raise TypeError(f"the module {name!r} belongs to the compiler, which is not in a pod")
    pickler.things.program.require(name)
    return remake.module, (name,)


def of_method(pickler: ProgramPickler, method: MethodType) -> Any:
    """Write a bound method: found again on its object where that works; a class that travels may have none yet."""
    name = method.__func__.__name__
    owner = method.__self__ if isinstance(method.__self__, type) else type(method.__self__)
    if not pickler.things.is_by_value(owner) and getattr(method.__self__, name, None) == method:
        return getattr, (method.__self__, name)
    return MethodType, (method.__func__, method.__self__)


def of_file(_pickler: ProgramPickler, file: Any) -> Any:
    for name in ("stdout", "stderr", "stdin"):
        if getattr(sys, name) is file:
            return remake.attribute, ("sys", name)
    raise TypeError(f"the open file {file.name!r} cannot travel; open it inside the function")


def of_lru_cache(pickler: ProgramPickler, cached: Any) -> Any:
    """Write a cached function of the program: its cache starts empty."""
    home = str(cached.__module__)
    if found_at(home, cached.__qualname__) is cached and not pickler.things.program.is_ours(home):
        return NotImplemented
    return remake_classes.lru_cache, (cached.__wrapped__, cached.cache_parameters())


def of_type_variable(pickler: ProgramPickler, variable: Any) -> Any:
    home, name = variable.__module__, variable.__name__
    if home and not pickler.things.program.is_ours(home) and found_at(home, name) is variable:
        pickler.things.program.require(home)
        return remake.attribute, (home, name)
    options: dict[str, object] = {}
    args: tuple[object, ...] = ()
    if type(variable) is typing.TypeVar:
        args = variable.__constraints__
        if not args and variable.__bound__ is not None:
            options["bound"] = variable.__bound__
    for kind in ("covariant", "contravariant"):
        if getattr(variable, f"__{kind}__", False):
            options[kind] = True
    return remake_classes.type_variable, (type(variable), name, args, options)


def of_new_type(pickler: ProgramPickler, value: Any) -> Any:
    if not pickler.things.program.is_ours(value.__module__) and found_at(value.__module__, value.__qualname__) is value:
        return NotImplemented
    return remake_classes.new_type, (value.__name__, value.__supertype__, value.__module__)


def of_context_variable(_pickler: ProgramPickler, variable: ContextVar[object]) -> Any:
    return remake_classes.context_variable, (variable.name, default_of(variable))


def default_of(variable: ContextVar[object]) -> tuple[object, ...]:
    """Give the default of a context variable, if it has one."""
    try:
        return (Context().run(variable.get),)
    except LookupError:
        return ()


def of_sentinel(_pickler: ProgramPickler, value: object) -> Any:
    name = SENTINELS.get(id(value))
    return (remake.attribute, ("dataclasses", name)) if name else NotImplemented


def of_cached_property(_pickler: ProgramPickler, value: functools.cached_property[object]) -> Any:
    return remake_classes.cached_property, (value.func, value.attrname)


def lock(name: str) -> Callable[[ProgramPickler, object], Any]:
    return lambda _pickler, _lock: (remake_classes.lock, (name,))


def fresh(kind: type) -> Callable[[ProgramPickler, object], Any]:
    return lambda _pickler, _value: (kind, ())


OVERRIDES: dict[type, Callable[..., Any]] = {
    CodeType: of_code,
    CellType: of_cell,
    ClassCell: of_class_cell,
    ModuleType: of_module,
    MethodType: of_method,
    io.TextIOWrapper: of_file,
    io.BufferedReader: of_file,
    io.BufferedWriter: of_file,
    functools._lru_cache_wrapper: of_lru_cache,
    functools.cached_property: of_cached_property,
    typing.TypeVar: of_type_variable,
    typing.ParamSpec: of_type_variable,
    typing.TypeVarTuple: of_type_variable,
    typing.NewType: of_new_type,
    ContextVar: of_context_variable,
    type(threading.Lock()): lock("Lock"),
    type(threading.RLock()): lock("RLock"),
    threading.local: lock("local"),
    weakref.WeakKeyDictionary: fresh(weakref.WeakKeyDictionary),
    weakref.WeakValueDictionary: fresh(weakref.WeakValueDictionary),
    weakref.WeakSet: fresh(weakref.WeakSet),
    **{type(getattr(dataclasses, name)): of_sentinel for name in SENTINELS.values()},
}
TABLE = ChainMap(dict(cloudpickle.Pickler._dispatch_table), copyreg.dispatch_table)
