"""What a run may be asked for, here or in the cluster: checked where it is said, before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from tiphys.authoring.labels import as_annotations, as_labels
from tiphys.authoring.levels import checked
from tiphys.authoring.location import keyword
from tiphys.authoring.naming import MOST_PODS, as_count, as_namespace, as_run_name
from tiphys.diagnostics import Mistake, Span, UsageError, nearest, report, together
from tiphys.settings import Settings

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
    ("custom_context", (Mapping,), "a dict of texts"),
)
"""What the values are."""
OF_CLUSTERS = ("name", "namespace", "context", "kubeconfig", "labels", "annotations")
"""What only runs in the cluster have."""
OF_RUNS = frozenset(("env_vars", "interruptible", "queue", "service_account"))
"""The settings that one run may say of all its tasks."""
CODE = "A task's code travels with the program: leave it out."
LOGS = "Leave it out, and set up logging in the tasks."
ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("project", "domain"), "Say the `namespace`."),
    **dict.fromkeys(("version", "copy_style", "copy_bundle_to", "interactive_mode", "code_bundle"), CODE),
    **dict.fromkeys(("log_level", "log_format", "reset_root_logger"), LOGS),
    **dict.fromkeys(("raw_data_path", "metadata_path", "run_base_dir"), "Say `storage` in the profile."),
    "dry_run": "Look at the objects: `tiphys compile FILE TASK -o -`.",
    "debug": 'Say `executor="in-process"` on this computer.',
    "notifications": "Argo tells nobody of a run: let the last task tell people.",
}
"""What Flyte takes, and what to do here instead."""


def said_of_run(given: Mapping[str, Any], unknown: Mapping[str, object], where: Span) -> Settings | None:
    """Check what one run says of all its tasks, each at its own argument; None where it says nothing.

    unknown: what `with_runcontext` does not have. Raises AuthoringError.
    """
    with together():
        for name in sorted(unknown):
            mend = ELSEWHERE.get(name) or nearest(name, sorted(given.keys() - {"unknown"}))
            report(Mistake(f"`with_runcontext` has no parameter `{name}`", keyword(where, name), mend))
        said = checked(OF_RUNS, "with_runcontext", given, where)
    return said if said.model_dump(exclude_none=True) else None


def cache_of(*, disable: object, overwrite: object) -> str | None:
    """Say what becomes of caches in one run; None: as elsewhere. Raises UsageError."""
    for name, value in (("disable_run_cache", disable), ("overwrite_cache", overwrite)):
        if not isinstance(value, bool):
            message = f"`{name}={value!r}`: write True or False"
            raise UsageError(message)
    if disable and overwrite:
        message = "`disable_run_cache` keeps nothing, and `overwrite_cache` keeps all anew: say one of the two"
        raise UsageError(message)
    return "disable" if disable else "override" if overwrite else None


def count_of(name: str, value: object) -> None:
    """Check a number of pods. Raises UsageError."""
    try:
        as_count(value)
    except ValueError:
        message = f"`{name}={value!r}`: write a whole number from 1 on, up to {MOST_PODS:,}"
        raise UsageError(message) from None


def check(said: Mapping[str, Any]) -> None:
    """Check what `with_runcontext` was given, by its parameters. Raises UsageError."""
    for name, known in CHOICES.items():
        if said[name] is not None and said[name] not in known:
            message = f"there is no {name} {said[name]!r}. {nearest(str(said[name]), list(known))}"
            raise UsageError(message)
    count_of("parallelism", said["parallelism"])
    for name, kinds, what in KINDS:
        if said[name] is not None and not isinstance(said[name], kinds):
            message = f"`{name}={said[name]!r}`: write {what}"
            raise UsageError(message)
    if isinstance(said["image"], list | tuple) and not all(isinstance(item, str) for item in said["image"]):
        message = f"`image={said['image']!r}`: write a list of texts, each the address of an image, or NAME=ADDRESS"
        raise UsageError(message)
    try:
        if said["namespace"] is not None:
            as_namespace(said["namespace"])
        if said["name"] is not None:
            as_run_name(said["name"])
        as_labels(dict(said["labels"]))
        as_annotations(dict(said["annotations"]))
    except ValueError as error:
        raise UsageError(str(error)) from None
    for name, text in said["custom_context"].items():
        if not isinstance(name, str) or not isinstance(text, str):
            message = f"`{name}` of a custom context is a text, not {text!r}"
            raise UsageError(message)


def unused(said: Mapping[str, Any]) -> list[str]:
    """Name what has no effect where this runs."""
    if said["mode"] == "cluster":
        text = "`executor` has no effect in the cluster: it says how pods run on this computer"
        return [text] if said["executor"] else []
    text = "has no effect on this computer: it belongs to runs in the cluster"
    return [f"`{name}` {text}" for name in OF_CLUSTERS if said[name]]
