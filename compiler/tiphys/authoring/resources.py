"""`Resources`: what a pod asks of its node. Quantities are checked where they are written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from tiphys.authoring.devices import Device, as_device
from tiphys.authoring.model import Setting
from tiphys.authoring.quantities import cores, pair, size

RENAMED = {"mem": "memory", "ephemeral_storage": "disk", "shared_memory": "shm", "accelerator": "gpu"}
"""Other names that people know them by."""


def as_shm(value: object) -> object:
    """Check the size of the shared memory."""
    if value is True:
        msg = "write a size such as '1Gi', or 'auto' for as much as the memory allows"
        raise ValueError(msg)
    return value if value in (None, "auto") else size(value)


class Resources(Setting):
    """What a pod asks for.

    cpu: cores, as a number or text (`1`, `0.5`, `"500m"`), or a (request, limit) pair.
    memory: bytes with a unit (`"250Mi"`), or a (request, limit) pair of them.
    gpu: how many GPUs, `"A100:2"`, or a device such as `GPU("A100", 1, "1g.5gb")`; requests and limits are equal.
    disk: ephemeral storage (`"10Gi"`). shm: size of `/dev/shm`, or `"auto"` for as much as memory allows.
    """

    cpu: Annotated[str | tuple[str, str] | None, pair(cores)] = None
    memory: Annotated[str | tuple[str, str] | None, pair(size)] = None
    gpu: Annotated[Device | None, BeforeValidator(as_device)] = None
    disk: Annotated[str | tuple[str, str] | None, pair(size)] = None
    shm: Annotated[str | None, BeforeValidator(as_shm)] = None

    def __init__(
        self, cpu: Any = None, memory: Any = None, gpu: Any = None, disk: Any = None, shm: Any = None, **unknown: Any
    ) -> None:
        for name in unknown.keys() & RENAMED.keys():
            refuse_renamed(name)
        super().__init__(cpu=cpu, memory=memory, gpu=gpu, disk=disk, shm=shm, **unknown)


def refuse_renamed(name: str) -> None:
    """Refuse a field by the name that it has elsewhere."""
    from tiphys.authoring.location import caller, keyword
    from tiphys.diagnostics import AuthoringError, Mistake

    message = f"`Resources` has no field `{name}`"
    raise AuthoringError(Mistake(message, keyword(caller(), name), f"It is called `{RENAMED[name]}`."))


def as_resources(value: object) -> object:
    """Check what a setting says. Raises ValueError."""
    if value is None or isinstance(value, Resources):
        return value
    msg = "it takes a `tiphys.Resources`, such as tiphys.Resources(cpu=2, memory='1Gi')"
    raise ValueError(msg)
