"""A run as plain data, read from a Workflow's status, and questions about it. No requests."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GZIP = b"\x1f\x8b"
REPEATING = ("Retry", "TaskGroup", "StepGroup")


class Phase(StrEnum):
    """Where a node or a run stands, in Argo's words."""

    NONE = ""
    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ERROR = "Error"
    SKIPPED = "Skipped"
    OMITTED = "Omitted"
    DAEMONED = "Daemoned"

    @classmethod
    def _missing_(cls, value: object) -> Phase:
        """Take a phase that only a newer Argo knows for one that is not final."""
        del value
        return cls.NONE

    @property
    def is_bad(self) -> bool:
        return self in (Phase.FAILED, Phase.ERROR)

    @property
    def is_idle(self) -> bool:
        """Say that it never ran, and never will."""
        return self in (Phase.SKIPPED, Phase.OMITTED)

    @property
    def is_final(self) -> bool:
        return self.is_bad or self.is_idle or self is Phase.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a run: a pod, or a DAG, a retry, a fan-out around others."""

    id: str
    name: str
    display_name: str
    type: str
    phase: Phase
    template: str = ""
    children: tuple[str, ...] = ()
    boundary: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    message: str = ""
    exit_code: int | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    """The keys of its output artifacts."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stood at one moment."""

    name: str
    namespace: str
    uid: str
    phase: Phase
    version: str = ""
    message: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    nodes: Mapping[str, Node] = field(default_factory=dict)
    offloaded: bool = False  # the nodes are in a database that only Argo's own server can read

    @property
    def is_over(self) -> bool:
        return self.phase.is_final

    @property
    def root(self) -> Node | None:
        """Give the node of the entry template."""
        return self.nodes.get(self.name) or next((node for node in self.nodes.values() if node.name == self.name), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many calls of a run stand where."""

    total: int
    succeeded: int
    failed: int
    running: int
    pending: int
    skipped: int


def run_of(workflow: Mapping[str, Any]) -> Run:
    """Read a Workflow."""
    metadata, status = workflow["metadata"], workflow.get("status") or {}
    return Run(
        name=metadata["name"],
        namespace=metadata["namespace"],
        uid=metadata["uid"],
        phase=phase_of(status),
        version=metadata.get("resourceVersion", ""),
        message=status.get("message", ""),
        started=moment(status.get("startedAt")),
        finished=moment(status.get("finishedAt")),
        nodes={node.id: node for node in map(node_of, raw_nodes(status).values())},
        offloaded=bool(status.get("offloadNodeStatusVersion")) and not status.get("nodes"),
    )


def node_of(raw: Mapping[str, Any]) -> Node:
    """Read one node of a Workflow's status."""
    outputs = raw.get("outputs") or {}
    code = str(outputs.get("exitCode") or "")
    return Node(
        id=raw["id"],
        name=raw.get("name", raw["id"]),
        display_name=raw.get("displayName") or raw.get("name", raw["id"]),
        type=raw.get("type", ""),
        phase=phase_of(raw),
        template=raw.get("templateName") or (raw.get("templateRef") or {}).get("template", ""),
        children=tuple(raw.get("children") or ()),
        boundary=raw.get("boundaryID") or None,
        started=moment(raw.get("startedAt")),
        finished=moment(raw.get("finishedAt")),
        message=raw.get("message", ""),
        exit_code=int(code) if code.lstrip("-").isdigit() else None,
        inputs=parameters(raw.get("inputs") or {}),
        outputs=parameters(outputs),
        left=keys(outputs),
    )


def raw_nodes(status: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Give the nodes of a status, unpacking what Argo packs when the object passes 1 MiB."""
    if not status.get("compressedNodes"):
        return status.get("nodes") or {}
    packed = base64.b64decode(status["compressedNodes"])
    if not packed.startswith(GZIP):
        raise ClusterError("the controller packs the nodes of a run with something else than gzip")
    nodes: dict[str, Mapping[str, Any]] = json.loads(zlib.decompress(packed, wbits=31))
    return nodes


def phase_of(raw: Mapping[str, Any]) -> Phase:
    return Phase(raw.get("phase") or "")


def parameters(side: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: str(each["value"]) for each in side.get("parameters") or () if each.get("value") is not None}


def keys(side: Mapping[str, Any]) -> dict[str, str]:
    """Give the keys of artifacts, whatever the store."""
    found = {}
    for each in side.get("artifacts") or ():
        places = (each.get(kind) for kind in ("s3", "gcs", "oss"))
        key = next((place["key"] for place in places if place), None) or (each.get("azure") or {}).get("blob")
        if key is not None:
            found[each["name"]] = str(key)
    return found


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def roots(run: Run) -> tuple[Node, ...]:
    """Give the nodes that are no other's child: the entry, and an exit handler's."""
    inner = {child for node in run.nodes.values() for child in node.children}
    return tuple(node for node in run.nodes.values() if node.id not in inner and node.boundary is None)


def within(run: Run, node: Node) -> tuple[Node, ...]:
    """Give the nodes directly inside a DAG, a fan-out or a retry, in the order in which they began."""
    if node.type in REPEATING:
        inside = repeats(run, node)
    else:
        hidden = {each.id for other in run.nodes.values() for each in repeats(run, other)}
        inside = [each for each in run.nodes.values() if each.boundary == node.id and each.id not in hidden]
    return tuple(sorted(inside, key=by_start))


def repeats(run: Run, node: Node) -> list[Node]:
    """Give what a retry or a fan-out repeats: among its children Argo may also count what comes after it."""
    if node.type not in REPEATING:
        return []
    found = [run.nodes[child] for child in node.children if child in run.nodes]
    return [each for each in found if each.name.startswith(node.name + "(")]


def pods(run: Run) -> tuple[Node, ...]:
    """Give every pod, each attempt for itself, in the order in which they began."""
    return tuple(sorted((node for node in run.nodes.values() if node.type == "Pod"), key=by_start))


def calls(run: Run) -> tuple[Node, ...]:
    """Give one node a task call: the retry around its attempts, or its only pod."""
    retries = {node.id: repeats(run, node) for node in run.nodes.values() if node.type == "Retry"}
    around = {key for key, attempts in retries.items() if all(each.type == "Pod" for each in attempts)}
    inner = {each.id for key in around for each in retries[key]}
    found = [node for node in run.nodes.values() if node.id in around or (node.type == "Pod" and node.id not in inner)]
    return tuple(sorted(found, key=by_start))


def attempts(run: Run, call: Node) -> tuple[Node, ...]:
    """Give the attempts of a call, the first one first."""
    return within(run, call) if call.type == "Retry" else (call,)


def ancestors(run: Run, node: Node) -> Iterator[Node]:
    """Yield what a node is inside of, the nearest first."""
    seen = node
    while seen.boundary is not None and seen.boundary in run.nodes:
        seen = run.nodes[seen.boundary]
        yield seen


def progress(run: Run) -> Progress:
    """Count the calls known so far; those not yet reached are not known to Argo."""
    phases = [node.phase for node in calls(run)]
    return Progress(
        total=len(phases),
        succeeded=phases.count(Phase.SUCCEEDED),
        failed=sum(phase.is_bad for phase in phases),
        running=phases.count(Phase.RUNNING),
        pending=phases.count(Phase.PENDING) + phases.count(Phase.NONE),
        skipped=sum(phase.is_idle for phase in phases),
    )


def changes(before: Run | None, after: Run) -> tuple[Node, ...]:
    """Give the nodes that are new, or stand elsewhere than before, in the order in which they began."""
    old = before.nodes if before else {}
    changed = (node for node in after.nodes.values() if node.id not in old or old[node.id] != node)
    return tuple(sorted(changed, key=by_start))


def by_start(node: Node) -> tuple[float, str]:
    return (node.started.timestamp() if node.started else float("inf"), node.name)


def by_finish(node: Node) -> tuple[float, float, str]:
    return (node.finished.timestamp() if node.finished else float("inf"), *by_start(node))
