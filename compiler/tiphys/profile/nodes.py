"""Nodes: which ones are meant, and the taints that a pod for them tolerates."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from tiphys.profile.part import LabelValue, ObjectName, Part, as_tuple, label_key, label_value

TAINT = re.compile(r"(?P<key>[^=:]+)(=(?P<value>[^:]*))?(:(?P<effect>.+))?")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class Toleration(Part):
    """A taint that pods tolerate; without a value any of that key, without an effect any effect."""

    key: Annotated[str, BeforeValidator(label_key)]
    value: LabelValue | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None


def as_toleration(value: object) -> object:
    """Read a taint as kubectl writes it (`key`, `key=value`, `key=value:NoSchedule`), or as pods have it."""
    if isinstance(value, dict) and "operator" in value:
        return without_operator(value)
    if not isinstance(value, str):
        return value
    found = TAINT.fullmatch(value)
    if found is None or (found["effect"] and found["effect"] not in EFFECTS):
        msg = f"{value!r} is no taint; write it as kubectl does, such as 'dedicated=ml:NoSchedule'"
        raise ValueError(msg)
    return {name: text for name, text in found.groupdict().items() if text is not None}


def without_operator(value: dict[str, object]) -> dict[str, object]:
    """Read what the operator of a toleration says: whether there is a value."""
    said = {name: text for name, text in value.items() if name != "operator"}
    match value["operator"]:
        case "Exists" if "value" not in said:
            return said
        case "Equal":
            return {"value": "", **said}
        case "Exists":
            msg = "with the operator 'Exists' any value is tolerated: leave `value` out"
        case other:
            msg = f"the operator {other!r} is none of 'Exists', 'Equal'"
    raise ValueError(msg)


def as_selector(value: object) -> object:
    """Check labels of nodes: each has one value, or one of several."""
    if not isinstance(value, dict):
        msg = 'write a table, such as { "example.com/pool" = "gpu" }'
        raise ValueError(msg)
    found: dict[str, tuple[str, ...]] = {}
    for key, several in value.items():
        texts = several if isinstance(several, list | tuple) else [several]
        found[label_key(key)] = tuple(label_value(key, text) for text in texts)
        if not texts:
            msg = f"{key} has no value to choose from"
            raise ValueError(msg)
    return found


Selector = Annotated[dict[str, tuple[str, ...]], BeforeValidator(as_selector)]
Tolerations = Annotated[
    tuple[Annotated[Toleration, BeforeValidator(as_toleration)], ...], BeforeValidator(as_tuple)
]  # fmt: skip


class Nodes(Part):
    """node_selector: labels of the nodes, each with a value or a list of them. tolerations: taints of theirs."""

    node_selector: Selector = Field(default={})
    tolerations: Tolerations = Field(default=())


class Interruptible(Nodes):
    """The nodes that may be taken away. exists: there are some. prefer: rather these than others, not only these."""

    preset: str | None = None
    prefer: bool = False
    exists: bool = True


class Semaphore(Part):
    """A number of places in a ConfigMap: `key` of it says how many pods may run at once."""

    config_map: ObjectName
    key: LabelValue


class Queue(Nodes):
    """What the pods of a queue carry.

    kueue: the name of a LocalQueue of Kueue. priority_class: of Kubernetes. scheduler: another than the default.
    mutex: only one pod of those that name it runs at a time, in all runs of the namespace. semaphore: so many.
    """

    kueue: ObjectName | None = None
    priority_class: ObjectName | None = None
    scheduler: ObjectName | None = None
    mutex: ObjectName | None = None
    semaphore: Semaphore | None = None

    @model_validator(mode="after")
    def _something(self) -> Queue:
        if self == Queue.model_construct():
            msg = "a queue must say something, such as kueue = 'gpu' or priority_class = 'high'"
            raise ValueError(msg)
        return self
