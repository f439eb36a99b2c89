"""What containers and volumes of a pod template may not be: Argo and the task's own container are in the pod, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tiphys.authoring.quantities import amount
from tiphys.diagnostics import nearest

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
MAIN = "main"
"""The task's own container, in every pod of Argo's."""
ARGO = ("wait", "init", "artifact-plugin", "artifact-plugin-init", "supervisor")
"""The containers that Argo adds."""
VOLUMES = ("tiphys", "code", "var-run-argo", "tmp-dir-argo", "input-artifacts", "argo-env-config", "artifact-plugin")
"""The volumes that are in the pod anyway."""
PATHS = ("/tiphys", "/var/run/argo", "/argo", "/tmp/dir/argo")  # noqa: S108  names, nothing is written
"""The folders that are in the container anyway."""
OURS = {
    "command": "the command is the task's: leave it out, or name another container with `primary_container_name=`",
    "args": "the arguments are the task's: leave them out, or name another container with `primary_container_name=`",
    "terminationMessagePath": "the task's own error is told there: leave it out",
    "restartPolicy": "a task is tried again by Argo: say `retries=` of the task",
    "restartPolicyRules": "a task is tried again by Argo: say `retries=` of the task",
}
REFUSED = {
    "activeDeadlineSeconds": "say `timeout=` of the task",
    "ephemeralContainers": "they can be added to a running pod only",
    "priority": "Kubernetes computes it, from the class: say `priorityClassName`",
    "preemptionPolicy": "it is that of the class: say `priorityClassName`",
    "overhead": "it is that of the runtime class: say `runtimeClassName`",
}


def check_containers(spec: Mapping[str, Any], primary: str) -> None:
    """Check a pod spec whose fields are known. Raises ValueError that names the place."""
    for name, why in REFUSED.items():
        if name in spec:
            raise refused(f"pod_spec.{name}", why)
    if spec.get("restartPolicy", "Never") != "Never":
        raise refused("pod_spec.restartPolicy", "Argo's pods are never restarted; say `retries=` of the task")
    if spec.get("automountServiceAccountToken") is False:
        raise refused("pod_spec.automountServiceAccountToken", "Argo reports from within the pod, and needs the token")
    check_names(spec, primary)
    check_volumes(spec, primary)
    main: Mapping[str, Any] = next((item for item in spec.get("containers", []) if item["name"] == primary), {})
    for name, why in OURS.items():
        if main.get(name):
            raise refused(f"pod_spec.containers[{primary}].{name}", why)
    for item in main.get("env", []):
        if item.get("name", "").startswith("TIPHYS_") or item.get("name") == "PYTHONHASHSEED":
            raise refused(f"pod_spec.containers[{primary}].env", f"the variable `{item['name']}` is tiphys' own")


def check_names(spec: Mapping[str, Any], primary: str) -> None:
    """Check the names of containers, and that there is a primary one."""
    for path, item in containers_of(spec):
        name = item.get("name")
        if not isinstance(name, str) or LABEL.fullmatch(name) is None:
            msg = f"`{path}.name` is {name!r}, and must be lower-case letters, digits and `-`"
            raise ValueError(msg)
    names = [item["name"] for item in spec.get("containers", [])]
    if names and primary not in names:
        msg = f"it has no container `{primary}`, which the task would become. {nearest(primary, names)}"
        raise ValueError(f"{msg} Say `primary_container_name=`.")
    seen: set[str] = set()
    for path, item in containers_of(spec):
        name = item["name"]
        check_other(path, item, primary)
        if name in seen:
            msg = f"two containers are called `{name}`"
            raise ValueError(msg)
        seen.add(name)


def check_other(path: str, item: Mapping[str, Any], primary: str) -> None:
    """Check a container that stands beside Argo's, and that brings its own image if it is not the task's."""
    name = item["name"]
    is_primary = name == primary and path.startswith("pod_spec.containers")
    if name in ARGO:
        raise refused(f"{path}.name", f"Argo's own container is called `{name}`; rename it")
    if name == MAIN and not is_primary:
        why = "the task's own container is called `main`; rename it, or say `primary_container_name='main'`"
        raise refused(f"{path}.name", why)
    if not item.get("image") and not is_primary:
        msg = f"`{path}` (`{name}`) has no image"
        raise ValueError(msg)
    if not is_primary:
        check_resources(f"{path}.resources", item.get("resources", {}))


def check_resources(path: str, resources: Mapping[str, Any]) -> None:
    """Check what a container asks for. That of the task is checked with what the task's settings say of it."""
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    for name, request in requests.items():
        limit = limits.get(name)
        if limit is None and is_device(name):
            raise refused(f"{path}.requests.{name}", f"a device needs a limit that is equal: `limits` {request}")
        if limit is not None and amount(request) > amount(limit):
            raise refused(f"{path}.requests.{name}", f"the request {request} is above the limit {limit}")
        if limit is not None and is_device(name) and amount(request) != amount(limit):
            raise refused(f"{path}.requests.{name}", f"a device's request and limit are equal, not {request}, {limit}")


def is_device(name: str) -> bool:
    """Say whether a resource is one that a device plugin offers: Kubernetes divides none of those."""
    return ("/" in name and not name.startswith("kubernetes.io/")) or name.startswith("hugepages-")


def check_volumes(spec: Mapping[str, Any], primary: str) -> None:
    """Check the volumes and where they are mounted."""
    names: list[str] = []
    for number, volume in enumerate(spec.get("volumes", [])):
        name = volume.get("name")
        if not isinstance(name, str) or LABEL.fullmatch(name) is None:
            msg = f"`pod_spec.volumes[{number}].name` is {name!r}, and must be lower-case letters, digits and `-`"
            raise ValueError(msg)
        if name in VOLUMES or name in names:
            whose = "two volumes are called so" if name in names else "a volume of tiphys' or of Argo's is called so"
            raise refused(f"pod_spec.volumes[{number}].name", f"`{name}`: {whose}; rename it")
        names.append(name)
    for path, item in containers_of(spec):
        for number, mount in enumerate(item.get("volumeMounts", [])):
            place = f"{path}.volumeMounts[{number}]"
            name, folder = mount.get("name"), str(mount.get("mountPath", ""))
            if name not in names:
                msg = f"`{place}`: there is no volume `{name}` in `pod_spec.volumes`. {nearest(str(name), names)}"
                raise ValueError(msg.strip())
            if not folder.startswith("/"):
                msg = f"`{place}.mountPath` is {folder!r}, and must be a path from `/` on"
                raise ValueError(msg)
            inside = folder.rstrip("/") + "/"
            if item["name"] == primary and (inside == "/" or any(inside.startswith(f"{own}/") for own in PATHS)):
                raise refused(f"{place}.mountPath", f"`{folder}` is a folder of tiphys' or of Argo's; choose another")


def containers_of(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each container with its place."""
    for kind in ("initContainers", "containers"):
        for number, item in enumerate(spec.get(kind, [])):
            yield f"pod_spec.{kind}[{number}]", item


def refused(path: str, why: str) -> ValueError:
    """Say that a field cannot be there."""
    return ValueError(f"`{path}`: {why}")
