"""The tree of what happened: one node per DAG, task, attempt and fan-out child."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Protocol

from tiphys.engine.phases import FROM_ROOT, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping


class Owner(Protocol):
    """What waits for a node: its DAG, its fan-out, its retries, or the run."""

    def child_finished(self, node: Node, /) -> None:
        """Take note that the node has reached its last phase."""
        ...


class Node:
    """One call of a template: mutable while it runs, kept for good afterwards."""

    __slots__ = (
        "artifacts", "attempt", "boundary", "branch", "children", "declared", "exit_code", "finished", "id",
        "incoming", "inputs", "kind", "log", "message", "name", "outputs", "owner", "phase", "started", "template",
        "view",
    )  # fmt: skip

    def __init__(self, name: str, path: str, kind: str, *, template: str, owner: Owner, boundary: str | None) -> None:
        self.id = path
        self.name = name
        self.kind = kind
        self.template = template
        self.owner = owner
        self.boundary = boundary
        self.phase = Phase.PENDING
        self.message = ""
        self.started: float | None = None
        self.finished: float | None = None
        self.attempt: int | None = None
        self.children: list[Node] = []
        self.inputs: Mapping[str, str] = {}
        self.outputs: dict[str, str] | None = None
        self.artifacts: dict[str, str] = {}
        self.declared: Mapping[str, str | None] = {}
        self.exit_code: int | None = None
        self.log: str | None = None
        self.incoming = FROM_ROOT
        self.branch = FROM_ROOT
        self.view: dict[str, object] | None = None

    @property
    def last(self) -> Node:
        """The node whose results count: the last attempt of a retried one."""
        return self.children[-1] if self.kind == "Retry" and self.children else self

    def as_scope(self) -> dict[str, object]:
        """Give what `tasks.<name>` stands for once the node has ended."""
        if self.view is None:
            self.view = self._view()
        return self.view

    def _view(self) -> dict[str, object]:
        source = self.last
        view: dict[str, object] = {"id": source.id, "status": source.phase.value}
        if source.started is not None:
            view["startedAt"] = timestamp(source.started)
        if source.finished is not None:
            view["finishedAt"] = timestamp(source.finished)
        if source.exit_code is not None:
            view["exitCode"] = str(source.exit_code)
        if self.kind == "TaskGroup":
            view["outputs"] = self._aggregate()
        elif source.outputs is not None:
            view["outputs"] = {"parameters": source.outputs}
        elif self.phase in (Phase.SKIPPED, Phase.OMITTED) and self.declared:
            view["outputs"] = {"parameters": dict(self.declared)}
        return view

    def _aggregate(self) -> dict[str, object]:
        """Collect the outputs of a fan-out: succeeded children only, so that later indices shift, as in Argo."""
        lists: dict[str, list[str]] = {}
        for child in self.children:
            if child.phase is Phase.SUCCEEDED:
                for name, text in (child.last.outputs or {}).items():
                    lists.setdefault(name, []).append(text)
        return {"parameters": {name: _json_list(texts) for name, texts in lists.items()}}

    def aggregate_parameters(self) -> str:
        """Give `tasks.<fan-out>.outputs.parameters` as text: a JSON list of objects."""
        found = [child.last.outputs for child in self.children if child.phase is Phase.SUCCEEDED and child.last.outputs]
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def to_dict(self) -> dict[str, object]:
        """Give the node as plain data."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "template": self.template,
            "phase": self.phase.value,
            "boundary": self.boundary,
            "children": [child.id for child in self.children],
            "started": self.started,
            "finished": self.finished,
            "attempt": self.attempt,
            "inputs": dict(self.inputs),
            "outputs": self.outputs,
            "artifacts": self.artifacts,
            "exit_code": self.exit_code,
            "message": self.message,
            "log": self.log,
        }


def timestamp(seconds: float) -> str:
    """Write a time as RFC 3339."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _json_list(texts: list[str]) -> str:
    """Join values as Argo does: decoded if every one is a JSON object or list, else as strings."""
    values: list[object] = []
    try:
        values = [json.loads(text) for text in texts]
    except ValueError:
        values = []
    if not values or not all(isinstance(value, (dict, list)) for value in values):
        values = list(texts)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
