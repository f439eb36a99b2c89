"""What fields of a pod may say together: names, labels, numbers, and of which of several there is one.

The API server looks at it only once a run makes the pod: the templates of a workflow are not read as pods before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tiphys.authoring.labels import is_key, is_value
from tiphys.authoring.naming import LONGEST_NAMESPACE, LONGEST_OBJECT, NAMESPACE, OBJECT

Fields = Mapping[str, Any]
Rule = Callable[[Fields], Iterator[tuple[str, str]]]
"""Gives fields that are wrong, each with the reason; an empty name is the table itself."""

VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
ONE: Mapping[str, tuple[str, ...]] = {
    "Probe": ("exec", "grpc", "httpGet", "tcpSocket"),
    "LifecycleHandler": ("exec", "httpGet", "sleep", "tcpSocket"),
    "EnvVarSource": ("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"),
    "EnvFromSource": ("configMapRef", "secretRef"),
}
"""Of these there is exactly one."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "SecretKeySelector": ("name", "key"),
    "ConfigMapKeySelector": ("name", "key"),
    "EnvVar": ("name",),
    "HostAlias": ("ip",),
    "KeyToPath": ("key", "path"),
    "LocalObjectReference": ("name",),
    "NodeSelector": ("nodeSelectorTerms",),
    "NodeSelectorRequirement": ("key", "operator"),
    "PersistentVolumeClaimVolumeSource": ("claimName",),
    "PodAffinityTerm": ("topologyKey",),
    "PodOS": ("name",),
    "PodResourceClaim": ("name",),
    "TopologySpreadConstraint": ("maxSkew", "topologyKey", "whenUnsatisfiable"),
}
"""Of these there is each."""
OBJECTS = (
    "nodeName", "priorityClassName", "runtimeClassName", "serviceAccountName", "serviceAccount", "secretName",
    "claimName",
)  # fmt: skip
"""Fields with the name of an object."""
REFERENCES = (
    "LocalObjectReference", "SecretKeySelector", "ConfigMapKeySelector", "SecretEnvSource", "ConfigMapEnvSource",
    "ConfigMapVolumeSource", "SecretProjection", "ConfigMapProjection",
)  # fmt: skip
"""Types whose `name` is that of an object."""
LABELS = ("hostname", "subdomain")
WORDS = {
    "PodOS.name": ("linux", "windows"),
    "PodSecurityContext.fsGroupChangePolicy": ("Always", "OnRootMismatch"),
}
IDS, PORTS, MODES = range(2**31), range(1, 65536), range(0o1000)
NUMBERS: Mapping[str, range] = {
    "containerPort": PORTS, "hostPort": PORTS, "port": PORTS, "maxSkew": IDS[1:], "terminationGracePeriodSeconds": IDS,
    "runAsUser": IDS, "runAsGroup": IDS, "fsGroup": IDS, "defaultMode": MODES, "mode": MODES,
}  # fmt: skip
PLAIN = ("cpu", "memory", "ephemeral-storage")
"""Resources of Kubernetes itself; any other has a domain."""


def check_rules(kind: str, fields: Fields, path: str) -> None:
    """Check one table of a pod spec, whose fields are known. Raises ValueError that names the place."""
    for rule in (general, lambda found: of_kind(kind, found), *RULES.get(kind, ())):
        for name, why in rule(fields):
            place = f"{path}.{name}" if name else path
            msg = f"`{place}`: {why}"
            raise ValueError(msg)


def general(fields: Fields) -> Iterator[tuple[str, str]]:
    """Check fields that mean the same wherever they stand."""
    for name, value in fields.items():
        if name in OBJECTS and (OBJECT.fullmatch(value) is None or len(value) > LONGEST_OBJECT):
            yield name, f"{value!r} is no name in Kubernetes: lower-case letters, digits, `-` and `.`"
        elif name in LABELS and (NAMESPACE.fullmatch(value) is None or len(value) > LONGEST_NAMESPACE):
            yield name, f"{value!r} is no name of a host: up to 63 lower-case letters, digits and `-`"
        elif name in NUMBERS and isinstance(value, int) and value not in NUMBERS[name]:
            written = oct if NUMBERS[name] is MODES else "{:,}".format
            yield name, f"it is from {written(NUMBERS[name][0])} to {written(NUMBERS[name][-1])}, not {value}"


def of_kind(kind: str, fields: Fields) -> Iterator[tuple[str, str]]:
    """Check what tables say of each type."""
    for name in NEEDED.get(kind, ()):
        if fields.get(name) in (None, "", []):
            yield name, "it is not said, and must be"
    found = [name for name in ONE.get(kind, ()) if name in fields]
    if kind in ONE and len(found) != 1:
        yield "", f"it has {' and '.join(found) or 'none'}, and must have one of {', '.join(ONE[kind])}"
    if kind in REFERENCES and (said := fields.get("name")) and OBJECT.fullmatch(said) is None:
        yield "name", f"{said!r} is no name in Kubernetes: lower-case letters, digits, `-` and `.`"
    for place, words in WORDS.items():
        name = place.removeprefix(f"{kind}.")
        if name != place and fields.get(name, words[0]) not in words:
            yield name, f"it is one of {', '.join(words)}, not {fields[name]!r}"


def of_pod(spec: Fields) -> Iterator[tuple[str, str]]:
    """Check labels of nodes, and servers of names."""
    yield from ((f"nodeSelector.{key}", why) for key, why in of_labels(spec.get("nodeSelector", {})))
    if spec.get("dnsPolicy") == "None" and not spec.get("dnsConfig", {}).get("nameservers"):
        yield "dnsPolicy", "with None, `dnsConfig.nameservers` says which servers there are"


