"""A graph becomes a DAG template: a task per node, arguments as envelopes, order as `depends`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

from hera.workflows import models as m

from tiphys.argo.calls import Calls
from tiphys.argo.expressions import (
    input_of,
    output_of,
    parameter_of,
    pass_on,
    text,
    typed_by_people,
    typed_or_timed,
)
from tiphys.argo.packing import JOIN
from tiphys.argo.people import TASK, displayed, titled
from tiphys.argo.pods import output_name
from tiphys.diagnostics import InternalError
from tiphys.ir import Atom, Graph, Join, Literal, Node, Pod, Ref, Sub, predecessors


class Scope:
    """How the nodes of one graph refer to what is around them."""

    def __init__(
        self,
        calls: Calls,
        graph: Graph,
        *,
        is_root: bool,
        types: Mapping[str, int],
        display: str = "",
        timed: frozenset[str] = frozenset(),
    ) -> None:
        self.calls = calls
        self.program = calls.program
        self.graph = graph
        self.is_root = is_root
        self.is_entry = graph.name == calls.program.entry
        self.envelope = calls.envelope
        self.types = types
        self.display = display
        self.timed = timed
        """The inputs that triggers give the planned time."""
        self.inputs = frozenset(item.name for item in graph.inputs)
        self.nodes = {node.name: node for node in graph.nodes}
        self.title = graph.task

    def path(self, name: str) -> str:
        """Give the path of a node, unique in the whole run."""
        return name if self.is_root else f"{input_of('at')}/{name}"

    def reference(self, atom: Atom) -> str:
        """Give the text of an argument: an envelope, or a reference to one."""
        match atom:
            case Literal(value=value):
                return self.envelope(value)
            case Ref(node=name, output=output):
                if name in self.inputs:
                    if not self.is_entry:
                        return input_of(parameter_of(name))
                    typed = typed_or_timed if name in self.timed else typed_by_people
                    return typed(name, self.types[name])
                return output_of(name, self.output(name, output))
        assert_never(atom)

    def output(self, name: str, output: int) -> str:
        """Name the output parameter of a node."""
        node = self.nodes[name]
        if isinstance(node, Pod) and self.graph.is_part and self.program.plans[node.plan].result == output:
            return "r"
        return output_name(output)


def dag_template(scope: Scope, name: str, template_of: Callable[[Node], str]) -> m.Template:
    """Make the template of a graph."""
    graph = scope.graph
    parameters = [] if scope.is_entry else scope.calls.inputs(graph.name)
    if scope.is_root:
        parameters = [item for item in parameters if item.name != "at"]
    marks = {TASK: scope.title, **titled(graph.short_name)}
    return m.Template(
        name=name,
        annotations=None if scope.is_root else displayed(graph.short_name),
        metadata=None if graph.is_part or graph.is_region else m.Metadata(annotations=marks),
        inputs=m.Inputs(parameters=parameters) if parameters else None,
        outputs=outputs_of(scope),
        # Argo refuses a DAG without tasks
        dag=m.DAGTemplate(fail_fast=False, tasks=list(tasks_of(scope, template_of)) or [never()]),
    )


def outputs_of(scope: Scope) -> m.Outputs | None:
    """Declare what a graph gives; each output has a default, or a reader could wait for ever."""
    found = []
    display = scope.graph.result.display
    if display is not None:
        # the parts stand beside it: what reads the result puts them together
        found.append(m.Parameter(name="r", value_from=m.ValueFrom(expression=text(scope.display), default="{}")))
    for index, atom in enumerate(scope.graph.result.values):
        name = f"r{index}" if display is not None else "r" if scope.is_entry else output_name(index)
        match atom:
            case Literal(value=value):
                source = m.ValueFrom(expression=text(scope.envelope(value)), default="{}")
            case Ref(node=node) if node in scope.inputs:
                source = m.ValueFrom(expression=pass_on(parameter_of(node)), default="{}")
            case Ref(node=node, output=output):
                made = scope.nodes[node]
                final = scope.is_entry and isinstance(made, Pod) and scope.program.plans[made.plan].result == output
                source = m.ValueFrom(
                    parameter=output_of(node, "r" if final else scope.output(node, output)), default="{}"
                )
            case _:
                assert_never(atom)
        found.append(m.Parameter(name=name, value_from=source))
    return m.Outputs(parameters=found) if found else None


def tasks_of(scope: Scope, template_of: Callable[[Node], str]) -> Iterable[m.DAGTask]:
    """Make the tasks of a graph."""
    before = {node.name: frozenset(predecessors(node, scope.inputs)) for node in scope.graph.nodes}
    for node in scope.graph.nodes:
        order = predecessors(node, scope.inputs)
        implied = frozenset().union(*(before[name] for name in order)) if len(order) > 1 else frozenset()
        depends = " && ".join(f"{name}.Succeeded" for name in order if name not in implied)
        arguments = arguments_of(scope, node)
        yield m.DAGTask(
            name=node.name,
            template=template_of(node),
            depends=depends or None,
            arguments=arguments,
        )


def arguments_of(scope: Scope, node: Node) -> m.Arguments | None:
    """Give the arguments of one task."""
    match node:
        case Join():
            return None
        case Sub(graph=callee):
            inner = scope.program.graphs[callee]
            at: str | None = scope.path(node.name)
            if isinstance(inner, Graph) and inner.is_part:
                # its nodes stand where they stood before it was cut out
                at = None if scope.is_root else input_of("at")
            found = scope.calls.arguments(scope.graph.name, node, scope.reference, at=at)
            return found if found.parameters else None
        case Pod():
            calls, group = scope.calls, scope.path("")
            return calls.pod_arguments(
                scope.graph.name, node, scope.reference, at=f"{group}{node.name}", given={}, group=group
            )
        case _:
            message = f"%{node.name} of {scope.graph.name} was not lowered to a pod"
            raise InternalError(message)


def join_templates() -> list[m.Template]:
    """Make the templates of a join: a DAG whose only task never runs, so that no pod is needed."""
    return [
        m.Template(name=JOIN, dag=m.DAGTemplate(fail_fast=False, tasks=[never()])),
        m.Template(name=f"{JOIN}-never", suspend=m.SuspendTemplate()),
    ]


def never() -> m.DAGTask:
    """Make a task that is always skipped: its DAG succeeds without a pod."""
    return m.DAGTask(name="never", template=f"{JOIN}-never", when="false")
