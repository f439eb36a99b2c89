"""The version of a task: a digest of the code that it runs, for the cache.

It covers the function, the functions and classes of the user's program that it uses, and the constants that these
read. Comments, blank lines, docstrings and decorators make no difference; installed packages count by their names.
"""

from __future__ import annotations

import ast
import copy
import enum
import functools
import hashlib
import pickle
import types
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tiphys.authoring.image import Image
from tiphys.authoring.task import TaskTemplate
from tiphys.settings import resolve
from tiphys.tracing.reach import chains_reached, is_user_class, names_of_code
from tiphys.tracing.source import FunctionNode, cells_of, is_user_code, tree_of

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...))
Part = tuple[object, ...]


def version_of(code: object) -> str:
    """Give the digest of what a task runs, and of all of the user's that this uses, as hexadecimal text."""
    digest = hashlib.sha256()
    for part in Walk().parts(code):
        digest.update(repr(part).encode())
    return digest.hexdigest()


def tasks_used(code: object) -> frozenset[str]:
    """Name the tasks that code may call, those that they call included."""
    walk = Walk()
    for _ in walk.parts(code):
        pass
    return frozenset(value.name for value in walk.kept if isinstance(value, TaskTemplate))


class Walk:
    """One way through what a function uses; each thing is met once, later it is named by its number."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.kept: list[object] = []

    def parts(self, value: Any) -> Iterator[Part]:
        """Describe a value, and then what it uses."""
        if isinstance(value, PLAIN):
            yield (type(value).__name__, value)
            return
        if id(value) in self.numbers:
            yield ("again", self.numbers[id(value)])
            return
        self.numbers[id(value)] = len(self.numbers)
        self.kept.append(value)
        match value:
            case TaskTemplate():
                yield ("task", value.name)
                yield from self.task(value)
            case types.FunctionType():
                yield from self.function(value)
            case types.MethodType():
                yield ("method", value.__name__)
                yield from self.several((value.__func__, value.__self__))
            case functools.partial() | functools.partialmethod():
                yield ("partial",)
                yield from self.several((value.func, value.args, value.keywords))
            case functools.cached_property():
                yield from self.parts(value.func)
            case staticmethod() | classmethod():
                yield from self.parts(value.__func__)
            case property():
                yield from self.several((value.fget, value.fset))
            case enum.Enum():
                yield ("member", value.name)
                yield from self.parts(type(value))
            case type():
                yield from self.cls(value)
            case list() | tuple():
                yield (type(value).__name__, len(value))
                yield from self.several(value)
            case set() | frozenset():
                yield (type(value).__name__, sorted(repr(list(Walk().parts(item))) for item in value))
            case dict():
                yield ("dict", len(value))
                for key, item in value.items():
                    yield from self.parts(key)
                    yield from self.parts(item)
            case types.ModuleType():
                yield ("module", value.__name__)
            case _:
                yield from self.thing(value)

    def several(self, values: Any) -> Iterator[Part]:
        """Describe values one after the other."""
        for item in values:
            yield from self.parts(item)

    def task(self, task: TaskTemplate[..., Any]) -> Iterator[Part]:
        """Describe a task that is called: its function, or what else does its work."""
        if task.beside is not None:
            image = resolve(task.levels).settings.image
            # by what it is made of, wherever that lies; what a reference stands for is known later
            yield ("image", image.address(base=image.recipe.ref) if isinstance(image, Image) else image)
        yield from self.parts(task.code if task.is_hooked or task.beside is not None else task.function)

    def function(self, function: types.FunctionType) -> Iterator[Part]:
        """Describe a function: its source, its defaults, and what its names stand for."""
        if not is_user_code(function) and tree_of(function.__code__) is not None:
            yield ("installed", function.__module__, function.__qualname__)
            if (inner := getattr(function, "__wrapped__", None)) is not None:
                yield from self.parts(inner)
            yield from self.several(cells_of(function).values())
            return
        node = tree_of(function.__code__)
        code = function.__code__
        if node is None:
            constants = tuple(item for item in code.co_consts if isinstance(item, PLAIN))
            yield ("code", code.co_code, constants, code.co_names, code.co_varnames)
        else:
            yield ("source", source_text(node))
        yield from self.several((function.__defaults__ or (), function.__kwdefaults__ or {}))
        space = {**function.__globals__, **cells_of(function)}
        for name in sorted(names_of_code(code) if node is None else names_in(node)):
            if name in space:
                yield ("name", name)
                yield from self.parts(space[name])
        for chain in sorted(chains_in(node)) if node is not None else ():
            yield from self.chain(space, chain)

    def chain(self, space: dict[str, Any], chain: tuple[str, ...]) -> Iterator[Part]:
        """Describe what a dotted name through modules stands for."""
        value, *rest = space.get(chain[0]), *chain[1:]
        for name in rest:
            if not isinstance(value, types.ModuleType):
                return
            value = vars(value).get(name)
            if value is not None and not isinstance(value, types.ModuleType):
                yield ("name", ".".join(chain))
                yield from self.parts(value)

    def cls(self, kind: type) -> Iterator[Part]:
        """Describe a class: of the user's, with all that it holds."""
        yield ("class", kind.__module__ if not is_user_class(kind) else "", kind.__qualname__)
        if not is_user_class(kind):
            return
        yield from self.several(kind.__bases__)
        for name, value in sorted(vars(kind).items()):
            if name == "__annotations__":
                yield ("fields", tuple((key, getattr(item, "__qualname__", repr(item))) for key, item in value.items()))
            elif not name.startswith("__") or isinstance(value, types.FunctionType | staticmethod | classmethod):
                yield ("attribute", name)
                yield from self.parts(value)

    def thing(self, value: Any) -> Iterator[Part]:
        """Describe an object: of the user's, by its class and what it holds; another one by its pickle."""
        yield ("object",)
        yield from self.parts(type(value))
        held = getattr(value, "__dict__", {})
        if is_user_class(type(value)):
            yield from self.parts({**held, **slots_of(value)})
            return
        if "__wrapped__" in held:  # as of `functools.cache`; its pickle is a name
            yield from self.parts(held["__wrapped__"])
            return
        try:
            yield ("pickle", pickle.dumps(value, protocol=4))
        except Exception:  # noqa: BLE001  what cannot be pickled is known by its text
            text = repr(value)
            yield ("text", "" if " at 0x" in text else text)


