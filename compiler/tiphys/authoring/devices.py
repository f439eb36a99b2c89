"""Accelerators: which there are, how many of them one node has, and into what they are divided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, field_validator, model_validator

from tiphys.authoring.model import Setting
from tiphys.authoring.naming import as_flag
from tiphys.diagnostics import nearest

CLASSES = ("GPU", "TPU", "NEURON", "AMD_GPU", "HABANA_GAUDI", "APPLE_SILICON")
A100 = ("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb")
GB80 = ("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb")
H200 = ("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb")
B200 = ("1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb")
RTX = ("1g.24gb", "2g.48gb", "4g.96gb")
PLANE = ("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16")
CUBE = (
    "2x2x1", "2x2x2", "2x2x4", "2x4x4", "4x4x4", "4x4x8", "4x8x8", "8x8x8", "8x8x16", "8x16x16", "16x16x16", "16x16x24"
)  # fmt: skip
DEVICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "GPU": {
        "A2": (), "A10": (), "A10G": (), "A100": A100, "A100 80G": GB80, "B200": B200, "GB10": (), "H100": GB80,
        "H200": H200, "L4": (), "L40s": (), "RTX PRO 6000": RTX, "T4": (), "V100": (),
    },
    "TPU": {"V5E": PLANE, "V5P": CUBE, "V6E": PLANE},
    "NEURON": dict.fromkeys(("Inf1", "Inf2", "Trn1", "Trn1n", "Trn2", "Trn2u"), ()),
    "AMD_GPU": dict.fromkeys(
        ("MI100", "MI210", "MI250", "MI250X", "MI300A", "MI300X", "MI325X", "MI350X", "MI355X"), ()
    ),
    "HABANA_GAUDI": {"Gaudi1": ()},
    "APPLE_SILICON": {},
}  # fmt: skip
"""For each class its devices, and the partitions of each: MIG profiles of GPUs, topologies of TPU slices."""
CALLED = {"NEURON": "Neuron"}
"""The functions that make devices of a class, where they are not called as that is."""
MOST_OF_A_NODE = 10**6
MOST = {"GPU": 8, "NEURON": 16, "AMD_GPU": 8, "HABANA_GAUDI": 8, "TPU": 1}
"""How many one node has at most, of those that are asked for by text: a task is one pod, on one node."""
TEXT = re.compile(r"(?P<device>[^:]+?)(?P<shared>[ _]shared)?\s*(?::\s*(?P<count>.*))?", re.IGNORECASE)
DeviceClass = Literal["GPU", "TPU", "NEURON", "AMD_GPU", "HABANA_GAUDI", "APPLE_SILICON"]


class Device(Setting):
    """What a task computes with.

    quantity: how many. device_class: one of `CLASSES`. device: which; none is any of the class. partition: the part of
    each, such as a MIG profile, or the topology of a TPU slice. shared: several pods take turns on it.

    Other devices than those we know can be asked for, where the profile has a row for them.
    """

    quantity: int
    device_class: DeviceClass
    device: str | None = None
    partition: str | None = None
    shared: Annotated[bool, BeforeValidator(as_flag)] = False

    def __init__(
        self,
        quantity: int,
        device_class: str,
        device: str | None = None,
        partition: str | None = None,
        *,
        shared: bool = False,
        **unknown: Any,
    ) -> None:
        super().__init__(
            quantity=quantity, device_class=device_class, device=device, partition=partition, shared=shared, **unknown
        )

    def __str__(self) -> str:
        name = (self.device or self.device_class) + (" shared" if self.shared else "")
        return f"{name}:{self.quantity}" + (f" ({self.partition})" if self.partition else "")

    @field_validator("quantity", mode="before")
    @classmethod
    def _count(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            msg = "write how many, 1 or more"
            raise ValueError(msg)
        if value > MOST_OF_A_NODE:
            msg = "no node has that many"
            raise ValueError(msg)
        return value

    @field_validator("device_class", mode="before")
    @classmethod
    def _class(cls, value: object) -> object:
        if value not in CLASSES:
            msg = f"there is no such class. {nearest(str(value), list(CLASSES))}"
            raise ValueError(msg)
        return value

    @field_validator("device", mode="before")
    @classmethod
    def _name(cls, value: object) -> object:
        if value is not None and (not isinstance(value, str) or not value):
            msg = "write the name of a device, as text"
            raise ValueError(msg)
        return spelled(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _possible(self) -> Device:
        check_partition(self)
        if self.shared and (self.quantity > 1 or self.partition):
            msg = "a shared device is one, and whole: what several pods take turns on cannot be counted"
            raise ValueError(msg)
        if self.device_class == "TPU" and self.quantity != 1:
            msg = "a TPU is asked for as one slice; its size is the partition, such as '2x2'"
            raise ValueError(msg)
        return self


def check_partition(device: Device) -> None:
    """Refuse a part that the device is not divided into; of devices that we do not know, any is taken."""
    known = DEVICES[device.device_class]
    if device.partition is None or (device.device is not None and device.device not in known):
        return
    if device.device is None:
        msg = f"the partition {device.partition!r} is that of which device? Name one"
        raise ValueError(msg)
    parts = known[device.device]
    if not parts:
        divided = ", ".join(f"`{name}`" for name, some in known.items() if some) or "no device of its class"
        msg = f"`{device.device}` cannot be divided into partitions; {divided} can"
        raise ValueError(msg)
    if device.partition not in parts:
        msg = f"`{device.device}` has no partition {device.partition!r}. {nearest(device.partition, list(parts))}"
        raise ValueError(msg)


def spelled(name: str) -> str:
    """Spell a device as we do: `A100_80G` is `A100 80G`."""
    plain = name.replace("_", " ").replace("-", " ")
    known = {device for devices in DEVICES.values() for device in devices}
    return plain if plain in known else name


def as_device(value: object) -> object:
    """Read what `gpu=` was given: a count, a text, a device."""
    if value is None or isinstance(value, Device):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Device(value, "GPU") if value else None
    if isinstance(value, str):
        return from_text(value)
    if isinstance(value, tuple | list) and len(value) == 2:
        msg = f"a device and its number are one text; write {f'{value[0]}:{value[1]}'!r}"
        raise ValueError(msg)
    msg = "write how many GPUs the task needs, a text such as 'A100:2', or a device such as tiphys.GPU('A100', 2)"
    raise ValueError(msg)


def from_text(text: str) -> Device:
    """Read `A100:2`, or `T4 shared:1`. Raises ValueError that says the nearest text that is right."""
    found = TEXT.fullmatch(text.strip())
    owners = {device: kind for kind, devices in DEVICES.items() if kind != "TPU" for device in devices}
    device = spelled(found["device"].strip()) if found else text
    count = (found["count"] or "").strip() if found else ""
    shared = " shared" if found and found["shared"] else ""
    if text.strip().isdecimal():
        msg = f"write the number itself: gpu={text.strip()}"
        raise ValueError(msg)
    if not device:
        msg = "it is empty; write a device and how many, such as 'A100:1', or leave it out"
        raise ValueError(msg)
    if (slice_ := device.upper()) in DEVICES["TPU"]:
        msg = (
            f"a TPU is asked for as a slice, by its topology: gpu=tiphys.TPU({slice_!r}, {DEVICES['TPU'][slice_][0]!r})"
        )
        raise ValueError(msg)
    if device not in owners:
        likely = {name.lower(): name for name in owners}
        close = likely.get(device.lower(), device)
        rest = f"{shared}:{count if count.isdecimal() else 1}"
        mend = nearest(close + rest, [close + rest] if close in owners else [name + rest for name in sorted(owners)])
        msg = f"{device!r} is no device that we know. {mend} Others are asked for by tiphys.Device(...)"
        raise ValueError(msg)
    kind = owners[device]
    if not count.isdecimal() or not 1 <= int(count) <= MOST[kind]:
        why = "how many are wanted?" if not count else f"a node has 1 to {MOST[kind]} of them."
        most = min(max(int(count), 1), MOST[kind]) if count.isdecimal() else 1
        msg = f"{why} Write {f'{device}{shared}:{most}'!r}"
        raise ValueError(msg)
    if shared and int(count) > 1:
        msg = f"a shared device is one: what several pods take turns on cannot be counted. Write '{device} shared:1'"
        raise ValueError(msg)
    return Device(int(count), kind, device, shared=bool(shared))


def known_device(kind: str, device: object, quantity: int = 1, partition: str | None = None) -> Device:
    """Make a device of a class, by a name that we know. Raises AuthoringError at the user's line."""
    from tiphys.authoring.location import caller
    from tiphys.diagnostics import AuthoringError, Mistake

    names = DEVICES[kind]
    call = CALLED.get(kind, kind)
    if not isinstance(device, str) or spelled(device) not in names:
        close = next((name for name in names if name.lower() == str(device).lower()), None)
        mend = f"Did you mean `{close}`?" if close else nearest(str(device), list(names))
        other = f"Ask for others by `tiphys.Device({quantity!r}, {kind!r}, {device!r})`, and give the profile a row."
        raise AuthoringError(Mistake(f"`{call}` has no device {device!r} that we know", caller(), f"{mend} {other}"))
    if isinstance(quantity, int) and quantity > MOST[kind]:
        text = f"a node has at most {MOST[kind]} of them, and a task is one pod, on one node"
        mend = f"Ask for more by `tiphys.Device({quantity}, {kind!r}, {device!r})`, if your nodes have them."
        raise AuthoringError(Mistake(f"`{call}({device!r}, {quantity})`: {text}", caller(), mend))
    return Device(quantity, kind, device, partition)


