"""A compiled program: the objects to apply, and what there is to say of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tiphys.diagnostics import Span


@dataclass(frozen=True)
class Said:
    """The value of one setting as plain data, and the level that said it."""

    value: Any
    level: str


@dataclass(frozen=True)
class Told:
    """The settings of the pods of one task: those that were said, and those that matter anyway."""

    task: str
    settings: Mapping[str, Said]


@dataclass(frozen=True)
class Report:
    """What a compiled program costs: pods of one run, templates, how deep they nest, bytes of each object.

    pods: a number, or a text where it depends on the data. loops: where each is, and how many rounds it can take.
    recursions: what calls itself, and how many of its calls can stand in each other. tasks: what each was told.
    """

    pods: int | str
    templates: int
    depth: int
    bytes: Mapping[str, int]
    requirements: tuple[str, ...]
    loops: tuple[tuple[str, int], ...] = ()
    recursions: tuple[tuple[str, int], ...] = ()
    tasks: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Needed:
    """An entry of a Kubernetes Secret that a task reads, and the line that says so."""

    secret: str
    key: str
    task: str
    where: Span


@dataclass(frozen=True)
class Manifest:
    """The objects of one compiled program, in the order in which they are applied; what must be there before.

    further: templates and bundles that only triggers use, each with the name of the trigger that it is for.
    """

    program: str
    template: str
    objects: tuple[dict[str, Any], ...]
    report: Report
    notes: tuple[str, ...] = field(default=())
    secrets: tuple[Needed, ...] = field(default=())
    further: tuple[tuple[str, dict[str, Any]], ...] = field(default=())

    @property
    def every_object(self) -> tuple[dict[str, Any], ...]:
        """The objects of the program, and those that only triggers use."""
        return (*self.objects, *(item for _, item in self.further))

    def to_json(self) -> str:
        """Write it, to be read again by `manifest_from_json`."""
        return json.dumps({name: value for name, value in asdict(self).items() if name != "notes"})


def manifest_from_json(text: str, notes: tuple[str, ...]) -> Manifest:
    """Read what `Manifest.to_json` wrote."""
    held = json.loads(text)
    lists = {
        "requirements": tuple(held["report"]["requirements"]),
        "loops": tuple((where, bound) for where, bound in held["report"]["loops"]),
        "recursions": tuple((title, bound) for title, bound in held["report"].get("recursions", ())),
        "tasks": tuple(
            Told(one["task"], {name: Said(**said) for name, said in one["settings"].items()})
            for one in held["report"].get("tasks", ())
        ),
    }
    report = Report(**{**held["report"], **lists})
    secrets = tuple(Needed(**{**each, "where": Span(**each["where"])}) for each in held.get("secrets", ()))
    return Manifest(held["program"], held["template"], tuple(held["objects"]), report, notes, secrets)


def size_of(item: Mapping[str, Any]) -> int:
    """Measure an object as the API server does: its JSON."""
    return len(json.dumps(item, separators=(",", ":")))
