"""Secrets of a pod: variables and files that Kubernetes fills, and what a program needs of the cluster."""

from __future__ import annotations

from collections.abc import Iterable

from hera.workflows import models as m

from tiphys.argo.report import Needed
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.settings import Settings, place_of


def secret_variables(settings: Settings, profile: Profile) -> list[m.EnvVar]:
    """Give the variables with the values of secrets, and those with the paths of their files."""
    found = []
    for secret in settings.secrets or ():
        name, key = secret.source(profile.secrets.default)
        if secret.variable is not None:
            source = m.EnvVarSource(secret_key_ref=m.SecretKeySelector(name=name, key=key))
            found.append(m.EnvVar(name=secret.variable, value_from=source))
        if secret.path is not None:
            found.append(m.EnvVar(name=secret.path_variable, value=secret.path))
    return found


def secret_volumes(settings: Settings, profile: Profile) -> tuple[list[m.Volume], list[m.VolumeMount]]:
    """Give one volume for each folder, put together of the entries that are wanted there."""
    folders: dict[str, list[m.VolumeProjection]] = {}
    for secret in settings.secrets or ():
        if secret.mount is None or secret.path is None:
            continue
        name, key = secret.source(profile.secrets.default)
        items = [m.KeyToPath(key=key, path=secret.path.removeprefix(f"{secret.mount}/"))]
        projection = m.VolumeProjection(secret=m.SecretProjection(name=name, items=items))
        folders.setdefault(secret.mount, []).append(projection)
    volumes, mounts = [], []
    for number, (folder, sources) in enumerate(folders.items(), 1):
        name = f"secrets-{number}"
        volumes.append(m.Volume(name=name, projected=m.ProjectedVolumeSource(sources=sources)))
        mounts.append(m.VolumeMount(name=name, mount_path=folder, read_only=True))
    return volumes, mounts


def needed_secrets(plans: Iterable[tuple[Plan, Settings]], profile: Profile) -> tuple[Needed, ...]:
    """List the entries of Secrets that pods read, each with a task that does and the line that says so."""
    found: dict[tuple[str, str], Needed] = {}
    for plan, settings in plans:
        for secret in settings.secrets or ():
            source = secret.source(profile.secrets.default)
            task = plan.task.name if plan.task is not None else "glue"
            where = place_of(plan.task.levels, "secrets") if plan.task is not None else None
            found.setdefault(source, Needed(*source, task, where or plan.where))
    return tuple(found.values())