def of_labels(labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Check labels that something must have."""
    for key, text in labels.items():
        if not is_key(key):
            yield key, f"{key!r} is no key of a label"
        elif not is_value(text):
            yield key, f"{text!r} is no value of a label: at most 63 letters, digits, `-`, `_` and `.`"


def of_volume(volume: Fields) -> Iterator[tuple[str, str]]:
    """Check that a volume is of one kind."""
    if len(kinds := [name for name in volume if name != "name"]) > 1:
        yield "", f"it is of several kinds: {', '.join(kinds)}"


def of_toleration(said: Fields) -> Iterator[tuple[str, str]]:
    """Check what a toleration says of a taint."""
    if (key := said.get("key")) and not is_key(key):
        yield "key", f"{key!r} is no key of a taint"
    if said.get("operator") == "Exists" and said.get("value"):
        yield "value", "`operator: Exists` asks for no value; leave it out, or write `Equal`"
    if not said.get("key") and said.get("operator") != "Exists":
        yield "key", "it is not said; a toleration of every taint has `operator: Exists`"
    if "tolerationSeconds" in said and said.get("effect") != "NoExecute":
        yield "tolerationSeconds", "it holds for `effect: NoExecute` alone"


def of_requirement(said: Fields) -> Iterator[tuple[str, str]]:
    """Check what is asked of a label of nodes. `matchFields` has the same type, and the key `metadata.name`."""
    operator, values = said["operator"], said.get("values") or []
    if not is_key(said["key"]):
        yield "key", f"{said['key']!r} is no key of a label"
    if operator in ("In", "NotIn") and not values:
        yield "values", f"`operator: {operator}` needs some"
    if operator in ("Exists", "DoesNotExist") and values:
        yield "values", f"`operator: {operator}` takes none"
    if operator in ("Gt", "Lt") and (len(values) != 1 or not values[0].lstrip("-").isdigit()):
        yield "values", f"`operator: {operator}` takes one whole number, as text"


def of_variable(said: Fields) -> Iterator[tuple[str, str]]:
    """Check a variable."""
    if VARIABLE.fullmatch(said["name"]) is None:
        yield "name", f"{said['name']!r} is no name of a variable"
    if said.get("value") and "valueFrom" in said:
        yield "", "it has a `value` and a `valueFrom`; say one"


def of_container(said: Fields) -> Iterator[tuple[str, str]]:
    """Check that nothing is said twice: the last would win, and the API server refuses some of it."""
    seen: set[tuple[str, Any]] = set()
    for field, names in (
        ("env", ("name",)),
        ("volumeMounts", ("mountPath",)),
        ("ports", ("containerPort", "protocol")),
    ):
        for item in said.get(field, []):
            key = tuple(item.get(name, "TCP") for name in names)
            if (field, key) in seen:
                yield field, f"{key[0]!r} is there twice"
            seen.add((field, key))


def with_numbers(container: Fields) -> dict[str, Any]:
    """Give a container whose probes ask at numbers: Argo's own definition of `httpGet` takes no names of ports.

    Raises ValueError for a name that none of its ports has.
    """
    numbers = {item.get("name"): item.get("containerPort") for item in container.get("ports", [])}

    def numbered(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if isinstance(asked := value.get("httpGet"), dict) and isinstance(port := asked.get("port"), str):
            if not port.isdigit() and numbers.get(port) is None:
                msg = f"`httpGet.port` of `{container.get('name')}` is {port!r}, and none of its `ports` is called so"
                raise ValueError(msg)
            asked = {**asked, "port": int(port) if port.isdigit() else numbers[port]}
            return {**value, "httpGet": asked}
        return {key: numbered(part) for key, part in value.items()}

    return {key: numbered(part) for key, part in container.items()}


def of_mount(said: Fields) -> Iterator[tuple[str, str]]:
    """Check the part of a volume that is mounted."""
    part = said.get("subPath", "")
    if part.startswith("/") or ".." in part.split("/"):
        yield "subPath", f"{part!r} must lie in the volume: a path without `..`, and not from `/` on"


def of_security(said: Fields) -> Iterator[tuple[str, str]]:
    """Check what a container may do."""
    if said.get("privileged") and said.get("allowPrivilegeEscalation") is False:
        yield "allowPrivilegeEscalation", "a privileged container may gain privileges; say one of the two"


def of_resources(said: Fields) -> Iterator[tuple[str, str]]:
    """Check the names of resources, and that devices are whole."""
    for side in ("requests", "limits"):
        for name, count in said.get(side, {}).items():
            if name not in PLAIN and "/" not in name and not name.startswith("hugepages-"):
                yield f"{side}.{name}", "the name of a device has a domain, as in `nvidia.com/gpu`"
            elif "/" in name and not count.isdigit():
                yield f"{side}.{name}", f"devices are counted in whole numbers, not {count}"


RULES: Mapping[str, tuple[Rule, ...]] = {
    "PodSpec": (of_pod,),
    "Volume": (of_volume,),
    "Toleration": (of_toleration,),
    "NodeSelectorRequirement": (of_requirement,),
    "EnvVar": (of_variable,),
    "Container": (of_container,),
    "VolumeMount": (of_mount,),
    "SecurityContext": (of_security,),
    "ResourceRequirements": (of_resources,),
}
