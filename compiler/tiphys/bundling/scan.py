"""What the code of a function mentions."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType

GLOBAL_OPS = frozenset({"LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from nested(const)


@lru_cache(maxsize=4096)
def globals_used(code: CodeType) -> tuple[str, ...]:
    """List the global names that code reads or writes, in the order of the code."""
    found: dict[str, None] = {}
    for each in nested(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname in GLOBAL_OPS:
                found[instruction.argval] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def names_mentioned(code: CodeType) -> tuple[str, ...]:
    """List the global and attribute names of code."""
    return tuple(dict.fromkeys(name for each in nested(code) for name in each.co_names))


@lru_cache(maxsize=4096)
def imports(code: CodeType, package: str) -> tuple[str, ...]:
    """List the modules that code imports when it runs, submodules after `from` included."""
    found: dict[str, None] = {}
    for each in nested(code):
        before: list[object] = []
        target = ""
        for instruction in dis.get_instructions(each):
            if instruction.opname == "IMPORT_NAME":
                level = before[-2] if len(before) > 1 and isinstance(before[-2], int) else 0
                target = absolute(instruction.argval, level, package)
                parts = target.split(".")
                found.update(dict.fromkeys(".".join(parts[: at + 1]) for at in range(len(parts))))
                for name in before[-1] if before and isinstance(before[-1], tuple) else ():
                    found[f"{target}.{name}"] = None
            before = [*before[-1:], instruction.argval]
    return tuple(each for each in found if each)


def absolute(name: str, level: int, package: str) -> str:
    """Give the absolute name of a relative import."""
    if not level:
        return name
    parts = package.split(".")
    around = parts[: len(parts) - level + 1]
    return ".".join([*around, name] if name else around)
