"""The accelerators of a cluster: what they are called where pods ask for them, and which nodes have them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from tiphys.profile.nodes import Nodes
from tiphys.profile.part import Part, label_key

PARTITION = "{partition}"


def resource(text: str) -> str:
    """Check the name of an extended resource."""
    if "/" not in text:
        msg = "the name of a resource has a domain, as in 'nvidia.com/gpu'"
        raise ValueError(msg)
    label_key(re.sub(re.escape(PARTITION), "p", text))
    return text


Resource = Annotated[str, AfterValidator(resource)]


class Variant(Nodes):
    """Nodes whose devices are divided, or shared. resource: its name, where that is another one."""

    resource: Resource | None = None


class Partitioned(Variant):
    """Nodes with divided devices. In `resource` and `selected`, `{partition}` stands for the part that is asked for.

    selected: labels of the nodes that name the part. needed: a part must be said, for there is no whole.
    """

    selected: dict[str, str] = Field(default={})
    needed: bool = False


class Shared(Variant):
    """Nodes whose devices several pods take turns on. suffix: what the labels of the device end with there."""

    suffix: str = ""


class DeviceRow(Variant):
    """One device: which nodes have it."""


class DeviceClass(Nodes):
    """A kind of accelerator. resource: what pods ask for. devices: the nodes of each."""

    resource: Resource
    devices: dict[str, DeviceRow] = Field(default={})
    partitioned: Partitioned | None = None
    shared: Shared | None = None


class Accelerators(Part):
    """What there is of each class; a class without a table does not exist in this cluster."""

    preset: str | None = None
    GPU: DeviceClass | None = None
    TPU: DeviceClass | None = None
    NEURON: DeviceClass | None = None
    AMD_GPU: DeviceClass | None = None
    HABANA_GAUDI: DeviceClass | None = None
    APPLE_SILICON: DeviceClass | None = None
