"""A DAG in progress: which tasks may start, which are omitted, and how the whole of it ends.

Every task keeps a count of what it still waits for, so that an ending costs as much as the task has dependents.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tiphys.diagnostics import InternalError
from tiphys.engine.calls import Call
from tiphys.engine.depends import Outcome
from tiphys.engine.expressions import Expression, Unevaluable
from tiphys.engine.fan_out import child_name, expand, variable
from tiphys.engine.gotext import text_of
from tiphys.engine.nodes import Node
from tiphys.engine.phases import FROM_ROOT, Phase, seen_from_outside, verdict_of
from tiphys.engine.scope import Scope, TaskScope
from tiphys.engine.tags import MISSING, AbsentValueError, Reference
from tiphys.engine.when import is_met

if TYPE_CHECKING:
    from tiphys.engine.run import Run
    from tiphys.engine.templates import Dag, Output, Task

_OUTCOMES = {phase: Outcome(phase) for phase in Phase}


class DagInProgress:
    """One call of a DAG template."""

    def __init__(self, run: Run, template: Dag, node: Node, inputs: dict[str, str], *, depth: int) -> None:
        self.run = run
        self.template = template
        self.node = node
        self.inputs = inputs
        self.depth = depth
        self.nodes: dict[str, Node] = {}
        self._waiting = {name: len(template.tasks[name].waits_for) for name in template.needed}
        self._unfinished = len(self._waiting)
        self._active = 0
        self._queue: deque[Callable[[], Node]] = deque()
        self._holding: set[str] = set()

    def begin(self) -> None:
        """Start the tasks that wait for nothing."""
        for name, task in self.template.tasks.items():
            if self._waiting.get(name) == 0:
                self._start(task)

    def child_finished(self, node: Node) -> None:
        """Count a task as ended, and start what waited for it last."""
        self.release(node)
        self._unfinished -= 1
        for name in self.template.dependents[node.name]:
            if name in self._waiting:
                self._waiting[name] -= 1
                if not self._waiting[name]:
                    self._start(self.template.tasks[name])
        if not self._unfinished:
            self._finish()

    def release(self, node: Node) -> None:
        """Give back a child's place under the template's parallelism, and start the next in line."""
        if node.id in self._holding:
            self._holding.discard(node.id)
            self._active -= 1
            if self._queue:
                self._enter(self._queue.popleft())

    def _enter(self, start: Callable[[], Node]) -> None:
        limit = self.template.parallelism
        if limit is None:
            start()
        elif self._active < limit:
            self._active += 1
            self._holding.add(start().id)
        else:
            self._queue.append(start)

    def _start(self, task: Task) -> None:
        self.run.steps += 1
        if task.depends is not None and not task.depends.holds(self._outcome):
            self._leave_out(task, Phase.OMITTED, "omitted: depends condition not met")
            return
        try:
            if task.fan_out is not None:
                self._repeat(task)
                return
            scope = self._scope(task)
            if not self._is_wanted(task, scope):
                return
            arguments = arguments_of(task, scope)
        except Unevaluable as error:
            self._leave_out(task, Phase.ERROR, str(error))
            return
        self._enter(lambda: self._call(task, arguments))

    def _is_wanted(self, task: Task, scope: Scope) -> bool:
        if task.when is None:
            return True
        text = task.when.render(scope)
        if is_met(text):
            return True
        self._leave_out(task, Phase.SKIPPED, f"when '{text}' evaluated false")
        return False

    def _call(self, task: Task, arguments: dict[str, str | None]) -> Node:
        call = Call(
            template=task.template,
            name=task.name,
            owner=self,
            boundary=self.node,
            arguments=arguments,
            depth=self.depth + 1,
            incoming=self._incoming(task),
        )
        node = self.nodes[task.name] = self.run.call(call)
        self.node.children.append(node)
        return node

    def _leave_out(self, task: Task, phase: Phase, message: str) -> None:
        node = self._new_node(task, "Skipped")
        node.declared = self.run.program.templates[task.template].declared
        self.run.finish(node, phase, message)

    def _new_node(self, task: Task, kind: str) -> Node:
        path = f"{self.node.id}.{task.name}"
        node = Node(task.name, path, kind, template=task.template[1], owner=self, boundary=self.node.id)
        node.incoming = self._incoming(task)
        self.nodes[task.name] = node
        self.node.children.append(node)
        return node

    def _incoming(self, task: Task) -> int:
        branch = 0
        for name in task.waits_for:
            branch |= self.nodes[name].branch
        return branch if task.waits_for else FROM_ROOT

    def _outcome(self, name: str) -> Outcome:
        node = self.nodes[name]
        if node.kind == "TaskGroup":
            return Outcome(node.phase, tuple(child.phase for child in node.children))
        return _OUTCOMES[node.phase]

    def _scope(self, task: Task, extras: dict[str, object] | None = None) -> Scope:
        tasks = TaskScope(self.nodes.get, task.sees) if task.depends is not None else None
        return Scope(self.run.workflow, self.inputs, tasks=tasks, extras=extras)

    def _repeat(self, task: Task) -> None:
        scope = self._scope(task)
        by_item = task.when is not None and task.when.mentions("item")
        skips = task.when is not None and not by_item and not is_met(task.when.render(scope))
        items = self._items(task, scope, forgiving=skips)
        if not items:
            self._leave_out(task, Phase.SKIPPED, "Skipped, empty params")
            return
        group = Group(self, task, self._new_node(task, "TaskGroup"), left=len(items))
        self.run.started(group.node)
        for index, item in enumerate(items):
            self._start_item(group, child_name(task.name, index, item), item)

    @staticmethod
    def _items(task: Task, scope: Scope, *, forgiving: bool) -> list[object]:
        assert task.fan_out is not None
        try:
            return expand(task.fan_out, scope)
        except (Unevaluable, InternalError):
            if forgiving:
                return []
            raise

    def _start_item(self, group: Group, name: str, item: object) -> None:
        self.run.steps += 1
        task = group.task
        scope = self._scope(task, {"item": variable(item)})
        problem: tuple[Phase, str] | None = None
        arguments: dict[str, str | None] = {}
        try:
            text = "true" if task.when is None else task.when.render(scope)
            if is_met(text):
                arguments = arguments_of(task, scope)
            else:
                problem = Phase.SKIPPED, f"when '{text}' evaluated false"
        except Unevaluable as error:
            problem = Phase.ERROR, str(error)
        if problem is not None:
            path = f"{self.node.id}.{name}"
            node = Node(name, path, "Skipped", template=task.template[1], owner=group, boundary=self.node.id)
            node.declared = self.run.program.templates[task.template].declared
            group.node.children.append(node)
            self.run.finish(node, *problem)
            return
        call = Call(
            template=task.template,
            name=name,
            owner=group,
            boundary=self.node,
            arguments=arguments,
            depth=self.depth + 1,
            incoming=FROM_ROOT,
        )
        place = len(group.node.children)
        group.node.children.append(group.node)  # keeps the place: a queued child may start late

        def start() -> Node:
            node = group.node.children[place] = self.run.call(call)
            return node

        self._enter(start)

    def _finish(self) -> None:
        phase = self._assess()
        message = ""
        if phase is Phase.SUCCEEDED:
            try:
                self.node.outputs = self._outputs()
            except Unevaluable as error:
                # nothing of the inside leads out of such a node: what depends on it is never found again
                self.run.finish(self.node, Phase.ERROR, str(error), branch=0)
                return
        branch = 0
        for name in self.template.targets:
            branch |= seen_from_outside(self.nodes[name].branch, phase)
        self.run.finish(self.node, phase, message, branch=branch)

    def _assess(self) -> Phase:
        result = Phase.SUCCEEDED
        for name in self.template.targets:
            node = self.nodes[name]
            phase = node.phase if node.phase.is_completed and node.incoming else verdict_of(node.branch)
            if phase is None:
                message = (
                    f"Argo would keep `{self.node.id}` running for ever: `{name}` follows a DAG whose outputs could "
                    "not be computed. Every output of a DAG template needs a default."
                )
                raise InternalError(message)
            if phase.is_failure and phase not in self.template.tasks[name].forgives:
                result = phase
                if self.template.fail_fast:
                    break
        return result

    def _outputs(self) -> dict[str, str] | None:
        if not self.template.outputs:
            return None
        # an output knows `inputs` and `tasks` only
        scope = Scope({}, self.inputs, tasks=TaskScope(self.nodes.get, self.nodes))
        return {output.name: _output(output, scope) for output in self.template.outputs}


class Group:
    """The children of one fanned-out task."""

    def __init__(self, dag: DagInProgress, task: Task, node: Node, *, left: int) -> None:
        self.dag = dag
        self.task = task
        self.node = node
        self.left = left

    def child_finished(self, node: Node) -> None:
        """Count a child as ended; the group fails if any of them did."""
        self.dag.release(node)
        self.left -= 1
        if self.left:
            return
        phase = Phase.SUCCEEDED
        for child in self.node.children:
            if child.phase.is_failure:
                phase = child.phase
        branch = 0
        for child in self.node.children:
            branch |= seen_from_outside(child.branch, phase)
        self.dag.run.finish(self.node, phase, branch=branch)


def arguments_of(task: Task, scope: Scope) -> dict[str, str | None]:
    """Render the arguments of a task; None stands for a value that is absent, for which a default may step in."""
    arguments: dict[str, str | None] = {}
    for name, text in task.arguments:
        try:
            arguments[name] = text.render(scope)
        except AbsentValueError:
            if not text.is_plain_reference:
                raise
            arguments[name] = None
    return arguments


def _output(output: Output, scope: Scope) -> str:
    try:
        value = _source(output, scope)
    except Unevaluable:
        if output.default is None:
            raise
        return output.default
    if value is not None:
        return text_of(value)
    if output.default is None:
        message = f"output parameter `{output.name}` is absent, and it has no default"
        raise Unevaluable(message)
    return output.default


def _source(output: Output, scope: Scope) -> object:
    if isinstance(output.source, Expression):
        return output.source.value(scope.variable)
    piece = output.source.pieces[0]
    if not isinstance(piece, Reference):
        return output.source.render(scope)
    value = scope.find(piece.path)
    if value is MISSING:
        message = f"Unable to resolve: {piece.source}"
        raise Unevaluable(message)
    return value
