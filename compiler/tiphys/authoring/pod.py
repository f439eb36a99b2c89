"""`PodTemplate`: what a pod has beside its task. Checked where it is written, against what Kubernetes and Argo take."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from pydantic import PrivateAttr

from tiphys.authoring import pod_spec as specs
from tiphys.authoring.containers import check_containers
from tiphys.authoring.labels import as_annotations, as_labels
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.naming import LONGEST_NAMESPACE, NAMESPACE
from tiphys.diagnostics import AuthoringError, Mistake, Span, shown

PRIMARY = "primary"
FUSE = "smarter-devices/fuse"
"""The resource under which plugins for nodes offer `/dev/fuse`."""
CAPABILITY = "tiphys.dev/capability-"


class PodTemplate(Setting):
    """A pod spec around a task, with labels and annotations.

    pod_spec: a `V1PodSpec` of the Kubernetes client, or a dict with the keys of YAML; it is copied.
    primary_container_name: the container in it that becomes the task's: its image is kept, its command is the task's.
    The other containers run beside it.

    Raises AuthoringError for unknown fields, and for what a pod of Argo's cannot have.
    """

    pod_spec: dict[str, Any] | None = None
    primary_container_name: str = PRIMARY
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    _where: Span = PrivateAttr()

    def __init__(
        self,
        pod_spec: object = None,
        primary_container_name: str = PRIMARY,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        **unknown: Any,
    ) -> None:
        where = caller()
        name = "primary_container_name"
        try:
            check_primary(primary_container_name)
            name = "pod_spec"
            spec = read_spec(pod_spec, primary_container_name)
            name = "labels"
            labels = as_labels(labels)
            name = "annotations"
            annotations = as_annotations(annotations)
        except ValueError as error:
            raise AuthoringError(Mistake(f"`PodTemplate({name}=...)`: {error}", keyword(where, name))) from None
        super().__init__(
            pod_spec=spec, primary_container_name=primary_container_name, labels=labels, annotations=annotations,
            **unknown,
        )  # fmt: skip
        self._where = where

    @property
    def where(self) -> Span:
        """The line that made it."""
        return self._where

    @property
    def spec(self) -> dict[str, Any]:
        """The pod spec, with the keys of YAML; a copy."""
        return copy.deepcopy(self.pod_spec or {})

    @property
    def primary(self) -> dict[str, Any]:
        """The container in it that becomes the task's; nothing where it has none."""
        return next((item for item in self.spec.get("containers", []) if self._is_primary(item)), {})

    @property
    def beside(self) -> list[dict[str, Any]]:
        """The containers that run beside the task's."""
        return [item for item in self.spec.get("containers", []) if not self._is_primary(item)]

    def _is_primary(self, container: Mapping[str, Any]) -> bool:
        return bool(container["name"] == self.primary_container_name)

    @classmethod
    def from_spec(
        cls,
        pod_spec: object,
        *,
        primary_container_name: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> Self:
        """Adopt a pod spec. Its primary container is the one that is named here, else `primary`, else the only one.

        Raises AuthoringError where it is none of these.
        """
        try:
            name = primary_container_name or primary_of(specs.plain(pod_spec))
        except ValueError as error:
            where = keyword(caller(), "pod_spec")
            raise AuthoringError(Mistake(f"`PodTemplate.from_spec`: {error}", where)) from None
        return cls(pod_spec, name, labels, annotations)

    def with_termination_grace_period(self, period: int | timedelta) -> Self:
        """Give the pod so long to end when it is stopped: seconds, or a timedelta."""
        seconds = period.total_seconds() if isinstance(period, timedelta) else period
        if isinstance(period, bool) or not isinstance(seconds, int | float) or seconds < 0:
            text = f"{period!r} is no time to end in; write seconds, or a timedelta that is not negative"
            raise AuthoringError(Mistake(text, caller()))
        return self._with({**self.spec, "terminationGracePeriodSeconds": math.ceil(seconds)})

    def allow_fuse(self, privileged: bool = False) -> Self:  # noqa: FBT001, FBT002  as in Flyte
        """Let the task mount file systems: by the device plugin of the cluster, or as a privileged container."""
        spec, primary, security = self._opened()
        if not privileged:
            for side in ("requests", "limits"):
                primary.setdefault("resources", {}).setdefault(side, {})[FUSE] = "1"
        else:
            if security.get("privileged") is False or security.get("allowPrivilegeEscalation") is False:
                text = "`allow_fuse(privileged=True)`: the template says that its container is not privileged"
                raise AuthoringError(Mistake(text, caller(), "Use `allow_fuse()`, which needs a device plugin."))
            security["privileged"] = True
            device = {"name": "fuse", "hostPath": {"path": "/dev/fuse", "type": "CharDevice"}}
            add(spec.setdefault("volumes", []), device)
            add(primary.setdefault("volumeMounts", []), {"name": "fuse", "mountPath": "/dev/fuse"})
        add(security.setdefault("capabilities", {}).setdefault("add", []), "SYS_ADMIN")
        return self._with(spec, "fuse")

    def allow_nested_sandboxing(self) -> Self:
        """Let the task make sandboxes of its own, with user namespaces."""
        spec, _, security = self._opened()
        profile = security.get("appArmorProfile", {"type": "Unconfined"})
        if security.get("privileged") or security.get("allowPrivilegeEscalation") or profile["type"] != "Unconfined":
            text = "`allow_nested_sandboxing()`: the template says that its container is privileged, or confines it"
            raise AuthoringError(Mistake(text, caller(), "Leave `privileged`, escalation and AppArmor out of it."))
        security.update(allowPrivilegeEscalation=False, appArmorProfile=profile)
        add(security.setdefault("capabilities", {}).setdefault("add", []), "SYS_ADMIN")
        return self._with(spec, "nested-sandboxing")

    def _opened(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Give a copy of the spec, its primary container and that one's security context, to be changed."""
        spec = self.spec
        containers = spec.setdefault("containers", [])
        if not any(self._is_primary(item) for item in containers):
            containers.append({"name": self.primary_container_name})
        primary = next(item for item in containers if self._is_primary(item))
        return spec, primary, primary.setdefault("securityContext", {})

    def _with(self, spec: dict[str, Any], capability: str | None = None) -> Self:
        granted = {f"{CAPABILITY}{capability}": "true"} if capability else {}
        made = type(self)(spec, self.primary_container_name, self.labels, self.annotations)
        if granted:
            made = made.model_copy(update={"annotations": {**(made.annotations or {}), **granted}})
        return made


def add(items: list[Any], item: object) -> None:
    """Append an item, once."""
    if item not in items:
        items.append(item)


def primary_of(spec: object) -> str:
    """Name the primary container of a pod spec. Raises ValueError."""
    containers = spec.get("containers") if isinstance(spec, dict) else None
    listing = containers if isinstance(containers, list | tuple) else ()
    names = [item.get("name") for item in listing if isinstance(item, dict)]
    if PRIMARY in names or not names:
        return PRIMARY
    if len(names) == 1 and isinstance(names[0], str):
        return names[0]
    listed = ", ".join(f"`{name}`" for name in names)
    msg = f"it has the containers {listed}, and none is called `primary`; say `primary_container_name=`"
    raise ValueError(msg)


def check_primary(name: object) -> None:
    """Check the name of a container. Raises ValueError."""
    if not isinstance(name, str) or NAMESPACE.fullmatch(name) is None or len(name) > LONGEST_NAMESPACE:
        msg = f"{shown(name)} is no name of a container: lower-case letters, digits and `-`, such as 'primary'"
        raise ValueError(msg)


def read_spec(given: object, primary: str) -> dict[str, Any] | None:
    """Check a pod spec. Raises ValueError."""
    if given is None:
        return None
    spec = specs.plain(given)
    if isinstance(spec, dict) and {"kind", "apiVersion"} & set(spec):
        msg = "it is a whole object; give its `spec`"
        raise ValueError(msg)
    found: dict[str, Any] = specs.checked(spec, "PodSpec", "pod_spec")
    check_containers(found, primary)
    return found


def as_pod_template(value: object) -> object:
    """Check what a setting says. Raises ValueError."""
    if value is None or isinstance(value, PodTemplate) or (isinstance(value, str) and value):
        return value
    msg = "it takes a `PodTemplate`, or the name of one that the profile declares"
    raise ValueError(msg)
