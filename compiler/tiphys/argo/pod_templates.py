"""A pod template around a container template: what Argo has fields for goes there, all else into a patch of the pod."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, TypeVar

from hera.workflows import models as m
from pydantic import BaseModel, ValidationError

from tiphys.argo.placement import KUEUE
from tiphys.authoring.containers import MAIN, is_device
from tiphys.authoring.pod import PodTemplate
from tiphys.authoring.quantities import amount
from tiphys.diagnostics import mistake

M = TypeVar("M", bound=BaseModel)
CONTAINERS = ("containers", "initContainers", "volumes")
ADOPTED = ("serviceAccountName", "serviceAccount", "restartPolicy", "automountServiceAccountToken")
"""Fields that the settings have taken already, or that say what is so anyway."""
SINGLE: dict[str, tuple[str, type[BaseModel]]] = {
    "securityContext": ("security_context", m.PodSecurityContext),
    "affinity": ("affinity", m.Affinity),
}
"""Tables of which a pod has one: the field of Argo's template, and its type."""
TEXTS = {"priorityClassName": "priority_class_name", "schedulerName": "scheduler_name"}
LISTS: dict[str, tuple[str, type[BaseModel]]] = {
    "tolerations": ("tolerations", m.Toleration),
    "hostAliases": ("host_aliases", m.HostAlias),
}
NATIVE = {*CONTAINERS, *ADOPTED, *SINGLE, *TEXTS, *LISTS, "nodeSelector"}
"""Fields of a pod spec that Argo's templates have, too; all others are patched in."""
OURS = ("name", "image", "command", "args", "env", "resources", "volumeMounts", "restartPolicy", "restartPolicyRules")
"""Of the primary container: what is put together with the task's own."""
OF_SETS = ("user", "gate", "inputs", "outputs")
"""Containers and volumes in the pod of a container task."""
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def within(template: m.Template, given: PodTemplate | str | None, *, is_set: bool) -> m.Template:
    """Put a container template into a pod template.

    Where both say something, what the task's settings say wins, key by key: resources and variables.
    is_set: the container becomes one of several.

    Raises ProgramError, at the line of the pod template, where both cannot be.
    """
    if not isinstance(given, PodTemplate):
        return template
    shape = Shape(given)
    shape.check_places(template)
    if is_set:
        shape.check_set()
    container = shape.container(template.container)
    update = {"container": container, **around(shape, template), **as_pod(shape, template)}
    return template.model_copy(update=update)


def around_argos(template: m.Template, given: PodTemplate | str | None) -> m.Template:
    """Put the template of an object, whose pod is Argo's own, into a pod template: what that says of pods as such.

    Raises ProgramError, at the line of the pod template, where both cannot be.
    """
    if not isinstance(given, PodTemplate):
        return template
    return template.model_copy(update=as_pod(Shape(given), template))


def as_pod(shape: Shape, template: m.Template) -> dict[str, Any]:
    """Give what holds for a pod whatever its containers are."""
    rest = {key: value for key, value in shape.given.spec.items() if key not in NATIVE}
    patch = patched(template.pod_spec_patch, rest) if rest else template.pod_spec_patch
    return {"metadata": shape.metadata(template.metadata), "pod_spec_patch": patch, **placed(shape, template)}


def around(shape: Shape, template: m.Template) -> dict[str, Any]:
    """Give what stands around the container: others, and volumes."""
    spec = shape.given.spec
    starting = shape.models(m.UserContainer, spec.get("initContainers", []), "initContainers")
    volumes = shape.models(m.Volume, spec.get("volumes", []), "volumes")
    return {
        "sidecars": shape.models(m.UserContainer, shape.given.beside, "containers") or None,
        "init_containers": [*(template.init_containers or []), *starting] or None,
        "volumes": [*volumes, *(template.volumes or [])],
    }


def placed(shape: Shape, template: m.Template) -> dict[str, Any]:
    """Give what says where the pod runs, and as whom."""
    spec = shape.given.spec
    found: dict[str, Any] = {"node_selector": shape.node_selector(template.node_selector or {})}
    for key, (field, kind) in LISTS.items():
        theirs, ours = shape.models(kind, spec.get(key, []), key), getattr(template, field) or []
        found[field] = [*theirs, *(item for item in ours if item not in theirs)] or None
    for key, (field, kind) in SINGLE.items():
        if key in spec:
            found[field] = shape.single(kind, key, spec[key], getattr(template, field))
    for key, field in TEXTS.items():
        if key in spec:
            found[field] = shape.text(key, getattr(template, field))
    return found


