"""What each task was told, and by which level: plain data, kept with the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from tiphys.argo.expressions import filled
from tiphys.argo.packing import Packed
from tiphys.argo.report import Said, Told
from tiphys.argo.resolving import GLUE, cached
from tiphys.argo.tries import lost_of, retries_said
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.settings import Resolved, Settings, resolve

ALWAYS = ("image",)
"""What matters also where nobody said it."""
PENDING = "as the run decides"
SHARED = {"lost right after a lost one": "counts as a failure"}
OF_ORCHESTRATORS = ("retries", "timeout", "cache", "short_name", "triggers", "entrypoint")
"""What holds for an orchestrator itself: the other settings of its environment are for pods."""

OF_OBJECTS = (
    "retries", "timeout", "short_name", "pod_template", "interruptible", "queue", "service_account", "plugin_config"
)  # fmt: skip
"""What holds for an object, and for Argo's pod that waits for it."""


def told(packed: Packed) -> tuple[Told, ...]:
    """Say what each task was told: those with pods, orchestrators, glue; and the run. Equal ones are told once."""
    tasks, glue = [], []
    for name, settings in packed.settings.items():
        task = packed.program.plans[name].task
        found = Resolved(settings, dict(packed.levels[name]))
        if task is None or task.is_own:
            glue.append(of_one("glue", found, GLUE))
        elif task.resource is not None:
            tasks.append(of_one(task.name, found, OF_OBJECTS, always=()))
        else:
            one = of_one(task.name, found, tuple(Settings.model_fields))
            tasks.append(with_shared(with_pending(one, packed.program.plans[name]), settings, packed.profile))
    owners = ((owner.name, cached(resolve(owner.levels), packed.profile)) for owner in packed.program.owners.values())
    graphs = [of_one(name, found, OF_ORCHESTRATORS, always=()) for name, found in owners]
    run = of_run(packed.profile, packed.credentials)
    every = (*tasks, *(one for one in graphs if one.settings), *glue, *((run,) if run.settings else ()))
    return tuple({repr(one): one for one in every}.values())


def of_run(profile: Profile, credentials: tuple[str, ...]) -> Told:
    """Tell what the profile says of every pod, and of the run itself. credentials: those that images need, too."""
    said = {
        "namespace": profile.namespace,
        "storage": profile.storage if "storage" in profile.model_fields_set else None,
        "labels": profile.pods.labels,
        "annotations": profile.pods.annotations,
        "image_pull_secrets": credentials,
        "secrets.default": profile.secrets.default,
        "retries.lost": profile.retries.lost,
        "parallelism": profile.runs.parallelism,
        "ttl": lasting(profile.runs.ttl),
        "pod_gc": lasting(profile.runs.pod_gc),
    }
    found = {name: Said(plain(value), "profile") for name, value in said.items() if value not in (None, {}, ())}
    if set(credentials) - set(profile.image_pull_secrets):
        level = "profile, image" if profile.image_pull_secrets else "image"
        found["image_pull_secrets"] = Said(plain(credentials), level)
    return Told("run", found)


def lasting(part: BaseModel | None) -> dict[str, object]:
    """Give what a part of the profile says, its seconds as durations."""
    said = part.model_dump(exclude_none=True) if part is not None else {}
    return {name: timedelta(seconds=value) if isinstance(value, int) else value for name, value in said.items()}


def of_one(title: str, found: Resolved, names: tuple[str, ...], always: tuple[str, ...] = ALWAYS) -> Told:
    """Tell of these settings what was said, and what matters anyway."""
    said = [name for name in names if name in always or found.levels[name] != "default"]
    told = {name: Said(plain(getattr(found.settings, name)), found.levels[name]) for name in said}
    if "links" in told:
        shown = [{"name": link.name, "url": filled(link.url)} for link in found.settings.links or ()]
        told["links"] = Said(shown, told["links"].level)
    return Told(title, told)


def with_pending(one: Told, plan: Plan) -> Told:
    """Tell of what only run time knows, too: quantities, and the timeout that stands as 0 until then."""
    settings = dict(one.settings)
    if plan.resources:
        names = {"ephemeral-storage": "disk"}
        pending = {names.get(name.split()[1], name.split()[1]): PENDING for name, _ in plan.resources}
        said = settings["resources"]
        settings["resources"] = Said({**(said.value or {}), **pending}, said.level)
    timeout = settings.get("timeout")
    if plan.within is not None and timeout is not None and timeout.value.get("max_runtime") == "0s":
        settings["timeout"] = Said({**timeout.value, "max_runtime": PENDING}, timeout.level)
    if plan.retries is not None:
        settings["retries"] = Said({"count": PENDING}, settings["retries"].level)
    return Told(one.task, settings)


def with_shared(one: Told, settings: Settings, profile: Profile) -> Told:
    """Tell of what attempts cannot know of each other where there is no artifact repository."""
    said = one.settings.get("retries")
    if said is None or profile.storage != "none" or not (retries_said(settings).count and lost_of(settings, profile)):
        return one
    return Told(one.task, {**one.settings, "retries": Said({**said.value, **SHARED}, said.level)})


def plain(value: object) -> Any:
    """Write a value as JSON can hold it; of a model what differs from its defaults."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case timedelta():
            return f"{value.total_seconds():.15g}s"
        case BaseModel():
            fields = type(value).model_fields
            said = {name: getattr(value, name) for name in fields}
            return {name: plain(item) for name, item in said.items() if item != fields[name].default}
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return str(value)
