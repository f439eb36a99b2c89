"""What happens in a pod: glue, the task, glue."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from tiphys.diagnostics import Span
from tiphys.ir.atoms import Atom, Code, Leaf

Slot = int | tuple[int, int] | typing.Literal["v"] | tuple[typing.Literal["f"], int]
"""Where a step finds a value: its number (operands first, then steps), an element of a pack, "v", the result, or an
entry of the frame that a catch found, which only outputs may be: it is handed on unread."""


@dataclass(frozen=True, slots=True)
class Step:
    """Glue evaluated inside a pod, before or after the task's body."""

    code: Code
    operands: tuple[Slot, ...]
    where: Span
    owner: str = ""
    """The orchestrator whose code it is."""
    frame: tuple[Slot, ...] = ()
    """Where it raises: the frame that its record holds."""


@dataclass(frozen=True, slots=True)
class Operand:
    """What a pod receives."""

    name: str
    small: bool = False
    """It is small by type, or known, or there is no other way: it needs no artifact."""
    is_bounded: bool = False
    """It travels in a parameter, and may be too long for one argument of a program."""
    items: int | None = None
    """For a directory: how many items it holds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in one kind of pod. Pods of equal plans share a template."""

    name: str
    task: Leaf | None
    operands: tuple[Operand, ...]
    before: tuple[Step, ...]
    keywords: tuple[tuple[str, Slot], ...]
    after: tuple[Step, ...]
    outputs: tuple[Slot, ...]
    """The values given: `outputs[0]` is the task's own result, or the first step of a pod of glue."""
    types: tuple[object, ...]
    where: Span
    result: int | None = None
    """Which output is the result of the whole run, if one is."""
    item: int | None = None
    """Which output is also written where a wide fan-in, or the reader of a map, finds it."""
    records: bool = False
    """It records how it ended, for the catch of the `Attempt` around it."""
    frame: tuple[Slot, ...] = ()
    """The frame that its record holds when the body fails; without one, that of the `Sub` around it."""
    catch: int | None = None
    """For the pod of a `Catch`: how many values its frame has. The exception is "v", entry n of the frame ("f", n)."""
    positional: tuple[Slot, ...] = ()
    """The arguments of the body's positional-only parameters; `keywords` are the others."""
    within: Slot | None = None
    """How many seconds the body may take, where only run time says; its timeout, if that is shorter."""
    around: Leaf | None = None
    """Of a pod that runs no task: the orchestrator whose code it runs."""
    resources: tuple[tuple[str, Slot], ...] = ()
    """What the pod asks for, where only run time says how much: `requests memory`, and the place of the quantity."""
    retries: Slot | None = None
    """How often it is tried again, where only run time says."""
    context: Slot | None = None
    """The texts that the body is given beside its arguments."""
    variables: Slot | None = None
    """Variables that are set before the body runs, where only run time says them: a dict."""
    keyed: tuple[Slot, ...] | None = None
    """Where results are kept: the operands by which they are found again."""
    is_storeless: bool = False
    """All that it receives and gives travels in parameters, however large it is."""
    shares: bool = False
    """It runs for each item of a list, and is told how large a value may be that it gives: they share the room."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Many operands that travel as one."""

    atoms: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """Many operands, read as the items of one directory in the object store."""

    group: str
    atoms: tuple[Atom, ...]
