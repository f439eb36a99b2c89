"""A manifest's objects are created, or brought up to date. Nothing is written before everything was found valid."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from tiphys.cluster.refusals import Conflict, Refused, lines, too_large

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiphys.cluster.connection import Cluster, Json

MANAGED_BY = "app.kubernetes.io/managed-by"
OURS = "tiphys"
ORDER = ("ConfigMap", "WorkflowTemplate", "CronWorkflow", "Sensor")  # what is used comes before what uses it
ETCD_BYTES = 1_572_864
SLACK_BYTES = 16_384  # the request around the object
INVALID = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
ATTEMPTS = 5
# what the API server writes into every object
WRITTEN = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")

Action = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What happened to one object; `left`: it is there, and the source does not have it any more."""

    kind: str
    name: str
    namespace: str
    action: Action | Literal["left", "deleted"]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name} {self.action}"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one object, and the body to send."""

    action: Action
    body: Json
    namespace: str
    wanted: Mapping[str, Any]


def apply(cluster: Cluster, objects: Iterable[Mapping[str, Any]]) -> tuple[Applied, ...]:
    """Create or update the objects; if one would be refused, all refusals are raised and nothing is written."""
    steps, refused = [], []
    for wanted in sorted(objects, key=lambda each: ORDER.index(each["kind"])):
        try:
            steps.append(planned(cluster, wanted))
        except Refused as error:
            if error.code not in INVALID:
                raise
            refused.append(error)
    if refused:
        raise Refused("\n\n".join(map(str, refused)), code=refused[0].code)
    return tuple(carry_out(cluster, step) for step in steps)


def planned(cluster: Cluster, wanted: Mapping[str, Any]) -> Step:
    """Plan for an object that others may be writing at the same time: the same program, submitted twice at once."""
    for _ in range(ATTEMPTS):
        with contextlib.suppress(Conflict):
            return plan(cluster, wanted)
    return plan(cluster, wanted)


def plan(cluster: Cluster, wanted: Mapping[str, Any]) -> Step:
    """Find out what an object needs, by asking the API server without letting it write."""
    body = {**wanted, "metadata": {**wanted["metadata"]}}
    body["metadata"]["labels"] = {**body["metadata"].get("labels", {}), MANAGED_BY: OURS}
    namespace = body["metadata"].get("namespace") or cluster.namespace
    existing = cluster.read(body["kind"], body["metadata"]["name"], namespace=namespace)
    if existing is None:
        fits(cluster, cluster.create(body, namespace=namespace, dry_run=True), namespace)
        return Step("created", body, namespace, wanted)
    check_ours(existing)
    if existing.get("immutable"):
        return Step("unchanged", same_data(existing, body), namespace, wanted)
    body = brought_up_to_date(existing, body)
    answer = cluster.replace(body, namespace=namespace, dry_run=True)
    fits(cluster, answer, namespace)
    return Step("unchanged" if bare(answer) == bare(existing) else "updated", body, namespace, wanted)


def carry_out(cluster: Cluster, step: Step) -> Applied:
    """Do what was planned for one object; if someone else wrote it since, plan it once more."""
    try:
        write(cluster, step)
    except Conflict:
        step = planned(cluster, step.wanted)
        write(cluster, step)
    return Applied(step.body["kind"], step.body["metadata"]["name"], step.namespace, step.action)


def write(cluster: Cluster, step: Step) -> None:
    match step.action:
        case "created":
            cluster.create(step.body, namespace=step.namespace)
        case "updated":
            cluster.replace(step.body, namespace=step.namespace)
        case "unchanged":
            pass


def check_ours(existing: Json) -> None:
    """Refuse to touch an object that tiphys did not make."""
    metadata = existing["metadata"]
    if metadata.get("labels", {}).get(MANAGED_BY) == OURS:
        return
    raise Refused(
        lines(
            f"there is a {existing['kind']} `{metadata['name']}` in namespace `{metadata['namespace']}`, "
            f"and it was not made by tiphys (it has no label `{MANAGED_BY}: {OURS}`)",
            mend="Rename the environment or the task, or choose another namespace.",
        ),
        code=HTTPStatus.CONFLICT,
    )


def same_data(existing: Json, body: Json) -> Json:
    """Check that an object whose name holds its digest holds what the digest says."""
    if all(existing.get(part) == body.get(part) for part in ("data", "binaryData")):
        return body
    metadata = existing["metadata"]
    raise Refused(
        lines(
            f"the {existing['kind']} `{metadata['name']}` in namespace `{metadata['namespace']}` has other contents "
            "than its name says, and cannot be changed",
            mend="Someone has replaced it: delete it, and submit again.",
        ),
        code=HTTPStatus.CONFLICT,
    )


def brought_up_to_date(existing: Json, body: Json) -> Json:
    """Replace all but what others wrote beside it: their labels and annotations, the status."""
    metadata = {key: value for key, value in existing["metadata"].items() if key != "managedFields"}
    for part in ("labels", "annotations"):
        if merged := {**metadata.get(part, {}), **body["metadata"].get(part, {})}:
            metadata[part] = merged
    status = {"status": existing["status"]} if "status" in existing else {}
    return {**body, **status, "metadata": metadata}


def bare(found: Json) -> Json:
    """Leave out what the API server writes itself."""
    metadata = {key: value for key, value in found["metadata"].items() if key not in WRITTEN}
    return {**found, "metadata": metadata}


def fits(cluster: Cluster, answer: Json, namespace: str) -> None:
    """Check the size of the object as it would be stored: a request that is not meant does not reach the store."""
    size = len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())
    # built-in kinds have limits of their own, and are stored in another form
    if answer["apiVersion"] == "v1" or size + SLACK_BYTES <= ETCD_BYTES:
        return
    act = cluster.act("create", answer["kind"], answer["metadata"]["name"], namespace=namespace)
    raise too_large(act, f"it would take {size:,} bytes there, of {ETCD_BYTES:,} that fit")
