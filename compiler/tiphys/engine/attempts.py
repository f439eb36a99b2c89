"""A retried pod: one attempt after the other, until one succeeds or the strategy has had enough."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tiphys.engine.functions import Unevaluable
from tiphys.engine.nodes import Node
from tiphys.engine.phases import Phase
from tiphys.engine.retries import RetryStrategy, decide, last_retry
from tiphys.engine.scope import Scope

if TYPE_CHECKING:
    from tiphys.engine.roots import Root
    from tiphys.engine.run import Run
    from tiphys.engine.templates import Pod


class PodToRun:
    """A pod that waits for a place, or runs.

    left: what remains of a backoff's longest duration. locks: the mutexes that it holds, by their numbers. queued: when
    it was made, in seconds of the clock.
    """

    __slots__ = ("left", "locks", "node", "queued", "root", "scope", "template")

    def __init__(self, node: Node, template: Pod, scope: Scope, *, left: float | None = None) -> None:
        self.node = node
        self.template = template
        self.scope = scope
        self.left = left
        self.queued = time.time()
        self.root: Root | None = None
        self.locks: frozenset[int] = frozenset()


class Attempts:
    """One call of a container template with a retry strategy."""

    def __init__(self, run: Run, template: Pod, node: Node, inputs: dict[str, str], strategy: RetryStrategy) -> None:
        self.run = run
        self.template = template
        self.node = node
        self.inputs = inputs
        self.strategy = strategy
        self._begun = time.monotonic()
        self._skipped = 0.0

    def begin(self, left: float | None = None) -> None:
        """Start the next attempt."""
        number = len(self.node.children)
        last = self.node.children[-1] if self.node.children else None
        extras: dict[str, object] = {"retries": str(number), "lastRetry": last_retry(last, missing="0")}
        name = f"{self.node.name}({number})"
        path = f"{self.node.id}({number})"
        node = Node(name, path, "Pod", template=self.template.name, owner=self, boundary=self.node.boundary)
        node.attempt = number
        node.inputs = self.inputs
        self.node.children.append(node)
        scope = Scope(self.run.workflow, self.inputs, extras=extras)
        self.run.submit(PodToRun(node, self.template, scope, left=left))

    def child_finished(self, node: Node) -> None:
        """End with a success, or decide what follows a failure."""
        self.node.outputs = node.outputs
        self.node.artifacts = node.artifacts
        self.node.exit_code = node.exit_code
        if not node.phase.is_failure:
            self.run.finish(self.node, node.phase)
            return
        elapsed = time.monotonic() - self._begun + self._skipped
        scope = Scope(self.run.workflow, self.inputs)
        try:
            verdict = decide(self.strategy, len(self.node.children), node, scope=scope, elapsed=elapsed)
        except Unevaluable as error:
            self.run.finish(self.node, Phase.ERROR, str(error))
            return
        if not verdict.again:
            self.run.finish(self.node, node.phase, verdict.reason)
            return
        wait = verdict.wait * self.run.time_scale
        self._skipped += verdict.wait - wait
        self.run.later(wait, lambda: self.begin(verdict.left))
