"""A Workflow is started: a few lines that name a WorkflowTemplate and give its arguments."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tiphys.cluster.apply import MANAGED_BY, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiphys.cluster.connection import Cluster

NAME_LENGTH = 63  # Argo puts the name of a Workflow into a label
SUFFIX_LENGTH = 5  # what the API server appends to generateName
TEMPLATE_LABEL = "workflows.argoproj.io/workflow-template"  # by which Argo's own tools list the runs of a template

PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.1
TRIES = 4


@dataclass(frozen=True, slots=True)
class Submitted:
    """A run that was started."""

    name: str
    uid: str
    namespace: str


def submit(
    cluster: Cluster,
    template: str,
    arguments: Mapping[str, str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    parallelism: int | None = None,
    name: str | None = None,
) -> Submitted:
    """Start a run of a WorkflowTemplate; the arguments are plain text, as a person would type them.

    parallelism: how many pods of it run at once. name: of the run; by default one that begins as the template's does.
    """
    prefix = template[: NAME_LENGTH - SUFFIX_LENGTH - 1].rstrip("-.") + "-"
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            **({"generateName": prefix} if name is None else {"name": name}),
            "labels": {**(labels or {}), MANAGED_BY: OURS, TEMPLATE_LABEL: template},
            "annotations": dict(annotations or {}),
        },
        "spec": {
            "workflowTemplateRef": {"name": template},
            "arguments": {"parameters": [{"name": name, "value": text} for name, text in (arguments or {}).items()]},
            **({} if parallelism is None else {"parallelism": parallelism}),
        },
    }
    metadata = cluster.create(body)["metadata"]
    return Submitted(metadata["name"], metadata["uid"], metadata["namespace"])


def submit_new(
    cluster: Cluster,
    template: str,
    arguments: Mapping[str, str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    parallelism: int | None = None,
    name: str | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Submitted:
    """Start a run of a WorkflowTemplate that was created just now.

    A busy controller may see the run before it sees the template; that run is over at once, and is started again.
    """
    start = partial(
        submit, cluster, template, arguments,
        labels=labels, annotations=annotations, parallelism=parallelism, name=name,
    )  # fmt: skip
    for _ in range(TRIES - 1):
        made = start()
        if not was_early(cluster, made, template, patience):
            return made
        cluster.delete("Workflow", made.name)
    return start()


def was_early(cluster: Cluster, made: Submitted, template: str, patience: float) -> bool:
    """Say whether a run has ended because the controller did not know its template yet."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        status = (cluster.read("Workflow", made.name) or {}).get("status", {})
        if status.get("phase"):
            text = str(status.get("message", ""))
            return status["phase"] in ("Error", "Failed") and template in text and "not found" in text
        time.sleep(PAUSE_SECONDS)
    return False
