"""Operands: what is known, and what some node yields; glue; how a known value is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from types import FunctionType
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A value known at compile time. Compared by identity: user values may have any `__eq__`."""

    value: object

    def __str__(self) -> str:
        return spell(self.value)


@dataclass(frozen=True, slots=True)
class Ref:
    """What a node yields; `output` counts the values of a `Sub` or `Pod` that yields several."""

    node: str
    output: int = 0

    def __str__(self) -> str:
        return f"%{self.node}" + (f".{self.output}" if self.output else "")


Atom = Literal | Ref
Named = tuple[tuple[str, Atom], ...]


class Leaf(Protocol):
    """A task as the compiler sees it: what runs in the pod, under which name."""

    @property
    def name(self) -> str: ...
    @property
    def whole(self) -> str:
        """The name of the task that it is, or is a part of."""
        ...

    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def levels(self) -> tuple[tuple[str, Any], ...]: ...
    @property
    def code(self) -> object:
        """All that tells whether a kept result still counts."""
        ...

    @property
    def keeps(self) -> bool:
        """Whether its results are kept, where they are looked for."""
        ...

    @property
    def is_own(self) -> bool:
        """Whether it is no task of the program, but a part of another one."""
        ...

    @property
    def body(self) -> Callable[..., Any]:
        """What its pod calls."""
        ...

    @property
    def resource(self) -> Any:
        """What Argo does with a manifest, where that is the whole work; None for a pod of ours."""
        ...

    @property
    def beside(self) -> Any:
        """The container that does the work in the task's pod, beside the shim; None for a Python function."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A piece of glue: an expression over its operands, compiled to a plain function of them."""

    text: str
    function: FunctionType
    pure: bool
    """Made of operators, reads, f-strings and listed pure functions only: it may be computed more than once."""
    total: bool
    """Cannot raise, by the types of its operands: its place in the order does not matter."""


def spell(value: object, limit: int = 60) -> str:
    """Write a known value for people, short and the same in every process: sets are sorted, wherever they stand."""
    text = spelled(value, limit)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def spelled(value: Any, limit: int) -> str:
    """Write a known value; of a container no more than is shown anyway."""
    kind = type(value)
    if kind in (set, frozenset):
        return "{" + ", ".join(sorted(spelled(item, limit) for item in value)) + "}"
    if kind in (list, tuple):
        inner = ", ".join(spelled(item, limit) for item in islice(value, limit))
        return f"[{inner}]" if kind is list else f"({inner}{',' * (len(value) == 1)})"
    if kind is dict:
        pairs = islice(value.items(), limit)
        return "{" + ", ".join(f"{spelled(key, limit)}: {spelled(item, limit)}" for key, item in pairs) + "}"
    if is_dataclass(value) and not isinstance(value, type) and hasattr(kind.__repr__, "__wrapped__"):
        parts = [f"{item.name}={spelled(getattr(value, item.name, ...), limit)}" for item in fields(value) if item.repr]
        return f"{kind.__qualname__}({', '.join(parts)})"
    if callable(value) and hasattr(value, "__qualname__"):
        return str(value.__qualname__)
    text = repr(value)
    return f"<{kind.__qualname__}>" if " at 0x" in text else text
