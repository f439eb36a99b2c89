"""What a pod may be told to do, and how `bundle.json` says it (docs/wire.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Literal

Place = int | tuple[int, int] | Literal["v"] | tuple[Literal["f"], int]
"""A numbered value, an element of one, what the body returned, or (in a catch's outputs) an entry of the frame."""


@dataclass(frozen=True)
class Step:
    """A glue function, and the numbered values it is called with.

    owner: the orchestrator whose code it is. frame: what its record holds where it raises.
    """

    function: FunctionType
    operands: tuple[Place, ...]
    where: str
    text: str
    owner: str = ""
    frame: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Operand:
    """What an entry receives. directory: how many items it has, where it is one."""

    name: str
    slot: bool = True
    directory: int | None = None


@dataclass(frozen=True)
class Output:
    """What an entry writes.

    inline: the largest envelope. repr: it carries the value's `repr`. shared: other items need room, too.
    """

    name: str
    value: Place
    inline: int
    slot: bool
    repr: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Entry:
    """One thing that a pod may be told to do. task and function: None for a pod that only computes glue.

    item: the output that is also written where a list is read. records: it records how it ended, with the values of
    `frame` where it fails. is_told: that record is an output parameter, and the count of attempts stands in the pod's
    message; else both are files. catch: how many entries the frame has that it reads from the records of others.
    attempts: how often the user has it tried. kept: how its results are kept. on: after which exceptions; None: after
    all. lost: how often it is started again when it was lost, where that is counted apart. tries: its attempts count
    themselves. timeout, queued, deadline: the seconds that an attempt may run, may wait until it runs, and
    that all may take. most: the bytes that it may take, and may give.
    shares: it is told how large the values may be that are `shared`.
    report: it may leave a report. artifact: its result is left for others.
    """

    name: str
    task: str | None
    function: Callable[..., object] | None
    title: str
    operands: tuple[Operand, ...] = ()
    before: tuple[Step, ...] = ()
    args: tuple[Place, ...] = ()
    kwargs: Mapping[str, Place] = field(default_factory=dict)
    after: tuple[Step, ...] = ()
    outputs: tuple[Output, ...] = ()
    item: str | None = None
    records: bool = False
    is_told: bool = False
    shares: bool = False
    frame: tuple[Place, ...] = ()
    catch: int | None = None
    attempts: int = 1
    on: tuple[str, ...] | None = None
    lost: int | None = None
    tries: bool = False
    timeout: float | None = None
    queued: float | None = None
    deadline: float | None = None
    most: int | None = None
    within: Place | None = None
    context: Place | None = None
    variables: Place | None = None
    retries: Place | None = None
    kept: Mapping[str, object] | None = None
    report: bool = False
    artifact: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    """What its environment includes, by paths in the pod."""


def control_form(entry: Entry) -> dict[str, object]:
    """Give the parts of an entry that most have not."""
    form: dict[str, object] = {
        "item": entry.item,
        "records": entry.records or None,
        "told": (entry.records and entry.is_told) or None,
        "shares": entry.shares or None,
        "frame": list(entry.frame) or None,
        "catch": entry.catch,
        "attempts": entry.attempts if entry.attempts > 1 else None,
        "on": list(entry.on) if entry.on is not None else None,
        "lost": entry.lost,
        "tries": ("told" if entry.is_told else True) if entry.tries else None,
        "queued": entry.queued,
        "deadline": entry.deadline,
        "most": entry.most,
        "within": entry.within,
        "context": entry.context,
        "variables": entry.variables,
        "retries": entry.retries,
        "kept": dict(entry.kept) if entry.kept is not None else None,
        "report": entry.report or None,
        "artifact": entry.artifact or None,
    }
    return {name: value for name, value in form.items() if value is not None}


def output_form(output: Output) -> dict[str, object]:
    form: dict[str, object] = {
        "name": output.name,
        "value": output.value,
        "inline": output.inline,
        "slot": output.slot,
    }
    return {**form, **({"repr": True} if output.repr else {}), **({"shared": True} if output.shared else {})}
