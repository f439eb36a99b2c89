"""What pickles of the bundle call: functions of the program, made again in two steps.

First an empty shell, so that the parts may refer to it; then its parts.
"""

from __future__ import annotations

import builtins
import sys
from types import CellType, CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def module(name: str) -> Any:
    """Import a module that the image provides."""
    __import__(name)
    return sys.modules[name]


def attribute(name: str, path: str) -> Any:
    """Give something of a module that has no other way to be found again."""
    found = module(name)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def code(*parts: Any) -> CodeType:
    return CodeType(*parts)


def function(body: CodeType, names: dict[str, Any], cells: tuple[CellType | None, ...] | None) -> FunctionType:
    """Make a function without defaults, in a namespace."""
    names.setdefault("__builtins__", builtins)
    own = None if cells is None else tuple(CellType() if each is None else each for each in cells)
    return FunctionType(body, names, None, None, own)


def function_state(made: Any, state: tuple[Any, ...]) -> None:
    """Give a function its attributes, its namespace the names it uses, and its cells what they hold."""
    attributes, own, names, _ensured, contents = state
    for name, value in attributes.items():
        setattr(made, name, value)
    made.__dict__.update(own)
    made.__globals__.update(names)
    for at, value in contents:
        made.__closure__[at].cell_contents = value


def same(value: Any) -> Any:
    return value


def cell() -> CellType:
    return CellType()


def cell_of(made: Any, at: int) -> CellType:
    cells: tuple[CellType, ...] = made.__closure__
    return cells[at]


def cell_state(made: CellType, contents: tuple[Any]) -> None:
    (made.cell_contents,) = contents
