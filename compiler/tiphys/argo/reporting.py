"""Exceptions as values, where there is no artifact repository: a DAG that always succeeds and says what failed in it.

A failed DAG has no outputs. So what runs inside a `try` ends in one task that runs in any case, and has an output
more, `record`: empty, or for each pod that failed a hyphen and its record in base64. What comes after such a DAG runs
only where that is empty. `takers` are the DAGs around the body of a `try`, and around an item of a map whose exceptions
are values: they succeed, too, and what is around them need not ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hera.workflows import models as m

from tiphys.argo.expressions import (
    FAILED,
    RECORD,
    choice,
    evaluated,
    expression_of,
    has_failed,
    has_succeeded,
    output_in,
    read_in,
    text,
    told_by_pod,
)
from tiphys.argo.packing import EACH, GUARD, JOIN, is_object
from tiphys.argo.rounds import without_template
from tiphys.ir import Attempt, Loop, Map, Program, Unit, Wait
from tiphys.passes.handing_on import free_name
from tiphys.passes.records import recording

Parts = Mapping[tuple[str, str], str]
END = "end"
ENDS = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted")
NEEDED = re.compile(r"([-a-zA-Z0-9]+)\.Succeeded", re.ASCII)
EMPTY = "''"
LOST = f"'{FAILED}'"


class Reporting:
    """Knows which templates of a program say what failed in them: none, where there is an artifact repository."""

    def __init__(self, program: Program, names: Mapping[str, str], parts: Parts, plans: Mapping[str, str]) -> None:
        self.pods: frozenset[str] = frozenset()
        self.dags: frozenset[str] = frozenset()
        self.takers: frozenset[str] = frozenset()
        if program.is_storeless:
            inside = [program.graphs[name] for name in recording(program) - without_template(program)]
            recorded = (name for name in plans if program.plans[name].records and not is_object(program.plans[name]))
            self.pods = frozenset(plans[name] for name in recorded)
            self.dags = frozenset(name for unit in inside for name in reporting_templates(unit, names, parts))
            self.takers = frozenset(name for unit in program.graphs.values() for name in taking_templates(unit, parts))

    def record(self, tasks: Iterable[m.DAGTask]) -> str:
        """Give, as an output expression, what tasks say of what failed in them."""
        return " + ".join(found for task in tasks if (found := self.told(task))) or EMPTY

    def told(self, task: m.DAGTask) -> str:
        """Give, as an output expression, what one task says; nothing where it cannot fail."""
        name = str(task.name)
        if task.template in self.pods:
            return f"({choice((has_failed(name), told_by_pod(name)), otherwise=EMPTY)})"
        if task.template not in self.dags and task.template not in self.takers:
            return ""
        said = output_in(name, RECORD) if task.template in self.dags else EMPTY
        if task.with_sequence is not None and said != EMPTY:
            # what Argo collects of the items is a JSON list, also of empty texts
            said = f"({choice((f'{said} matches {LOST}', said), otherwise=EMPTY)})"
        return f"({choice((has_succeeded(name), said), (has_failed(name), LOST), otherwise=EMPTY)})"

    def of(self, template: m.Template) -> m.Template:
        """Let a DAG succeed whatever fails in it, where it is one that does."""
        if template.dag is None or not (template.name in self.dags or template.name in self.takers):
            return template
        tasks = template.dag.tasks
        sure = frozenset(str(task.name) for task in tasks if task.when is None and task.with_sequence is None)
        given = (template.outputs.parameters if template.outputs else None) or []
        record = m.Parameter(name=RECORD, value_from=m.ValueFrom(expression=self.record(tasks), default=FAILED))
        template.outputs = m.Outputs(parameters=[*(careful(item, sure) for item in given), record])
        named = {str(task.name): task for task in tasks}
        for task in tasks:
            self.wait(task, named)
        template.dag.tasks = [*tasks, ending(tasks)]
        return template

    def wait(self, task: m.DAGTask, named: Mapping[str, m.DAGTask]) -> None:
        """Let a task run only where nothing failed in the DAGs before it, which succeed in any case."""
        before = [name for name in needed(task) if named[name].template in self.dags]
        conditions = [f"{output_in(name, RECORD)} == {EMPTY}" for name in before]
        if conditions and task.when is not None:
            conditions.append(f"({expression_of(task.when)})")
        if conditions:
            task.when = evaluated(" && ".join(conditions))


def reporting_templates(unit: Unit, names: Mapping[str, str], parts: Parts) -> Iterator[str]:
    """Name the templates of a unit inside of a `try` that succeed and say what failed in them."""
    if isinstance(unit, Wait):
        return
    yield names[unit.name]
    if isinstance(unit, Loop) or (isinstance(unit, Map) and not unit.keeps_errors):
        yield from (template for (name, _), template in parts.items() if name == unit.name)


def taking_templates(unit: Unit, parts: Parts) -> Iterator[str]:
    """Name the templates of a unit that take the exceptions of what they run."""
    if isinstance(unit, Attempt):
        yield parts[unit.name, GUARD]
    if isinstance(unit, Map) and unit.keeps_errors:
        yield parts[unit.name, EACH]


def needed(task: m.DAGTask) -> list[str]:
    """Name the tasks that have to succeed before one."""
    return NEEDED.findall(task.depends or "")


def careful(output: m.Parameter, sure: frozenset[str]) -> m.Parameter:
    """Let an output be read only where all that it reads has succeeded. sure: the tasks that had to, so far."""
    assert output.value_from is not None
    expression = output.value_from.expression or read_in(str(output.value_from.parameter))
    read = [name for name in tasks_in(expression) if name in sure]
    if read:
        conditions = " && ".join(has_succeeded(name) for name in read)
        expression = choice((conditions, f"({expression})"), otherwise=text("{}"))
    return m.Parameter(name=output.name, value_from=m.ValueFrom(expression=expression, default="{}"))


def tasks_in(expression: str) -> list[str]:
    """Name the tasks whose outputs an expression reads."""
    return list(dict.fromkeys(re.findall(r"tasks\['([-a-zA-Z0-9]+)'\]\.outputs", expression)))


def ending(tasks: list[m.DAGTask]) -> m.DAGTask:
    """Make the task that runs last, whatever has become of the others: how a DAG ends is how its last tasks end."""
    before = {name for task in tasks for name in needed(task)}
    last = (str(task.name) for task in tasks if task.name not in before)
    depends = " && ".join(f"({' || '.join(f'{name}.{end}' for end in ENDS)})" for name in last)
    return m.DAGTask(name=free_name(END, (str(task.name) for task in tasks)), template=JOIN, depends=depends)
