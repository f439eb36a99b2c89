"""The objects of a program: the WorkflowTemplate with its DAGs and containers, and the bundle."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from functools import partial
from typing import Any

from hera.workflows import models as m

import tiphys
from tiphys.argo.calls import Calls
from tiphys.argo.checker import check_manifest
from tiphys.argo.constructs import attempt_templates, reading_template, switch_template
from tiphys.argo.container_sets import as_set
from tiphys.argo.containers import container_template
from tiphys.argo.costs import count_pods
from tiphys.argo.dags import Scope, dag_template, join_templates, never
from tiphys.argo.expressions import defused
from tiphys.argo.limits import check_limits
from tiphys.argo.loops import loop_templates
from tiphys.argo.maps import map_templates
from tiphys.argo.names import with_digest
from tiphys.argo.needs import needs_of
from tiphys.argo.objects import object_templates
from tiphys.argo.packing import JOIN, OBJECT, Packed, config_map, is_object, labels
from tiphys.argo.report import Manifest, Report, size_of
from tiphys.argo.reporting import Reporting
from tiphys.argo.retries import pending_of
from tiphys.argo.rounds import depth_of, levels_of, without_template
from tiphys.argo.secrets import needed_secrets
from tiphys.argo.told import told
from tiphys.argo.tries import limit_of, timeout_said
from tiphys.argo.upkeep import pod_gc_of, ttl_of
from tiphys.argo.waits import wait_templates
from tiphys.diagnostics import InternalError
from tiphys.ir import Attempt, Graph, Join, Loop, Map, Node, Pod, Program, Reading, Sub, Switch, Unit, Wait


def lower(packed: Packed, *, notes: tuple[str, ...] = ()) -> Manifest:
    """Lower a packed program to its objects.

    Raises ManifestError where the API server or Argo would refuse an object.
    """
    program = packed.program
    config = config_map(packed.base, packed.bundle)
    bundle = str(config["metadata"]["name"])
    pods = [template for name in packed.plans for template in pod_templates(packed, name, bundle)]
    parameters = [m.Parameter(name=item.name, value=packed.defaults.get(item.name)) for item in program.main.inputs]
    spec = m.WorkflowSpec(
        entrypoint=packed.graphs[program.entry],
        arguments=m.Arguments(parameters=parameters) if parameters else None,
        templates=[*dags(packed), *pods],
        image_pull_secrets=[m.LocalObjectReference(name=name) for name in packed.credentials] or None,
        parallelism=packed.profile.runs.parallelism,
        ttl_strategy=ttl_of(packed.profile),
        pod_gc=pod_gc_of(packed.profile),
    )
    body = spec.model_dump(by_alias=True, exclude_none=True, mode="json")
    add_pending_limits(body, packed)
    name = with_digest(packed.base, json.dumps(body, sort_keys=True).encode())
    template: dict[str, Any] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name, "labels": labels(packed.base), "annotations": {**notes_on(program), **packed.marks}},
        "spec": body,
    }
    depth = depth_of(program, packed.rounds)
    check_limits(program, (config, template), depth, packed.included)
    objects = (config, template, *(each.object_for(name, labels(packed.base)) for each in packed.triggers))
    check_manifest(template)
    report = Report(
        pods=count_pods(program),
        templates=len(body["templates"]),
        depth=depth,
        bytes={f"{item['kind']}/{item['metadata']['name']}": size_of(item) for item in objects},
        requirements=packed.requirements,
        loops=bounds_of(packed),
        recursions=tuple(levels_of(program, packed.rounds).items()),
        tasks=told(packed),
    )
    secrets = needed_secrets(((program.plans[name], said) for name, said in packed.settings.items()), packed.profile)
    notes = (*notes, *notes_on_waits(packed))
    return Manifest(program.entry, name, objects, report, notes, secrets)


def add_pending_limits(body: dict[str, Any], packed: Packed) -> None:
    """Say how long pods may wait until they run: hera's models do not know the field yet."""
    templates = {template["name"]: template for template in body["templates"]}
    for name, given in packed.plans.items():
        records = packed.program.plans[name].records
        templates[given].update(pending_of(packed.settings[name], packed.profile, records=records))


