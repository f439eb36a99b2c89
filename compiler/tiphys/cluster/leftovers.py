"""The triggers of a program that are in the cluster, and not in its source any more."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from tiphys.cluster.apply import MANAGED_BY, OURS, Applied
from tiphys.cluster.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from tiphys.cluster.connection import Cluster

PROGRAM = "tiphys.dev/program"
TRIGGERS = ("CronWorkflow", "Sensor")
"""Kinds of objects that start runs by themselves: a single run leaves those in the cluster as they are."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What was found, and why a kind could not be looked for."""

    found: tuple[Applied, ...]
    notes: tuple[str, ...]


def leftovers(cluster: Cluster, objects: Iterable[Mapping[str, Any]]) -> Leftovers:
    """Find the triggers with the label of a program that are not among its objects."""
    wanted = {(item["kind"], item["metadata"]["name"]) for item in objects}
    programs = {label for item in objects if (label := item["metadata"].get("labels", {}).get(PROGRAM))}
    found: list[Applied] = []
    notes: list[str] = []
    for kind in TRIGGERS:
        for program in sorted(programs):
            try:
                there = cluster.find(kind, labels=f"{MANAGED_BY}={OURS},{PROGRAM}={program}")
            except Refused as error:
                if error.code == HTTPStatus.FORBIDDEN:
                    first, *_ = str(error).splitlines()
                    notes.append(f"whether triggers have been left in the cluster is not known: {first}")
                elif error.code != HTTPStatus.NOT_FOUND:  # Argo Events may not be installed
                    raise
                continue
            metadata = [item["metadata"] for item in there if "deletionTimestamp" not in item["metadata"]]
            found.extend(
                Applied(kind, one["name"], one["namespace"], "left")
                for one in metadata
                if (kind, one["name"]) not in wanted
            )
    return Leftovers(tuple(found), tuple(notes))


def prune(cluster: Cluster, found: Iterable[Applied]) -> tuple[Applied, ...]:
    """Delete them, and none of the runs that they have started."""
    deleted = []
    for one in found:
        # runs belong to their CronWorkflow, as the Deployment of a Sensor does to that
        cluster.delete(one.kind, one.name, namespace=one.namespace, keep=one.kind == "CronWorkflow")
        deleted.append(Applied(one.kind, one.name, one.namespace, "deleted"))
    return tuple(deleted)
