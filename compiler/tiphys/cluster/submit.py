"""A Workflow is started: a few lines that name a WorkflowTemplate and give its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiphys.cluster.apply import MANAGED_BY, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiphys.cluster.connection import Cluster

NAME_LENGTH = 63  # Argo puts the name of a Workflow into a label
SUFFIX_LENGTH = 5  # what the API server appends to generateName
TEMPLATE_LABEL = "workflows.argoproj.io/workflow-template"  # by which Argo's own tools list the runs of a template


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
) -> Submitted:
    """Start a run of a WorkflowTemplate; the arguments are plain text, as a person would type them."""
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "generateName": template[: NAME_LENGTH - SUFFIX_LENGTH - 1].rstrip("-.") + "-",
            "labels": {**(labels or {}), MANAGED_BY: OURS, TEMPLATE_LABEL: template},
            "annotations": dict(annotations or {}),
        },
        "spec": {
            "workflowTemplateRef": {"name": template},
            "arguments": {"parameters": [{"name": name, "value": text} for name, text in (arguments or {}).items()]},
        },
    }
    metadata = cluster.create(body)["metadata"]
    return Submitted(metadata["name"], metadata["uid"], metadata["namespace"])
