"""What a pod has in the cluster and not on this computer: other containers, folders from volumes, some variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tiphys.engine.containers import ROOT

Object = Mapping[str, Any]


def absent(manifest: Iterable[Object]) -> Iterator[str]:
    """Say, for each template, what of its pod is not there when it runs on this computer."""
    for body in manifest:
        if body.get("kind") == "WorkflowTemplate":
            for template in body["spec"]["templates"]:
                if missing := list(missing_in(template)):
                    yield f"`{template['name']}`: {', '.join(missing)}"


def missing_in(template: Object) -> Iterator[str]:
    """List what is missing of one template's pod."""
    for kind, title in (("initContainers", "init container"), ("sidecars", "sidecar")):
        for item in template.get(kind) or ():
            yield f"the {title} `{item['name']}`"
    yield from variables_in(template.get("container") or {})
    secret = {volume["name"] for volume in template.get("volumes") or () if "projected" in volume}
    for mount in (template.get("container") or {}).get("volumeMounts") or ():
        path = str(mount["mountPath"])
        is_ours = path == ROOT or path.startswith(f"{ROOT}/") or mount["name"] in secret
        if not is_ours and path != "/dev/shm":  # noqa: S108  this computer has one
            yield f"the folder {path}"


def variables_in(container: Object) -> Iterator[str]:
    """List the variables that only the cluster can fill; those of secrets are looked for on this computer."""
    for item in container.get("env") or ():
        if "secretKeyRef" not in (item.get("valueFrom") or {"secretKeyRef": None}):
            yield f"the variable {item['name']}"
    for item in container.get("envFrom") or ():
        kind, source = ("Secret", "secretRef") if "secretRef" in item else ("ConfigMap", "configMapRef")
        yield f"what the {kind} `{(item.get(source) or {}).get('name')}` sets"