def GPU(device: str, quantity: int = 1, partition: str | None = None) -> Device:  # noqa: N802  Flyte's name
    """Ask for NVIDIA GPUs: `GPU("A100", 1, "1g.5gb")` for a part of one."""
    return known_device("GPU", device, quantity, partition)


def TPU(device: str, partition: str | None = None) -> Device:  # noqa: N802  Flyte's name
    """Ask for a TPU slice: `TPU("V5P", "2x2x1")`."""
    return known_device("TPU", device, 1, partition)


def Neuron(device: str) -> Device:  # noqa: N802  Flyte's name
    """Ask for an accelerator of AWS: `Neuron("Inf2")`."""
    return known_device("NEURON", device)


def AMD_GPU(device: str) -> Device:  # noqa: N802  Flyte's name
    """Ask for a GPU of AMD: `AMD_GPU("MI300X")`."""
    return known_device("AMD_GPU", device)


def HABANA_GAUDI(device: str = "Gaudi1") -> Device:  # noqa: N802  Flyte's name
    """Ask for a Gaudi accelerator."""
    return known_device("HABANA_GAUDI", device)


def APPLE_SILICON() -> Device:  # noqa: N802  Flyte's name
    """Ask for a chip of Apple, which a cluster has only where its profile says so."""
    return Device(1, "APPLE_SILICON")