def notes_on_waits(packed: Packed) -> Iterable[str]:
    """Say where the wait for a pod is looked at only once it starts."""
    for name in packed.plans:
        plan, settings = packed.program.plans[name], packed.settings[name]
        timeout = timeout_said(settings)
        limited = "max_queued_time" if timeout.queued_seconds else "deadline" if timeout.deadline_seconds else None
        if limited and limit_of(settings, packed.profile, records=plan.records) and plan.task is not None:
            yield (
                f"{plan.where}: `{plan.task.name}` has a `{limited}`, and is tried again or stands in a `try`: "
                "a pod that starts too late fails, but Argo does not end one that never starts"
            )


def pod_templates(packed: Packed, name: str, bundle: str) -> list[m.Template]:
    """Make the templates of a plan. bundle: the name of the object that delivers the code."""
    plan = packed.program.plans[name]
    if is_object(plan) and plan.task is not None:
        names = packed.plans[name], packed.parts[name, OBJECT]
        return object_templates(plan, plan.task.resource, packed.settings[name], names, packed.profile)
    made = container_template(
        plan, packed.plans[name], packed.settings[name], bundle, packed.bundle.digest, profile=packed.profile
    )
    beside = plan.task.beside if plan.task is not None else None
    return [as_set(made, beside, packed.image) if beside is not None else made]


def bounds_of(packed: Packed) -> tuple[tuple[str, int], ...]:
    """Say, for each loop, where it is and how many rounds it can take."""
    loops = [unit for unit in packed.program.graphs.values() if isinstance(unit, Loop) and unit.name in packed.rounds]
    return tuple((loop.where.place, packed.rounds[loop.name].bound) for loop in loops)


def dags(packed: Packed) -> list[m.Template]:
    """Make the templates of all graphs and constructs, the entry first."""
    program = packed.program
    calls = Calls(
        program=program,
        names=packed.graphs,
        parts=packed.parts,
        plans=packed.plans,
        needs=needs_of(program),
        rounds=packed.rounds,
        answers=packed.answers,
        envelope=packed.envelope,
    )
    root = root_graphs(program)
    spared = without_template(program)
    units = [unit for unit in reversed(program.graphs.values()) if unit.name not in spared]
    reporting = Reporting(program, packed.graphs, packed.parts, packed.plans)
    made = (item for unit in units for item in templates_of(unit, calls, packed, root))
    found = [reporting.of(item) for item in made]
    if any(task.template == JOIN or task.template == never().template for item in found for task in tasks_in(item)):
        found.extend(join_templates())
    return found


def tasks_in(template: m.Template) -> list[m.DAGTask]:
    """List the tasks of a DAG."""
    return template.dag.tasks if template.dag is not None else []


def templates_of(unit: Unit, calls: Calls, packed: Packed, root: set[str]) -> Iterable[m.Template]:
    """Make the templates of one graph or construct."""
    match unit:
        case Graph(name=name):
            scope = Scope(
                calls, unit, is_root=name in root, types=packed.types, display=packed.display, timed=packed.timed
            )
            return (dag_template(scope, packed.graphs[name], partial(template_of, packed)),)
        case Switch():
            return (switch_template(calls, unit, never),)
        case Loop():
            return loop_templates(calls, unit)
        case Map():
            return map_templates(calls, unit)
        case Attempt():
            return attempt_templates(calls, unit)
        case Reading():
            return (reading_template(calls, unit),)
        case Wait():
            return wait_templates(calls, unit)


def template_of(packed: Packed, node: Node) -> str:
    """Name the template that a node runs."""
    match node:
        case Pod(plan=plan):
            return packed.plans[plan]
        case Sub(graph=graph):
            return packed.graphs[graph]
        case Join():
            return JOIN
    message = f"%{node.name} was not lowered"
    raise InternalError(message)


def root_graphs(program: Program) -> set[str]:
    """Name the graphs whose nodes exist once per run: the entry, and the parts it was cut into."""
    found = {program.entry}
    stack = [program.main]
    while stack:
        for call in stack.pop().calls:
            callee = program.graphs[call.graph]
            if isinstance(callee, Graph) and callee.is_part:
                found.add(callee.name)
                stack.append(callee)
    return found


def notes_on(program: Program) -> dict[str, str]:
    """Say what made the template, and what it is for."""
    found = {
        "tiphys.dev/version": tiphys.__version__,
        "tiphys.dev/python": ".".join(platform.python_version_tuple()[:2]),
        "tiphys.dev/task": program.main.name,
    }
    if program.is_storeless:
        found["tiphys.dev/storage"] = "none"
    if program.main.doc:
        found["workflows.argoproj.io/description"] = defused(program.main.doc)
    return found
