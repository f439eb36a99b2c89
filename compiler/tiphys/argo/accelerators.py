"""From a device to what a pod asks for: the name and number of a resource, and the nodes that have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tiphys.authoring.devices import Device
from tiphys.diagnostics import nearest
from tiphys.profile import Profile
from tiphys.profile.accelerators import PARTITION, DeviceClass, DeviceRow, Variant
from tiphys.profile.nodes import Tolerations
from tiphys.profile.presets import presets

ON_A_PLANE = 8
IN_A_CUBE = 4
"""How many chips of a TPU slice one node has, by the dimensions of the topology."""


class NotThereError(Exception):
    """What a task asks for does not exist in this cluster: `setting` says it."""

    def __init__(self, setting: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.setting = setting
        self.message = message
        self.mend = mend


@dataclass(frozen=True)
class Asked:
    """What is asked for a device: so many of a resource, on nodes with these labels, whose taints are tolerated."""

    resource: str
    quantity: int
    selectors: tuple[Mapping[str, tuple[str, ...]], ...]
    tolerations: Tolerations


def asked_for(device: Device, profile: Profile) -> Asked:
    """Look a device up in the profile. Raises NotThereError."""
    kind = class_of(device, profile)
    row = row_of(device, kind)
    variant = variant_of(device, kind)
    resource = resource_of(device, kind, row, variant)
    suffix = kind.shared.suffix if device.shared and kind.shared is not None else ""
    labels = {key: tuple(value + suffix for value in values) for key, values in row.node_selector.items()}
    return Asked(
        resource=resource,
        quantity=chips_of(device) if device.device_class == "TPU" else device.quantity,
        selectors=(kind.node_selector, labels, variant.node_selector, part_of(device, kind)),
        tolerations=(*kind.tolerations, *row.tolerations, *variant.tolerations),
    )


def missing(message: str, mend: str) -> NotThereError:
    """Say that a device is not in the profile."""
    return NotThereError("resources", message, mend)


def resource_of(device: Device, kind: DeviceClass, row: DeviceRow, variant: Variant) -> str:
    """Name the resource: a divided or shared device is not a whole one of its row. Raises NotThereError."""
    own = row.resource if row.resource is not None and PARTITION in row.resource else None
    found = own or variant.resource or row.resource or kind.resource
    table = f"[accelerators.{device.device_class}.partitioned]"
    if device.partition is None and PARTITION in found:
        raise missing(
            f"`{device}` names no part, and the profile's `{found}` asks for one", "Say which part is wanted."
        )
    named = PARTITION in found or (
        kind.partitioned is not None and PARTITION in "".join(kind.partitioned.selected.values())
    )
    if device.partition is not None and not named:
        mend = f"Write `{PARTITION}` into `resource` or `selected` of {table}."
        raise missing(f"the profile does not say how the part {device.partition} is asked for", mend)
    return found.replace(PARTITION, device.partition or "")


def class_of(device: Device, profile: Profile) -> DeviceClass:
    """Find the class of a device in the profile."""
    name = device.device_class
    found: DeviceClass | None = getattr(profile.devices, name)
    if found is not None:
        return found
    table = f"give the profile a table [accelerators.{name}] with the `resource` that pods ask for"
    if name == "APPLE_SILICON":
        message = "no node of Kubernetes that we know offers Apple's chips, so a pod cannot ask for one"
        raise missing(message, f"Run it on this computer; or, where your cluster has them, {table}.")
    having = [preset for preset, tables in sorted(presets().items()) if name in tables.get("accelerators", {})]
    known = " or ".join(f"`accelerators = '{preset}'`" for preset in having)
    raise missing(
        f"the accelerators of this cluster have no class `{name}`", f"Say {known} in the profile, or {table}."
    )


def row_of(device: Device, kind: DeviceClass) -> DeviceRow:
    """Find the row of a device; without a name any device of the class will do."""
    if device.device is None:
        return DeviceRow()
    if device.device in kind.devices:
        return kind.devices[device.device]
    table = f'[accelerators.{device.device_class}.devices."{device.device}"]'
    mend = f"{nearest(device.device, sorted(kind.devices))} Others need a table {table} with the labels of their nodes."
    raise missing(f"the accelerators of this cluster have no `{device.device}`", mend.strip())


def variant_of(device: Device, kind: DeviceClass) -> Variant:
    """Find the nodes whose devices are divided or shared, as the device is."""
    name = f"accelerators.{device.device_class}"
    if device.shared:
        if kind.shared is None:
            mend = f"Ask for a whole one; or give the profile a table [{name}.shared] with the labels of such nodes."
            raise missing("the accelerators of this cluster have no shared devices", mend)
        if kind.shared.suffix and device.device is None:
            raise missing("a shared device is told from others by its name here", "Name the device: 'T4 shared:1'.")
        return kind.shared
    if device.partition is None:
        if kind.partitioned is not None and kind.partitioned.needed:
            known = f'{device.device_class}("{device.device or "V5E"}", "2x2")'
            raise missing(f"`{device}` has no topology, and nodes have slices only", f"Say which one, such as {known}.")
        return Variant()
    if kind.partitioned is None:
        mend = f"Ask for a whole one; or give the profile a table [{name}.partitioned] with the `resource` of a part."
        raise missing("the accelerators of this cluster have no divided devices", mend)
    return kind.partitioned


def part_of(device: Device, kind: DeviceClass) -> Mapping[str, tuple[str, ...]]:
    """Give the labels that name the part."""
    if device.partition is None or kind.partitioned is None:
        return {}
    return {key: (text.replace(PARTITION, device.partition),) for key, text in kind.partitioned.selected.items()}


def chips_of(device: Device) -> int:
    """Count the chips of a TPU slice, which a pod must ask for all of."""
    if device.partition is None:
        return device.quantity
    sides = [int(side) for side in device.partition.split("x")]
    chips = math.prod(sides)
    most = IN_A_CUBE if len(sides) == 3 else ON_A_PLANE
    if chips > most:
        message = f"the slice {device.partition} has {chips} chips on several nodes, and a task is one pod on one node"
        raise missing(
            message, f"Choose a slice of at most {most} chips, such as {'2x2x1' if len(sides) == 3 else '2x4'}."
        )
    return chips
