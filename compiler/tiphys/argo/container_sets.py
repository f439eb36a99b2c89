"""A pod whose work is done by a container of any image: it and the shim's are a set, with a gate before it.

`main` is the shim: it writes the inputs, waits for the exit code of `user`, and writes the outputs; so envelopes,
records and retries are those of any task. `gate` ends when the inputs are there, and Argo then starts `user`.
"""

from __future__ import annotations

import json

from hera.workflows import models as m

from tiphys.argo.pods import ROOT
from tiphys.argo.requests import as_quantities
from tiphys.authoring.container import Beside
from tiphys.authoring.processes import command_in_pod
from tiphys.diagnostics import InternalError
from tiphys_runtime.beside import NAME

GATE, MAIN = "gate", "main"
FOLDERS = ("inputs", "outputs")
SHIM = {"cpu": "100m", "memory": "128Mi"}
WAITING = {"cpu": "10m", "memory": "32Mi"}


def as_set(template: m.Template, beside: Beside, image: str) -> m.Template:
    """Give the user's container its own place in a pod. image: of the shim's containers."""
    container = template.container
    if container is None:
        raise InternalError(f"the template {template.name} has no container")
    mounts = container.volume_mounts or []
    ours = [mount for mount in mounts if mount.mount_path.startswith(ROOT)]
    shared = [m.VolumeMount(name=name, mount_path=f"{ROOT}/{name}") for name in FOLDERS]
    theirs = [
        m.VolumeMount(name=name, mount_path=path)
        for name, path in zip(FOLDERS, (beside.inputs, beside.outputs), strict=True)
    ]
    rest = [mount for mount in mounts if mount not in ours]
    env = container.env or []
    own = [item for item in env if item.name == "PYTHONHASHSEED" or item.name.startswith("TIPHYS_")]
    command, *arguments = command_in_pod(beside)
    main = node(container, MAIN, image=image, env=own, volume_mounts=[*ours, *shared], resources=asking(SHIM))
    gate = node(container, GATE, image=image, args=[GATE], env=None, volume_mounts=ours, resources=asking(WAITING))
    user = node(
        container,
        NAME,
        command=[command],
        args=arguments or None,
        env=[item for item in env if item not in own] or None,
        volume_mounts=[*theirs, *rest],
        dependencies=[GATE],
    )
    folders = [m.Volume(name=name, empty_dir=m.EmptyDirVolumeSource()) for name in FOLDERS]
    return template.model_copy(
        update={
            "container": None,
            "container_set": m.ContainerSetTemplate(containers=[gate, user, main]),
            "volumes": [*(template.volumes or ()), *folders],
            "pod_spec_patch": aimed(template.pod_spec_patch),
        }
    )


def aimed(patch: str | None) -> str | None:
    """Let what a patch says of the task's container hold for the user's."""
    if patch is None:
        return None
    found = json.loads(patch)
    for item in found.get("containers", ()):
        if item.get("name") == MAIN:
            item["name"] = NAME
    return json.dumps(found)


def node(like: m.Container, name: str, **changed: object) -> m.ContainerNode:
    """Make one container of the set."""
    said = {field: getattr(like, field) for field in type(like).model_fields}
    return m.ContainerNode(
        **{key: value for key, value in {**said, "name": name, **changed}.items() if value is not None}
    )


def asking(requests: dict[str, str]) -> m.ResourceRequirements:
    """Ask for what a process of ours needs."""
    return m.ResourceRequirements(requests=as_quantities(requests))
