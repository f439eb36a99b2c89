"""What a pod asks of its node: resources, and the volumes it works in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hera.workflows import models as m

from tiphys.argo.caching import operand_at
from tiphys.argo.expressions import parameter_of, quantity_in
from tiphys.argo.pods import ROOT
from tiphys.authoring.containers import MAIN
from tiphys.authoring.resources import Resources
from tiphys.ir import Plan


def resources_of(resources: Resources | None, device: tuple[str, int] | None) -> m.ResourceRequirements | None:
    """Write resources as Kubernetes takes them: limits where they were said. device: a name and a number, as both."""
    if resources is None:
        return None
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for name, value in (("cpu", resources.cpu), ("memory", resources.memory), ("ephemeral-storage", resources.disk)):
        if isinstance(value, tuple):
            requests[name], limits[name] = value
        elif value is not None:
            requests[name] = value
    if device is not None:
        requests[device[0]] = limits[device[0]] = str(device[1])
    if not requests:
        return None
    return m.ResourceRequirements(requests=as_quantities(requests), limits=as_quantities(limits))


def patch_of(plan: Plan) -> str | None:
    """Write the quantities that only run time knows, as a patch of the pod."""
    asked: dict[str, dict[str, str]] = {}
    for name, slot in plan.resources:
        side, resource = name.split()
        asked.setdefault(side, {})[resource] = quantity_in(parameter_of(operand_at(plan, slot)))
    if not asked:
        return None
    return json.dumps({"containers": [{"name": MAIN, "resources": asked}]})


def as_quantities(values: Mapping[str, str]) -> Any:
    """Wrap quantities in hera's own type."""
    return {name: m.Quantity(root=value) for name, value in values.items()} or None


def volumes_of(resources: Resources | None, bundle: str) -> tuple[list[m.Volume], list[m.VolumeMount]]:
    """Give the pod's own folder, the code below it, and the shared memory."""
    volumes = [
        m.Volume(name="tiphys", empty_dir=m.EmptyDirVolumeSource()),
        m.Volume(name="code", config_map=m.ConfigMapVolumeSource(name=bundle)),
    ]
    mounts = [m.VolumeMount(name="tiphys", mount_path=ROOT), m.VolumeMount(name="code", mount_path=f"{ROOT}/code")]
    if resources is not None and resources.shm is not None:
        size = None if resources.shm == "auto" else m.Quantity(root=resources.shm)
        volumes.append(m.Volume(name="shm", empty_dir=m.EmptyDirVolumeSource(medium="Memory", size_limit=size)))
        mounts.append(m.VolumeMount(name="shm", mount_path="/dev/shm"))  # noqa: S108  shared memory, by its name
    return volumes, mounts
