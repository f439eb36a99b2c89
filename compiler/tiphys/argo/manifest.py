"""A lowered program: the objects to apply, and what there is to say of them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from hera.workflows import models as m

import tiphys
from tiphys.argo.containers import (
    INLINE,
    INLINE_RESULT,
    container_template,
    default_image,
    is_small_output,
    output_names,
    shim_variables,
)
from tiphys.argo.dags import JOIN, Scope, dag_template, join_templates
from tiphys.argo.expressions import defused, defused_json
from tiphys.argo.limits import check_limits
from tiphys.argo.names import Names, valid, with_digest
from tiphys.authoring.task import TaskTemplate
from tiphys.bundle import Bundle, Bundler, Entry, Operand, Output, Step
from tiphys.diagnostics import InternalError
from tiphys.ir import Graph, Input, Join, Node, Plan, Pod, Program, Sub
from tiphys.ir import Step as PlannedStep
from tiphys.settings import DEFAULTS, Settings, resolve

MANAGED = {"app.kubernetes.io/managed-by": "tiphys"}


@dataclass(frozen=True)
class Report:
    """What a compiled program costs: pods of one run, templates, how deep they nest, bytes of each object."""

    pods: int
    templates: int
    depth: int
    bytes: Mapping[str, int]
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """The objects of one compiled program, in the order in which they are applied."""

    program: str
    template: str
    objects: tuple[dict[str, Any], ...]
    report: Report
    notes: tuple[str, ...] = field(default=())


def lower(program: Program, *, root: Path, image: str | None = None, notes: tuple[str, ...] = ()) -> Manifest:
    """Lower a program, after all passes, to its objects. `root` is the folder of the user's project; `image` is used by
    tasks that name none.

    Raises ManifestError where the API server or Argo would refuse an object.
    """
    names = Names(JOIN, f"{JOIN}-never", "main")
    bundler = Bundler(program=program.entry, root=root, is_task=task_of)
    settings = {name: settings_of(plan) for name, plan in program.plans.items()}
    used = used_plans(program)
    graph_names = {name: names.of(("graph", name), name) for name in reversed(program.graphs)}
    plan_names = {name: names.of(("plan", name), name) for name in used}
    for name in used:
        bundler.add(entry_of(program.plans[name], plan_names[name], settings[name]))
    templates = dags(program, bundler, graph_names, plan_names)
    bundle: Bundle = bundler.build()
    base = valid(program.entry)
    config = config_map(base, bundle)
    config_name = str(config["metadata"]["name"])
    pods = [
        container_template(
            program.plans[name], plan_names[name], settings[name], config_name, bundle.digest, image or default_image()
        )
        for name in used
    ]
    spec = m.WorkflowSpec(
        entrypoint=graph_names[program.entry],
        arguments=arguments_of(program.main, bundler),
        templates=[*templates, *pods],
    )
    body = spec.model_dump(by_alias=True, exclude_none=True, mode="json")
    name = with_digest(base, json.dumps(body, sort_keys=True).encode())
    template = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name, "labels": labels(base), "annotations": annotations(program)},
        "spec": body,
    }
    objects = (config, template)
    check_limits(program, objects)
    report = Report(
        pods=count_pods(program, program.entry),
        templates=len(body["templates"]),
        depth=depth_of(program, program.entry),
        bytes={f"{item['kind']}/{item['metadata']['name']}": size_of(item) for item in objects},
        requirements=tuple(bundler.requirements()),
    )
    return Manifest(program.entry, name, objects, report, notes)


def task_of(value: object) -> tuple[str, FunctionType] | None:
    """Tell tasks from other objects: a task that code mentions travels as a stub."""
    return (value.name, value.function) if isinstance(value, TaskTemplate) else None


def dags(
    program: Program, bundler: Bundler, graph_names: Mapping[str, str], plan_names: Mapping[str, str]
) -> list[m.Template]:
    """Make the templates of all graphs, the entry first."""
    literals: dict[object, str] = {}

    def envelope(value: object) -> str:
        simple = isinstance(value, bool | int | str | type(None))
        key = (type(value), value) if simple else id(value)
        if key not in literals:
            literals[key] = defused_json(bundler.literal(value))
        return literals[key]

    def template_of(node: Node) -> str:
        match node:
            case Pod(plan=plan):
                return plan_names[plan]
            case Sub(graph=graph):
                return graph_names[graph]
            case Join():
                return JOIN
        message = f"%{node.name} was not lowered"
        raise InternalError(message)

    root = root_graphs(program)
    found = [
        dag_template(
            Scope(program, graph, is_root=name in root, envelope=envelope), graph_names[name], template_of
        )
        for name, graph in reversed(program.graphs.items())
    ]
    if any(isinstance(node, Join) for graph in program.graphs.values() for node in graph.nodes):
        found.extend(join_templates())
    return found


def root_graphs(program: Program) -> set[str]:
    """Name the graphs whose nodes exist once per run: the entry, and the parts it was cut into."""
    found = {program.entry}
    stack = [program.main]
    while stack:
        for node in stack.pop().nodes:
            if isinstance(node, Sub) and program.graphs[node.graph].is_part:
                found.add(node.graph)
                stack.append(program.graphs[node.graph])
    return found


def settings_of(plan: Plan) -> Settings:
    """Resolve the settings of a plan's task; glue runs with the defaults."""
    return resolve(plan.task.levels).settings if plan.task is not None else DEFAULTS  # type: ignore[attr-defined]