def slots_of(value: object) -> dict[str, object]:
    """Give what an object holds in slots."""
    found: dict[str, object] = {}
    for kind in type(value).__mro__:
        for name, slot in vars(kind).items():
            if isinstance(slot, types.MemberDescriptorType):
                with suppress(AttributeError):  # it was never set
                    found[name] = slot.__get__(value)
    return found


def names_in(node: FunctionNode) -> set[str]:
    """List the names that a function reads, those of its annotations and of functions in it included."""
    found = (inner for part in parts_of(node) for inner in ast.walk(part))
    return {inner.id for inner in found if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}


def chains_in(node: FunctionNode) -> set[tuple[str, ...]]:
    """List the dotted names that a function reads."""
    return {chain for part in parts_of(node) for chain in chains_reached(part)}


def parts_of(node: FunctionNode) -> list[ast.AST]:
    """List what a function is made of, but for its decorators."""
    if isinstance(node, ast.Lambda):
        return [node.args, node.body]
    return [node.args, *node.body, *([node.returns] if node.returns else [])]


@functools.lru_cache(maxsize=4096)
def source_text(node: ast.AST) -> str:
    """Write source so that only its meaning counts: no places, no decorators, no docstrings."""
    found = copy.deepcopy(node)
    for inner in ast.walk(found):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner.decorator_list = []
            if ast.get_docstring(inner, clean=False) is not None:
                inner.body = inner.body[1:] or [ast.Pass()]
    return ast.dump(found, annotate_fields=False)