def patched(before: str | None, more: Mapping[str, Any]) -> str:
    """Add to the patch of a pod; what is in it already wins."""
    return json.dumps({**more, **json.loads(before or "{}")}, sort_keys=True)


class Shape:
    """A pod template as Argo's models, and what is wrong with it."""

    def __init__(self, given: PodTemplate) -> None:
        self.given = given
        self.primary = given.primary

    def refuse(self, what: str, mend: str | None = None) -> Exception:
        """Make the error that says what cannot be."""
        return mistake(f"the pod template: {what}", self.given.where, mend=mend)

    def model(self, kind: type[M], value: Mapping[str, Any], place: str) -> M:
        """Make a model of hera's; nothing may be lost."""
        try:
            made = kind.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in (place, *first["loc"]))
            raise self.refuse(f"`{where}`: {str(first['msg']).lower()}") from None
        held = made.model_dump(by_alias=True, exclude_none=True, mode="json")
        if lost := next(lost_in(value, held, place), None):
            raise self.refuse(f"`{lost}` is nothing that Argo takes")
        return made

    def models(self, kind: type[M], values: Iterable[Mapping[str, Any]], place: str) -> list[M]:
        """Make several models."""
        return [self.model(kind, value, f"{place}[{number}]") for number, value in enumerate(values)]

    def single(self, kind: type[M], key: str, value: Mapping[str, Any], ours: M | None) -> M:
        """Make what a pod has one of; parts that the settings say, too, must be others."""
        held = ours.model_dump(by_alias=True, exclude_none=True, mode="json") if ours is not None else {}
        if "nodeAffinity" in value and "nodeAffinity" in held:
            held["nodeAffinity"] = both_affinities(value["nodeAffinity"], held["nodeAffinity"])
            value = {name: part for name, part in value.items() if name != "nodeAffinity"}
        if both := sorted({*value} & {*held}):
            raise self.refuse(f"`{key}.{both[0]}` is said by the task's settings, too", "Say it in one of the two.")
        return self.model(kind, {**value, **held}, key)

    def text(self, key: str, ours: str | None) -> str:
        """Give a name that a pod has one of."""
        said: str = self.given.spec[key]
        if ours not in (None, said):
            raise self.refuse(f"`{key}` is {said!r}, and the task's queue says {ours!r}", "Say it in one of the two.")
        return said

    def node_selector(self, ours: Mapping[str, str]) -> dict[str, str] | None:
        """Put the labels together that a node must have."""
        said: dict[str, str] = self.given.spec.get("nodeSelector", {})
        for key, value in said.items():
            if ours.get(key, value) != value:
                text = f"`nodeSelector.{key}` is {value!r}, and the task's settings ask for {ours[key]!r}"
                raise self.refuse(text, "No node can have both.")
        return {**said, **ours} or None

    def container(self, container: m.Container | None) -> m.Container:
        """Put the primary container and the task's own together."""
        assert container is not None
        held = container.model_dump(by_alias=True, exclude_none=True, mode="json")
        held["name"] = MAIN
        said = {key: value for key, value in self.primary.items() if key not in OURS}
        names = {item["name"] for item in held.get("env", [])}
        env = [item for item in self.primary.get("env", []) if item["name"] not in names]
        merged = {
            **said,
            **held,
            "env": [*held.get("env", []), *env],  # a variable may name those before it
            "volumeMounts": [*self.primary.get("volumeMounts", []), *held.get("volumeMounts", [])],
        }
        if resources := self.resources(held.get("resources", {})):
            merged["resources"] = resources
        made = self.model(m.Container, merged, MAIN)
        return made.model_copy(update={"name": None})

    def resources(self, ours: Mapping[str, Any]) -> dict[str, Any]:
        """Merge resources key by key: the task's win."""
        theirs = self.primary.get("resources", {})
        found: dict[str, Any] = {key: value for key, value in theirs.items() if key not in ("requests", "limits")}
        for side in ("requests", "limits"):
            if both := {**theirs.get(side, {}), **ours.get(side, {})}:
                found[side] = both
        if devices := {name: text for name, text in found.get("requests", {}).items() if is_device(name)}:
            found["limits"] = {**devices, **found.get("limits", {})}
        for name, limit in found.get("limits", {}).items():
            request = found.get("requests", {}).get(name)
            if request is not None and amount(str(request)) > amount(str(limit)):
                text = f"its limit of {name} is {limit}, and the task asks for {request}"
                raise self.refuse(text, f"Say both in `resources=`: ({request!r}, LIMIT).")
            if request is not None and is_device(name) and amount(str(request)) != amount(str(limit)):
                raise self.refuse(f"its request of {name} is {request}, and its limit {limit}", "Let them be equal.")
        return found

    def metadata(self, metadata: m.Metadata | None) -> m.Metadata:
        """Put labels and annotations together: of labels the template's win, of annotations what tiphys says."""
        labels = (metadata.labels if metadata is not None else None) or {}
        notes = (metadata.annotations if metadata is not None else None) or {}
        said = self.given.labels or {}
        if KUEUE in labels and said.get(KUEUE, labels[KUEUE]) != labels[KUEUE]:
            what = f"its label `{KUEUE}` is {said[KUEUE]!r}, and the task's queue says {labels[KUEUE]!r}"
            raise self.refuse(what, "Say it in one of the two.")
        named = {
            f"{APPARMOR}{MAIN}" if key == f"{APPARMOR}{self.given.primary_container_name}" else key: text
            for key, text in (self.given.annotations or {}).items()
        }
        return m.Metadata(labels={**labels, **said} or None, annotations={**named, **notes} or None)

    def check_set(self) -> None:
        """Refuse the names that a task with a container of its own has in its pod."""
        named = [item["name"] for item in (*self.given.beside, *self.given.spec.get("volumes", []))]
        if taken := next((name for name in named if name in OF_SETS), None):
            raise self.refuse(f"`{taken}` is the name of something in the pod of a container task", "Rename it.")

    def check_places(self, template: m.Template) -> None:
        """Refuse volumes and folders that the task's settings have taken."""
        assert template.container is not None
        ours = {volume.name for volume in template.volumes or []}
        for volume in self.given.spec.get("volumes", []):
            if volume["name"] in ours:
                text = f"the volume `{volume['name']}` is called like one that the task's settings make"
                raise self.refuse(text, "Rename it.")
        folders = {mount.mount_path.rstrip("/") for mount in template.container.volume_mounts or []}
        for mount in self.primary.get("volumeMounts", []):
            if mount["mountPath"].rstrip("/") in folders:
                text = f"the task's settings mount something at `{mount['mountPath']}`, too"
                raise self.refuse(text, "Choose another folder.")


