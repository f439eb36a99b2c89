"""A compiled program: the objects to apply, and what there is to say of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tiphys.ir import Pod, Program, Sub


@dataclass(frozen=True)
class Report:
    """What a compiled program costs: pods of one run, templates, how deep they nest, bytes of each object."""

    pods: int
    templates: int
    depth: int
    bytes: Mapping[str, int]
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """The objects of one compiled program, in the order in which they are applied."""

    program: str
    template: str
    objects: tuple[dict[str, Any], ...]
    report: Report
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> str:
        """Write it, to be read again by `manifest_from_json`."""
        return json.dumps({name: value for name, value in asdict(self).items() if name != "notes"})


def manifest_from_json(text: str, notes: tuple[str, ...]) -> Manifest:
    """Read what `Manifest.to_json` wrote."""
    held = json.loads(text)
    report = Report(**{**held["report"], "requirements": tuple(held["report"]["requirements"])})
    return Manifest(held["program"], held["template"], tuple(held["objects"]), report, notes)


def count_pods(program: Program, name: str) -> int:
    """Count the pods of one run of a graph, retries aside."""
    counts: dict[str, int] = {}

    def count(graph: str) -> int:
        if graph not in counts:
            nodes = program.graphs[graph].nodes
            counts[graph] = sum(isinstance(node, Pod) for node in nodes) + sum(
                count(node.graph) for node in nodes if isinstance(node, Sub)
            )
        return counts[graph]

    return count(name)


def depth_of(program: Program, name: str) -> int:
    """Count the templates on the longest way from the entry to a pod."""
    depths: dict[str, int] = {}

    def depth(graph: str) -> int:
        if graph not in depths:
            nodes = program.graphs[graph].nodes
            depths[graph] = 1 + max((depth(node.graph) if isinstance(node, Sub) else 1 for node in nodes), default=0)
        return depths[graph]

    return depth(name)


def size_of(item: Mapping[str, Any]) -> int:
    """Measure an object as the API server does: its JSON."""
    return len(json.dumps(item, separators=(",", ":")))
