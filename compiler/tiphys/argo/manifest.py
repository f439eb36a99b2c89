"""The objects of a program: the WorkflowTemplate with its DAGs and containers, and the bundle."""

from __future__ import annotations

import json
import platform
from typing import Any

from hera.workflows import models as m

import tiphys
from tiphys.argo.checker import check_manifest
from tiphys.argo.containers import container_template
from tiphys.argo.dags import Scope, dag_template, join_templates
from tiphys.argo.expressions import defused
from tiphys.argo.limits import check_limits, notes_on_sizes
from tiphys.argo.names import with_digest
from tiphys.argo.packing import JOIN, Packed, config_map, labels
from tiphys.argo.pods import default_image
from tiphys.argo.report import Manifest, Report, count_pods, depth_of, size_of
from tiphys.diagnostics import InternalError
from tiphys.ir import Join, Node, Pod, Program, Sub


def lower(packed: Packed, *, image: str | None = None, notes: tuple[str, ...] = ()) -> Manifest:
    """Lower a packed program to its objects. `image` is used by tasks that name none.

    Raises ManifestError where the API server or Argo would refuse an object.
    """
    program = packed.program
    config = config_map(packed.base, packed.bundle)
    bundle = str(config["metadata"]["name"])
    pods = [
        container_template(
            program.plans[name], given, packed.settings[name], bundle, packed.bundle.digest, image or default_image()
        )
        for name, given in packed.plans.items()
    ]
    parameters = [m.Parameter(name=item.name, value=packed.defaults.get(item.name)) for item in program.main.inputs]
    spec = m.WorkflowSpec(
        entrypoint=packed.graphs[program.entry],
        arguments=m.Arguments(parameters=parameters) if parameters else None,
        templates=[*dags(packed), *pods],
    )
    body = spec.model_dump(by_alias=True, exclude_none=True, mode="json")
    name = with_digest(packed.base, json.dumps(body, sort_keys=True).encode())
    template: dict[str, Any] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name, "labels": labels(packed.base), "annotations": notes_on(program)},
        "spec": body,
    }
    objects = (config, template)
    check_limits(program, objects)
    check_manifest(template)
    report = Report(
        pods=count_pods(program, program.entry),
        templates=len(body["templates"]),
        depth=depth_of(program, program.entry),
        bytes={f"{item['kind']}/{item['metadata']['name']}": size_of(item) for item in objects},
        requirements=packed.requirements,
    )
    return Manifest(program.entry, name, objects, report, (*notes, *notes_on_sizes(report.bytes)))


def dags(packed: Packed) -> list[m.Template]:
    """Make the templates of all graphs, the entry first."""
    program = packed.program

    def template_of(node: Node) -> str:
        match node:
            case Pod(plan=plan):
                return packed.plans[plan]
            case Sub(graph=graph):
                return packed.graphs[graph]
            case Join():
                return JOIN
        message = f"%{node.name} was not lowered"
        raise InternalError(message)

    root = root_graphs(program)
    found = [
        dag_template(
            Scope(program, graph, is_root=name in root, envelope=packed.envelope, display=packed.display),
            packed.graphs[name],
            template_of,
        )
        for name, graph in reversed(list(program.graphs.items()))
    ]
    graphs = program.graphs.values()
    if any(not graph.nodes or any(isinstance(node, Join) for node in graph.nodes) for graph in graphs):
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


def notes_on(program: Program) -> dict[str, str]:
    """Say what made the template, and what it is for."""
    found = {
        "tiphys.dev/version": tiphys.__version__,
        "tiphys.dev/python": ".".join(platform.python_version_tuple()[:2]),
        "tiphys.dev/task": program.main.name,
    }
    if program.main.doc:
        found["workflows.argoproj.io/description"] = defused(program.main.doc)
    return found
