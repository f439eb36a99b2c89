"""What a pod has in the cluster and not on this computer: other containers, and folders from volumes."""

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
    secret = {volume["name"] for volume in template.get("volumes") or () if "projected" in volume}
    for mount in (template.get("container") or {}).get("volumeMounts") or ():
        path = str(mount["mountPath"])
        is_ours = path == ROOT or path.startswith(f"{ROOT}/") or mount["name"] in secret
        if not is_ours and path != "/dev/shm":  # noqa: S108  this computer has one
            yield f"the folder {path}"
