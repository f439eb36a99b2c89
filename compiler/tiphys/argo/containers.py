"""A plan becomes a container template: the shim, its operands and outputs, and the settings of the task."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hera.workflows import models as m

from tiphys.argo.calls import told_to
from tiphys.argo.expressions import (
    CAUGHT,
    ITEM_AT,
    LAST,
    RECORDS_TO,
    RETRIES,
    WORKFLOW_UID,
    directory_key,
    input_of,
    is_read_on_the_way,
    item_key,
    output_key,
    parameter_of,
    record_key,
    records_key,
    spilled_key,
)
from tiphys.argo.pods import ARCHIVE, ROOT, is_small_output, output_name, output_names
from tiphys.authoring.resources import Resources
from tiphys.ir import Operand, Plan
from tiphys.settings import Settings

GRACE = 60
"""Seconds that Argo's own deadline leaves for the start of the pod and the saving of its outputs."""
RETRIED = ("1", "4", "75", "137", "143")


def container_template(plan: Plan, name: str, settings: Settings, bundle: str, digest: str, image: str) -> m.Template:
    """Make the template of a plan."""
    operands = [(parameter_of(item.name), item) for item in plan.operands]
    parameters = [m.Parameter(name="at"), *(m.Parameter(name=operand) for operand, _ in operands)]
    args = [digest, name, WORKFLOW_UID, input_of("at")]
    args.extend("{}" if item.items is not None else input_of(operand) for operand, item in operands)
    if plan.catch is not None:
        args.insert(4, "{}")
    told = told_to(plan)
    args.extend(input_of(name) for name in told if name != CAUGHT)
    parameters.extend(m.Parameter(name=name) for name in told)
    volumes, mounts = volumes_of(settings.resources, bundle)
    artifacts = [
        input_artifact(operand, item) for operand, item in operands if item.items is not None or not item.small
    ]
    if plan.catch is not None:
        artifacts.append(artifact("records", f"{ROOT}/in/records", records_key(input_of(CAUGHT))))
    said = plan.task.name if plan.task is not None else "glue"
    return m.Template(
        name=name,
        metadata=m.Metadata(annotations={"tiphys.dev/task": said}),
        inputs=m.Inputs(parameters=parameters, artifacts=artifacts or None),
        outputs=outputs_of(plan),
        container=m.Container(
            image=settings.image if settings.image not in (None, "auto") else image,
            command=["python3", ARCHIVE],
            args=args,
            env=variables_of(settings, records=plan.records),
            resources=resources_of(settings.resources),
            volume_mounts=mounts,
        ),
        volumes=volumes,
        retry_strategy=retries_of(settings, records=plan.records),
        active_deadline_seconds=deadline_of(settings),
    )


def input_artifact(name: str, item: Operand) -> m.Artifact:
    """Let Argo fetch the file, or the directory, of an operand."""
    key = spilled_key(name) if item.items is None else directory_key(input_of(name))
    return artifact(name, f"{ROOT}/in/{name}", key)


def artifact(name: str, path: str, key: str) -> m.Artifact:
    """Describe a file in the cluster's artifact repository; it may be absent."""
    return m.Artifact(
        name=name,
        path=path,
        optional=True,
        archive=m.ArchiveStrategy(none=m.NoneStrategy()),
        s3=m.S3Artifact(key=key),
    )


def outputs_of(plan: Plan) -> m.Outputs:
    """Declare the envelopes of the outputs, and the files of those that may be large."""
    names = output_names(plan)
    parameters = [
        m.Parameter(name=name, value_from=m.ValueFrom(path=f"{ROOT}/out/{name}", default="{}")) for name in names
    ]
    artifacts = []
    for name in names:
        # what a wide fan-in reads is always written, and where the fan-in looks
        is_item = plan.item is not None and name == output_name(plan.item)
        key = item_key(input_of(ITEM_AT)) if is_item else output_key(input_of("at"), name)
        if is_item or not is_small_output(plan, name):
            artifacts.append(artifact(name, f"{ROOT}/out/{name}.data", key))
    if plan.records:
        key = record_key(input_of(RECORDS_TO), input_of("at"))
        artifacts.append(artifact("record", f"{ROOT}/out/record", key))
    return m.Outputs(parameters=parameters, artifacts=artifacts or None)