def used_plans(program: Program) -> list[str]:
    """Name the plans that some pod follows, in the order of the graphs."""
    used = {node.plan: None for graph in reversed(program.graphs.values()) for node in graph.nodes if isinstance(node, Pod)}
    return list(used)


def entry_of(plan: Plan, name: str, settings: Settings) -> Entry:
    """Describe a plan for the shim."""
    timeout = settings.timeout.seconds if settings.timeout is not None else None
    outputs = []
    for index, output in enumerate(output_names(plan)):
        is_result = output == "r"
        value = plan.outputs[plan.result if is_result and plan.result is not None else index]
        outputs.append(
            Output(
                name=output,
                value=value,  # type: ignore[arg-type]
                inline=INLINE_RESULT if is_result else INLINE,
                slot=not is_small_output(plan, output),
                repr=is_result,
            )
        )
    task = plan.task
    return Entry(
        name=name,
        task=task.name if task is not None else None,
        function=task.function if task is not None else None,
        title=task.name if task is not None else "orchestrator",
        operands=tuple(
            Operand(item.name, item.type if item.typed else None, item.items is None and not item.small, item.items)
            for item in plan.operands
        ),
        before=tuple(step_of(step) for step in plan.before),
        args=(),
        kwargs=dict(plan.keywords),  # type: ignore[arg-type]
        after=tuple(step_of(step) for step in plan.after),
        outputs=tuple(outputs),
        item=plan.is_item,
        timeout=timeout,
        env=shim_variables(settings),
    )


def step_of(step: PlannedStep) -> Step:
    """Describe a piece of glue for the shim."""
    return Step(step.code.function, step.operands, step.where.place, step.code.text)  # type: ignore[arg-type]


def arguments_of(graph: Graph, bundler: Bundler) -> m.Arguments | None:
    """Declare the inputs of a run, with their defaults as JSON text."""
    parameters = [parameter_of(item, bundler) for item in graph.inputs]
    return m.Arguments(parameters=parameters) if parameters else None


def parameter_of(item: Input, bundler: Bundler) -> m.Parameter:
    """Declare one input."""
    if item.default is None:
        return m.Parameter(name=item.name)
    return m.Parameter(name=item.name, value=defused_json(bundler.text(item.default.value)))


def config_map(base: str, bundle: Bundle) -> dict[str, Any]:
    """Make the immutable object that delivers the bundle; its name is that of its content."""
    import base64

    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{base[:40].strip('-')}-bundle-{bundle.digest[:10]}", "labels": labels(base)},
        "immutable": True,
        "binaryData": {"tiphys.zip": base64.b64encode(bundle.data).decode()},
    }


def labels(base: str) -> dict[str, str]:
    """Mark an object as ours."""
    return {**MANAGED, "tiphys.dev/program": base[:63].strip("-")}


def annotations(program: Program) -> dict[str, str]:
    """Say what made the template, and what it is for."""
    found = {
        "tiphys.dev/version": tiphys.__version__,
        "tiphys.dev/python": ".".join(platform.python_version_tuple()[:2]),
        "tiphys.dev/task": program.main.name,
    }
    if program.main.doc:
        found["workflows.argoproj.io/description"] = defused(program.main.doc)
    return found


def count_pods(program: Program, name: str) -> int:
    """Count the pods of one run of a graph, retries aside."""
    counts: dict[str, int] = {}

    def count(graph: str) -> int:
        if graph not in counts:
            nodes = program.graphs[graph].nodes
            counts[graph] = sum(isinstance(node, Pod) for node in nodes) + sum(
                count(node.graph) for node in nodes if isinstance(node, Sub)
            )
        return counts[graph]

    return count(name)


def depth_of(program: Program, name: str) -> int:
    """Count the templates on the longest way from the entry to a pod."""
    depths: dict[str, int] = {}

    def depth(graph: str) -> int:
        if graph not in depths:
            nodes = program.graphs[graph].nodes
            depths[graph] = 1 + max(
                (depth(node.graph) if isinstance(node, Sub) else 1 for node in nodes), default=0
            )
        return depths[graph]

    return depth(name)


def size_of(item: Mapping[str, Any]) -> int:
    """Measure an object as the API server does: its JSON."""
    return len(json.dumps(item, separators=(",", ":")))
