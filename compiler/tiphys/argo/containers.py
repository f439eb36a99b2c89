"""A plan becomes a container template: the shim, its operands and outputs, and the settings of the task."""

from __future__ import annotations

from hera.workflows import models as m

from tiphys.argo import caching
from tiphys.argo.calls import told_to
from tiphys.argo.expressions import (
    CAUGHT,
    FAILED,
    FRAME,
    ITEM_AT,
    RECORD,
    RECORDS_TO,
    WORKFLOW_UID,
    artifact_key,
    bounded,
    directory_key,
    input_of,
    item_key,
    output_key,
    parameter_of,
    record_key,
    records_key,
    report_key,
    spilled_key,
)
from tiphys.argo.people import displayed, leaves_artifact, leaves_report
from tiphys.argo.placement import placement_of
from tiphys.argo.pod_templates import within
from tiphys.argo.pods import ARCHIVE, ARGUMENT, ROOT, is_small_output, output_name, output_names
from tiphys.argo.requests import patch_of, resources_of, volumes_of
from tiphys.argo.retries import counted_files, deadline_of, memory_patch, retries_of
from tiphys.argo.scheduling import locks_of, metadata_of, scheduling_of
from tiphys.argo.secrets import secret_volumes
from tiphys.argo.storing import artifact
from tiphys.argo.variables import variables_of
from tiphys.ir import Operand, Plan
from tiphys.profile import Profile
from tiphys.settings import Settings


def container_template(
    plan: Plan, name: str, settings: Settings, bundle: str, digest: str, *, profile: Profile
) -> m.Template:
    """Make the template of a plan."""
    store = profile.storage
    placement = placement_of(settings, profile)
    operands = [(parameter_of(item.name), item) for item in plan.operands]
    parameters = [m.Parameter(name="at"), *(m.Parameter(name=operand) for operand, _ in operands)]
    args = [digest, name, WORKFLOW_UID, input_of("at")]
    args.extend(argument_of(operand, item) for operand, item in operands)
    if plan.catch is not None:
        args.insert(4, bounded(CAUGHT, ARGUMENT) if plan.is_storeless else "{}")
    told = told_to(plan)
    long = (FRAME,) if plan.is_storeless else ()
    args.extend(bounded(name, ARGUMENT) if name in long else input_of(name) for name in told if name != CAUGHT)
    parameters.extend(m.Parameter(name=name) for name in told)
    volumes, mounts = volumes_of(settings.resources, bundle)
    secrets, secret_mounts = secret_volumes(settings, profile)
    artifacts = [
        input_artifact(operand, item, store) for operand, item in operands if item.items is not None or not item.small
    ]
    if plan.catch is not None and not plan.is_storeless:
        artifacts.append(artifact("records", f"{ROOT}/in/records", records_key(input_of(CAUGHT)), store))
    key = caching.key_of(plan, settings)
    found, kept = caching.artifacts_of(key, settings, store)
    tried, tries = counted_files(settings, profile)
    artifacts.extend((*found, *tried))
    made = m.Template(
        name=name,
        annotations=displayed(settings.short_name),
        metadata=metadata_of(plan, settings, placement, profile),
        inputs=m.Inputs(parameters=parameters, artifacts=artifacts or None),
        outputs=outputs_of(plan, store, [*kept, *tries, *left_by(plan, settings, store)]),
        synchronization=locks_of(placement.queue, caching.locks_of(key, settings)),
        container=m.Container(
            image=str(settings.image),
            command=["python3", ARCHIVE],
            args=args,
            env=variables_of(
                settings, profile, records=plan.records, is_task=plan.task is not None and not plan.task.is_own
            ),
            resources=resources_of(settings.resources, placement.resource),
            volume_mounts=[*mounts, *secret_mounts],
        ),
        volumes=[*volumes, *secrets],
        retry_strategy=retries_of(settings, profile, records=plan.records, count=counted_by(plan)),
        active_deadline_seconds=deadline_of(settings),
        pod_spec_patch=patch_of(plan) or memory_patch(settings),
        service_account_name=settings.service_account,
        **scheduling_of(placement),
    )
    return within(made, settings.pod_template, is_set=plan.task is not None and plan.task.beside is not None)


def counted_by(plan: Plan) -> str | None:
    """Name the parameter that says how often a plan is tried again, where only run time does."""
    return None if plan.retries is None else parameter_of(caching.operand_at(plan, plan.retries))


def argument_of(name: str, item: Operand) -> str:
    """Give an operand to the program: its envelope, or none where its files are read."""
    if item.items is not None:
        return "{}"
    return bounded(name, ARGUMENT) if item.is_bounded else input_of(name)


def input_artifact(name: str, item: Operand, store: str) -> m.Artifact:
    """Let Argo fetch the file, or the directory, of an operand."""
    key = spilled_key(name) if item.items is None else directory_key(input_of(name))
    return artifact(name, f"{ROOT}/in/{name}", key, store)


def left_by(plan: Plan, settings: Settings, store: str) -> list[m.Artifact]:
    """Declare what a task leaves for people and for other programs."""
    found = []
    if leaves_report(plan, settings):
        found.append(artifact("report", f"{ROOT}/out/report.html", report_key(input_of("at")), store))
    if plan.task is not None and leaves_artifact(plan, settings):
        key = artifact_key(plan.task.whole, input_of("at"))
        found.append(artifact("artifact", f"{ROOT}/out/artifact", key, store))
    return found


def outputs_of(plan: Plan, store: str, kept: list[m.Artifact]) -> m.Outputs:
    """Declare the envelopes of the outputs, and the files of those that may be large."""
    names = output_names(plan)
    parameters = [
        m.Parameter(name=name, value_from=m.ValueFrom(path=f"{ROOT}/out/{name}", default="{}")) for name in names
    ]
    artifacts = list(kept)
    for name in names:
        # what a wide fan-in reads is always written, and where the fan-in looks
        is_item = plan.item is not None and name == output_name(plan.item)
        key = item_key(input_of(ITEM_AT)) if is_item else output_key(input_of("at"), name)
        if is_item or not is_small_output(plan, name):
            artifacts.append(artifact(name, f"{ROOT}/out/{name}.data", key, store))
    if plan.records and plan.is_storeless:
        parameters.append(m.Parameter(name=RECORD, value_from=m.ValueFrom(path=f"{ROOT}/out/{RECORD}", default=FAILED)))
    elif plan.records:
        key = record_key(input_of(RECORDS_TO), input_of("at"))
        artifacts.append(artifact("record", f"{ROOT}/out/record", key, store))
    return m.Outputs(parameters=parameters, artifacts=artifacts or None)
