"""What a run may be asked for, here or in the cluster: checked where it is said, before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from tiphys.authoring.labels import as_annotations, as_labels
from tiphys.authoring.naming import as_namespace
from tiphys.diagnostics import UsageError, nearest

CHOICES = {"mode": ("local", "cluster"), "executor": ("forked", "fresh", "in-process")}
KINDS: tuple[tuple[str, tuple[type, ...], str], ...] = (
    ("image", (str, list, tuple), "the address of an image, or several: NAME=ADDRESS"),
    ("namespace", (str,), "the name of a namespace, as text"),
    ("context", (str,), "the name of a context of the kubeconfig, as text"),
    ("kubeconfig", (str, PathLike), "the path of a file"),
    ("profile", (str, PathLike), "the name of a profile, or the path of a file"),
    ("labels", (Mapping,), "a dict of texts"),
    ("annotations", (Mapping,), "a dict of texts"),
    ("signals", (Mapping,), "a dict: the answers by the names of conditions"),
)
"""What the values are."""
OF_CLUSTERS = ("namespace", "context", "kubeconfig", "labels", "annotations")
"""What only runs in the cluster have."""


def check(said: Mapping[str, Any]) -> None:
    """Check what `with_runcontext` was given, by its parameters. Raises UsageError."""
    for name, known in CHOICES.items():
        if said[name] is not None and said[name] not in known:
            message = f"there is no {name} {said[name]!r}. {nearest(str(said[name]), list(known))}"
            raise UsageError(message)
    count = said["parallelism"]
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        message = f"`parallelism={count!r}`: write a whole number from 1 on"
        raise UsageError(message)
    for name, kinds, what in KINDS:
        if said[name] is not None and not isinstance(said[name], kinds):
            message = f"`{name}={said[name]!r}`: write {what}"
            raise UsageError(message)
    try:
        if said["namespace"] is not None:
            as_namespace(said["namespace"])
        as_labels(dict(said["labels"]))
        as_annotations(dict(said["annotations"]))
    except ValueError as error:
        raise UsageError(str(error)) from None


def unused(said: Mapping[str, Any]) -> list[str]:
    """Name what has no effect where this runs."""
    if said["mode"] == "cluster":
        text = "`executor` has no effect in the cluster: it says how pods run on this computer"
        return [text] if said["executor"] else []
    text = "has no effect on this computer: it belongs to runs in the cluster"
    return [f"`{name}` {text}" for name in OF_CLUSTERS if said[name]]
