"""How runs end: what the engine or the cluster has of one, as its state and its outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tiphys.cluster import nodes
from tiphys.outcomes import Ended, as_value, blob_reader

if TYPE_CHECKING:
    from tiphys.argo.report import Manifest
    from tiphys.cluster import Cluster
    from tiphys.engine import LocalRun

ANNOTATION = "tiphys.dev/task"


def as_state(done: LocalRun, begun: datetime) -> nodes.Run:
    """Describe a local run as one of the cluster is."""
    found = {key: node_of(raw) for key, raw in done.nodes.items()}
    return nodes.Run(
        name=done.name,
        namespace="local",
        uid="",
        phase=nodes.Phase(str(done.phase)),
        message=done.message,
        started=begun,
        finished=datetime.now(UTC),
        nodes=found,
    )


def node_of(raw: Mapping[str, Any]) -> nodes.Node:
    """Describe a node of the engine as one of the cluster is."""
    return nodes.Node(
        id=raw["id"],
        name=raw["id"],
        display_name=raw["name"],
        type=raw["kind"],
        phase=nodes.Phase(raw["phase"]),
        template=raw["template"] or "",
        children=tuple(raw["children"]),
        boundary=raw["boundary"],
        started=moment(raw["started"]),
        finished=moment(raw["finished"]),
        message=raw["message"] or "",
        exit_code=raw["exit_code"],
        inputs=raw["inputs"] or {},
        outputs=raw["outputs"] or {},
        left=raw["artifacts"],
    )


def moment(seconds: float | None) -> datetime | None:
    """Give a time of the engine in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def ended_here(done: LocalRun, state: nodes.Run, manifest: Manifest) -> Ended:
    """Read the outcome of a local run."""
    from tiphys.cluster.result import failure

    if state.phase.is_bad:
        return Ended(titled(failure(state).envelope, manifest))

    def items(envelope: Mapping[str, Any]) -> list[bytes | None]:
        files = (done.store / envelope["k"] / str(index) / "_" for index in range(envelope["c"]))
        return [file.read_bytes() if file.is_file() else None for file in files]

    return succeeded(done.outputs, manifest, lambda envelope: (done.store / envelope["k"]).read_bytes(), items)


def ended_there(cluster: Cluster, state: nodes.Run, manifest: Manifest) -> Ended:
    """Read the outcome of a run in the cluster."""
    from tiphys.cluster.result import failure, fetch, fetch_items

    if state.phase.is_bad:
        return Ended(titled(failure(state).envelope, manifest))
    outputs = state.root.outputs if state.root is not None else {}
    return succeeded(
        outputs,
        manifest,
        lambda envelope: fetch(cluster, state, dict(envelope)),
        lambda envelope: fetch_items(cluster, state, dict(envelope)),
    )


def titled(envelope: Mapping[str, Any], manifest: Manifest) -> Mapping[str, Any]:
    """Name the task in a record that no pod wrote: the cluster knows its template only."""
    error = envelope["e"]
    return {"e": {**error, "task": task_names(manifest.objects).get(error["task"], error["task"])}}


def succeeded(
    outputs: Mapping[str, str],
    manifest: Manifest,
    fetch: Callable[[Mapping[str, Any]], bytes],
    items: Callable[[Mapping[str, Any]], list[bytes | None]],
) -> Ended:
    """Read the outputs of a run: the result, and the parts that it may have to be put together of."""
    parts: list[Mapping[str, Any]] = []
    while (text := outputs.get(f"r{len(parts)}")) is not None:
        parts.append(as_value(json.loads(text)))
    result = as_value(json.loads(outputs.get("r", "{}")))
    return Ended(result, fetch, blob_reader(manifest.objects), tuple(parts), items)


def task_names(objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give the task that each template stands for."""
    return {
        template["name"]: template["metadata"]["annotations"][ANNOTATION]
        for item in objects
        if item["kind"] == "WorkflowTemplate"
        for template in item["spec"]["templates"]
        if ANNOTATION in template.get("metadata", {}).get("annotations", {})
    }