def both_affinities(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for nodes that both ask for: of required terms one is enough, so each is joined with each."""
    found: dict[str, Any] = {**theirs, **ours}
    if REQUIRED in theirs and REQUIRED in ours:
        pairs = product(*(each[REQUIRED].get("nodeSelectorTerms", []) for each in (theirs, ours)))
        found[REQUIRED] = {"nodeSelectorTerms": [joined(first, second) for first, second in pairs]}
    if preferred := [*theirs.get(PREFERRED, []), *ours.get(PREFERRED, [])]:
        found[PREFERRED] = preferred
    return found


def joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Join two terms of a node selector: all that they say must hold."""
    return {key: [*first.get(key, []), *second.get(key, [])] for key in dict.fromkeys((*first, *second))}


def lost_in(given: Any, held: Any, place: str) -> Iterator[str]:
    """List the places of a value that a model has not kept."""
    if isinstance(given, Mapping) and isinstance(held, Mapping):
        for key, value in given.items():
            if key not in held:
                yield f"{place}.{key}"
            else:
                yield from lost_in(value, held[key], f"{place}.{key}")
    elif isinstance(given, list) and isinstance(held, list) and len(given) == len(held):
        for number, (value, kept) in enumerate(zip(given, held, strict=True)):
            yield from lost_in(value, kept, f"{place}[{number}]")
    elif given != held and str(given) != str(held):
        yield place