def variables_of(settings: Settings, *, records: bool) -> list[m.EnvVar]:
    """Give the environment variables: the user's, the secrets', and the one that makes hashing repeatable."""
    found = [m.EnvVar(name="PYTHONHASHSEED", value="0")]
    if records or (settings.retries is not None and settings.retries.count):
        found.append(m.EnvVar(name="TIPHYS_ATTEMPT", value=RETRIES))
    if records:
        found.append(m.EnvVar(name="TIPHYS_LAST", value=LAST))
    for name, value in sorted((settings.env_vars or {}).items()):
        if not is_read_on_the_way(value):
            found.append(m.EnvVar(name=name, value=value))
    for secret in settings.secrets or ():
        group, key = secret.source
        source = m.EnvVarSource(secret_key_ref=m.SecretKeySelector(name=group, key=key))
        found.append(m.EnvVar(name=secret.variable, value_from=source))
    return found


def resources_of(resources: Resources | None) -> m.ResourceRequirements | None:
    """Write resources as Kubernetes takes them: limits where they were said, GPUs as both."""
    if resources is None:
        return None
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for name, value in (("cpu", resources.cpu), ("memory", resources.memory), ("ephemeral-storage", resources.disk)):
        if isinstance(value, tuple):
            requests[name], limits[name] = value
        elif value is not None:
            requests[name] = value
    if resources.gpu:
        requests["nvidia.com/gpu"] = limits["nvidia.com/gpu"] = str(resources.gpu)
    if not requests:
        return None
    return m.ResourceRequirements(requests=as_quantities(requests), limits=as_quantities(limits))


def as_quantities(values: Mapping[str, str]) -> Any:
    """Wrap quantities in hera's own type."""
    return {name: m.Quantity(root=value) for name, value in values.items()} or None


def volumes_of(resources: Resources | None, bundle: str) -> tuple[list[m.Volume], list[m.VolumeMount]]:
    """Give the pod's own folder, the code below it, and the shared memory."""
    volumes = [
        m.Volume(name="tiphys", empty_dir=m.EmptyDirVolumeSource()),
        m.Volume(name="code", config_map=m.ConfigMapVolumeSource(name=bundle)),
    ]
    mounts = [m.VolumeMount(name="tiphys", mount_path=ROOT), m.VolumeMount(name="code", mount_path=f"{ROOT}/code")]
    if resources is not None and resources.shm is not None:
        size = None if resources.shm == "auto" else m.Quantity(root=resources.shm)
        volumes.append(m.Volume(name="shm", empty_dir=m.EmptyDirVolumeSource(medium="Memory", size_limit=size)))
        mounts.append(m.VolumeMount(name="shm", mount_path="/dev/shm"))  # noqa: S108  shared memory, by its name
    return volumes, mounts


def retries_of(settings: Settings, *, records: bool) -> m.RetryStrategy | None:
    """Write retries: by exit code, so that what can never succeed is not tried again.

    Where a catch reads records there is one attempt more: the one in which the shim writes the record of a pod that
    was killed, which could not write its own. An exception in the user's last attempt has a code that is not retried.
    """
    retries = settings.retries
    count = retries.count if retries is not None else 0
    if not count and not records:
        return None
    codes = ",".join(f"'{code}'" for code in RETRIED)
    backoff = None
    if retries is not None and count and retries.backoff is not None:
        given = retries.backoff
        backoff = m.Backoff(
            duration=duration(given.base),
            factor=m.IntOrString(root=str(int(given.factor))),
            cap=duration(given.cap) if given.cap is not None else None,
        )
    return m.RetryStrategy(
        limit=m.IntOrString(root=str(count + records)),
        retry_policy="Always",
        expression=f"lastRetry.status == 'Error' || lastRetry.exitCode in [{codes}]",
        backoff=backoff,
    )


def duration(value: timedelta) -> str:
    """Write a duration as Go reads it."""
    return f"{value // timedelta(microseconds=1)}us" if value.microseconds else f"{value // timedelta(seconds=1)}s"


def deadline_of(settings: Settings) -> Any:
    """Give Argo's own deadline, a backstop behind the one that the shim keeps."""
    seconds = settings.timeout.seconds if settings.timeout is not None else None
    return m.IntOrString(root=math.ceil(seconds) + GRACE) if seconds else None
