"""What names stand for at one place of a run: `inputs`, `workflow`, `tasks`, `item`, `retries`, `lastRetry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiphys.engine.expressions import Lazy, UnknownName
from tiphys.engine.tags import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tiphys.engine.nodes import Node


class TaskScope(Lazy):
    """`tasks`: the finished tasks that may be seen from here."""

    __slots__ = ("_node_of", "_visible")

    def __init__(self, node_of: Callable[[str], Node | None], visible: Collection[str]) -> None:
        self._node_of = node_of
        self._visible = visible

    def node(self, name: str) -> Node | None:
        """Give a finished task's node."""
        return self._node_of(name) if name in self._visible else None

    def entry(self, key: str) -> object:
        node = self.node(key)
        return None if node is None else node.as_scope()

    def has(self, key: str) -> bool:
        return self.node(key) is not None


class Scope:
    """The variables of one template call, or of one task in it."""

    __slots__ = ("extras", "inputs", "tasks", "workflow")

    def __init__(
        self,
        workflow: dict[str, object],
        inputs: dict[str, str],
        *,
        tasks: TaskScope | None = None,
        extras: dict[str, object] | None = None,
    ) -> None:
        self.workflow = workflow
        self.inputs = inputs
        self.tasks = tasks
        self.extras = extras or {}

    def variable(self, name: str) -> object:
        """Give a top-level name of an expression."""
        if name == "inputs":
            return {"parameters": self.inputs}
        if name == "tasks" and self.tasks is not None:
            return self.tasks
        if name in self.extras:
            return self.extras[name]
        if name == "workflow" and self.workflow:
            return self.workflow
        message = f"unknown name {name}"
        raise UnknownName(message)

    def find(self, path: tuple[str, ...]) -> object:
        """Give what a dotted path stands for, or `MISSING`."""
        root = path[0]
        if root == "tasks":
            return self._find_task(path)
        if root == "inputs" and len(path) == 3 and path[1] == "parameters":
            return self.inputs.get(path[2], MISSING)
        if root == "workflow":
            return _descend(self.workflow, path[1:])
        return _descend(self.extras, path)

    def _find_task(self, path: tuple[str, ...]) -> object:
        if self.tasks is None:
            return MISSING
        if len(path) == 1:
            return self.tasks
        node = self.tasks.node(path[1])
        if node is None:
            return MISSING
        if node.kind == "TaskGroup" and path[2:] == ("outputs", "parameters"):
            return node.aggregate_parameters()
        return _descend(node.as_scope(), path[2:])


def _descend(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value
