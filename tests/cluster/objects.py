"""Manifests and Workflows for the tests of the cluster: as small as they can be."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiphys.cluster import Cluster

OURS = {"app.kubernetes.io/managed-by": "tiphys"}


def bundle(name: str = "flow-bundle-77ab", content: bytes = b"zip") -> dict[str, Any]:
    """Write the ConfigMap of a bundle."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": OURS},
        "immutable": True,
        "binaryData": {"tiphys.zip": base64.b64encode(content).decode()},
    }


def template(name: str = "flow-main-3f2a", *, image: str = "python:3.11-slim") -> dict[str, Any]:
    """Write a WorkflowTemplate of one task."""
    container = {"image": image, "command": ["python3", "/tiphys/code/tiphys.zip"], "args": ["DIGEST", "hello"]}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name, "labels": OURS},
        "spec": {
            "entrypoint": "main",
            "arguments": {"parameters": [{"name": "x"}]},
            "templates": [
                {"name": "main", "dag": {"failFast": False, "tasks": [{"name": "hello", "template": "hello"}]}},
                {"name": "hello", "container": container},
            ],
        },
    }


def node(key: str, **fields: Any) -> dict[str, Any]:
    """Write one node of a Workflow's status."""
    plain = {"id": key, "name": key, "displayName": key, "type": "Pod", "phase": "Succeeded", "templateName": key}
    return {**plain, **fields}


def said(**outputs: str) -> dict[str, Any]:
    """Write the outputs of a node."""
    return {"parameters": [{"name": name, "value": value} for name, value in outputs.items()]}


def status(phase: str, *nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a Workflow's status."""
    return {"phase": phase, "nodes": {each["id"]: each for each in nodes}, **fields}


def packed(phase: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """Write a Workflow's status as Argo does when it is large."""
    text = json.dumps({each["id"]: each for each in nodes}).encode()
    return {"phase": phase, "compressedNodes": base64.b64encode(gzip.compress(text)).decode()}


def report(cluster: Cluster, name: str, written: dict[str, Any]) -> None:
    """Do what a controller does: write a Workflow's status."""
    workflow = cluster.read("Workflow", name)
    assert workflow is not None
    cluster.replace({**workflow, "status": written})
