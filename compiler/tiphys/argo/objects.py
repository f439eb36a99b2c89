"""An object of Kubernetes that a run creates: a template of Argo's, in one that succeeds whatever becomes of it."""

from __future__ import annotations

import math

from hera.workflows import models as m

from tiphys.argo.calls import told_to
from tiphys.argo.constructs import dag
from tiphys.argo.expressions import (
    choice,
    has_succeeded,
    input_of,
    output_in,
    parameter_of,
    quantity_in,
    text,
)
from tiphys.argo.people import displayed
from tiphys.argo.placement import placement_of
from tiphys.argo.pod_templates import around_argos
from tiphys.argo.retries import LONGEST, backoff_of
from tiphys.argo.scheduling import locks_of, metadata_of, scheduling_of
from tiphys.authoring.resource import KubernetesResource
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.settings import Settings

OBJECT, MANIFEST = "object", "manifest"
WHOLE = "{v: (del(.metadata.managedFields) | tojson | @base64)} | tojson"
"""The object as an envelope in which nothing is left that Argo would replace."""
FAILED = '{"v":null}'


def object_templates(
    plan: Plan, resource: KubernetesResource, settings: Settings, names: tuple[str, str], profile: Profile
) -> list[m.Template]:
    """Make the templates. names: of the outer and of the inner one."""
    operand = parameter_of(plan.operands[0].name)
    inputs = [m.Parameter(name=name) for name in ("at", operand, *told_to(plan))]
    manifest = m.Parameter(name=MANIFEST, value=quantity_in(operand))
    task = m.DAGTask(
        name=OBJECT,
        template=names[1],
        arguments=m.Arguments(parameters=[manifest]),
        continue_on=m.ContinueOn(failed=True, error=True),
    )
    value = choice((has_succeeded(OBJECT), output_in(OBJECT, "v")), otherwise=text(FAILED))
    seconds = settings.timeout.seconds if settings.timeout is not None else None
    count = settings.retries.count if settings.retries is not None else 0
    tried = None
    if count:
        limit = m.IntOrString(root=str(count))
        tried = m.RetryStrategy(limit=limit, retry_policy="Always", backoff=backoff_of(settings, profile))
    placement = placement_of(settings, profile)
    inner = m.Template(
        name=names[1],
        annotations=displayed(settings.short_name),
        metadata=metadata_of(plan, settings, placement, profile),
        inputs=m.Inputs(parameters=[m.Parameter(name=MANIFEST)]),
        outputs=m.Outputs(parameters=[m.Parameter(name="v", value_from=m.ValueFrom(jq_filter=WHOLE, default=FAILED))]),
        resource=m.ResourceTemplate(
            action="create",
            manifest=input_of(MANIFEST),
            success_condition=resource.success,
            failure_condition=resource.failure,
        ),
        retry_strategy=tried,
        synchronization=locks_of(placement.queue, []),
        active_deadline_seconds=m.IntOrString(root=min(math.ceil(seconds), LONGEST)) if seconds else None,
        service_account_name=settings.service_account,
        **scheduling_of(placement),
    )
    return [dag(names[0], inputs, [task], {"v": value}), around_argos(inner, settings.pod_template)]
