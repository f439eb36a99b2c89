"""The run itself: a list of things to do, the pods that run, the clocks that tick, in one thread."""

from __future__ import annotations

import heapq
import os
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tiphys.diagnostics import InternalError
from tiphys.engine.attempts import Attempts, PodToRun
from tiphys.engine.calls import MAX_DEPTH, Call, inputs_of
from tiphys.engine.dag import DagInProgress
from tiphys.engine.durations import seconds_of
from tiphys.engine.events import Event, Listener
from tiphys.engine.folders import collect, lay_out, make_job, termination_message
from tiphys.engine.functions import Unevaluable
from tiphys.engine.nodes import Node
from tiphys.engine.people import People
from tiphys.engine.phases import FROM_ROOT, Phase, branch_of
from tiphys.engine.roots import Root, Roots
from tiphys.engine.scope import Scope
from tiphys.engine.tags import OPEN
from tiphys.engine.templates import Dag, Pod, Suspend, Template

if TYPE_CHECKING:
    from tiphys.answers import Answers
    from tiphys.engine.containers import SecretKey
    from tiphys.engine.locks import Locks
    from tiphys.engine.manifest import Program
    from tiphys.engine.pods import Executor, Exit
    from tiphys.engine.store import Store

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_PENDING = "timeout"
ASK_AGAIN = 0.2
"""Seconds until a pod looks again for a mutex that another run may have."""
_DEADLINE = "Pod was active on the node longer than the specified deadline"


class Run:
    """One run of a program; `steps` counts the tasks that were looked at."""

    def __init__(
        self,
        program: Program,
        *,
        workflow: dict[str, object],
        folder: str,
        store: Store,
        executor: Executor,
        parallelism: int,
        mounts: Mapping[str, str],
        secrets: Mapping[SecretKey, str],
        locks: Locks,
        on_event: Listener | None = None,
        time_scale: float = 1.0,
        answers: Answers | None = None,
    ) -> None:
        self.people = People(self, answers)
        self.program = program
        self.workflow = workflow
        self.folder = folder
        self.store = store
        self.executor = executor
        self.roots = Roots(f"{folder}/pods", mounts)
        self.secrets = secrets
        self.locks = locks
        self._asks_again = False
        self.on_event = on_event
        self.time_scale = time_scale
        self.pods = 0
        self.steps = 0
        self.root: Node | None = None
        self._places = parallelism if executor.capacity is None else executor.capacity
        self._todo: deque[Callable[[], None]] = deque()
        self._waiting: deque[PodToRun] = deque()
        self._running: dict[int, PodToRun] = {}
        self._used: list[tuple[Pod, Root]] = []
        self._clocks: list[tuple[float, int, Callable[[], None]]] = []
        self._clocks_set = 0

    def execute(self, arguments: Mapping[str, str]) -> Node:
        """Run the entrypoint to its end."""
        template = self.program.templates[self.program.entry]
        for item in template.inputs:
            if OPEN in arguments.get(item.name, ""):
                message = f"the argument `{item.name}` holds a raw `{{{{` and is an input of the entrypoint"
                raise InternalError(message)
        self.root = self.call(
            Call(
                template=self.program.entry,
                name=str(self.workflow["name"]),
                owner=self,
                boundary=None,
                arguments=arguments,
                depth=1,
                incoming=FROM_ROOT,
            )
        )
        while self.root.finished is None:
            self._settle()
            self._start_pods()
            if self.root.finished is None and not self._todo:
                self._wait()
        return self.root

    def child_finished(self, node: Node) -> None:
        """Do nothing: the entrypoint's node is watched by the loop."""

    def call(self, call: Call) -> Node:
        """Begin a call of a template; its node is there at once, its work is done later."""
        template = self.program.templates[call.template]
        boundary = None if call.boundary is None else call.boundary.id
        node = Node(call.name, call.path, "Skipped", template=template.name, owner=call.owner, boundary=boundary)
        node.incoming = call.incoming
        if call.depth >= MAX_DEPTH:
            self.finish(node, Phase.ERROR, "Maximum recursion depth exceeded")
            return node
        try:
            inputs = inputs_of(template, call, self.workflow)
        except Unevaluable as error:
            self.finish(node, Phase.ERROR, str(error))
            return node
        node.inputs = inputs
        self._begin(template, node, inputs, call.depth)
        return node

    def _begin(self, template: Template, node: Node, inputs: dict[str, str], depth: int) -> None:
        match template:
            case Dag():
                node.kind = "DAG"
                self.started(node)
                self._todo.append(DagInProgress(self, template, node, inputs, depth=depth).begin)
            case Pod() if template.container.retries is not None:
                node.kind = "Retry"
                self.started(node)
                self._todo.append(Attempts(self, template, node, inputs, template.container.retries).begin)
            case Pod():
                node.kind = "Pod"
                self.submit(PodToRun(node, template, Scope(self.workflow, inputs)))
            case Suspend():
                node.kind = "Suspend"
                self.started(node)
                self._suspend(template, node, inputs)
            case _:
                raise InternalError(template.name)

    def _suspend(self, template: Suspend, node: Node, inputs: dict[str, str]) -> None:
        node.outputs = {name: default for name, default in template.declared.items() if default is not None} or None
        if template.asked is not None and self.people.asks(template, node, inputs):
            return
        assert template.duration is not None
        try:
            seconds = seconds_of(template.duration.render(Scope(self.workflow, inputs))) * self.time_scale
        except Unevaluable as error:
            self.finish(node, Phase.ERROR, str(error))
            return
        self.later(seconds, lambda: self.people.over(node))

    def started(self, node: Node) -> None:
        """Mark a node as running."""
        node.phase = Phase.RUNNING
        node.started = time.time()
        if self.on_event is not None:
            self._tell("started", node)

    def finish(self, node: Node, phase: Phase, message: str = "", *, branch: int | None = None) -> None:
        """Mark a node as ended, and let its owner know in turn."""
        node.phase = phase
        node.message = message
        node.finished = time.time()
        if node.started is None:
            node.started = node.finished
        if branch is None:
            branch = branch_of(phase) if phase.is_completed else node.incoming
        # a node that Argo cannot reach hands nothing on
        node.branch = branch if node.incoming else 0
        if self.on_event is not None:
            self._tell("finished", node)
        owner = node.owner
        self._todo.append(lambda: owner.child_finished(node))

    def submit(self, pod: PodToRun) -> None:
        """Let a pod wait for a place, if not for ever."""
        self._waiting.append(pod)
        pending = pod.template.container.pending
        if pending is not None:
            self.later(seconds_of(pending.render(pod.scope)), lambda: self._give_up(pod))

    def _give_up(self, pod: PodToRun) -> None:
        if pod in self._waiting:
            self._waiting.remove(pod)
            self.finish(pod.node, Phase.FAILED, _PENDING)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something after a while."""
        if seconds <= 0:
            self._todo.append(what)
            return
        self._clocks_set += 1
        heapq.heappush(self._clocks, (time.monotonic() + seconds, self._clocks_set, what))

    def _tell(self, what: str, node: Node) -> None:
        assert self.on_event is not None
        moment = node.finished if what == "finished" else node.started
        self.on_event(
            Event(
                what="finished" if what == "finished" else "started",
                path=node.id,
                name=node.name,
                kind=node.kind,
                template=node.template,
                phase=node.phase,
                attempt=node.attempt,
                message=node.message,
                time=moment or 0.0,
            )
        )

    def _settle(self) -> None:
        while self._todo:
            self._todo.popleft()()

    def _wait(self) -> None:
        if not self._running and not self._clocks and not self.people.waiting:
            message = f"the run of {self.program.name} is stuck: nothing runs and nothing waits"
            raise InternalError(message)
        while self._used:  # swept now, while other pods run
            self.roots.give_back(*self._used.pop())
        timeout = max(0.0, self._clocks[0][0] - time.monotonic()) if self._clocks else None
        if self.people.waiting and not self._running:
            self.people.listen(timeout)
        else:
            for end in self.executor.wait(timeout):
                self._end_pod(end)
        now = time.monotonic()
        while self._clocks and self._clocks[0][0] <= now:
            self._todo.append(heapq.heappop(self._clocks)[2])

    def _start_pods(self) -> None:
        blocked: list[PodToRun] = []
        while self._waiting and len(self._running) < self._places:
            pod = self._waiting.popleft()
            if self._is_locked(pod):
                blocked.append(pod)
            else:
                self._start_pod(pod)
        self._waiting.extendleft(reversed(blocked))
        if blocked and not self._asks_again:
            self._asks_again = True
            self.later(ASK_AGAIN, self._ask_again)

    def _is_locked(self, pod: PodToRun) -> bool:
        """Say whether another pod holds a mutex that this one needs, here or in another run; if none, it has them."""
        if not pod.template.container.locks:
            return False
        taken = self.locks.take(text.render(pod.scope) for text in pod.template.container.locks)
        pod.locks = taken or frozenset()
        return taken is None

    def _ask_again(self) -> None:
        """Look once more for mutexes of other runs, which tell nobody when they are free."""
        self._asks_again = False

    def _start_pod(self, pod: PodToRun) -> None:
        number = self.pods + 1
        node = pod.node
        self.started(node)
        root = pod.root = self.roots.take(pod.template)
        log = f"logs/{number:04d}-{_UNSAFE.sub('-', node.name)[:80]}.log"
        try:
            lay_out(root, scope=pod.scope, store=self.store)
            job = make_job(
                root,
                scope=pod.scope,
                number=number,
                log=f"{self.folder}/{log}",
                secrets=self.secrets,
                queued=pod.queued,
                longest=pod.left,
            )
            self.executor.start(job)
        except (Unevaluable, OSError) as error:
            self._used.append((pod.template, root))
            self.locks.give_back(pod.locks)
            self.finish(node, Phase.ERROR, str(error))
            return
        self._running[number] = pod
        self.pods = number
        if self.executor.keeps_logs:
            node.log = log

    def _end_pod(self, end: Exit) -> None:
        pod = self._running.pop(end.number)
        assert pod.root is not None
        node = pod.node
        node.exit_code = end.code
        try:
            results = collect(pod.root, scope=pod.scope, store=self.store)
            reason = termination_message(pod.root) if end.code else ""
        except (Unevaluable, OSError) as error:
            self.finish(node, Phase.FAILED if end.code else Phase.ERROR, f"wait: {error}")
            return
        finally:
            self._used.append((pod.template, pod.root))
            self.locks.give_back(pod.locks)
        node.outputs = results.outputs
        node.artifacts = results.artifacts
        if end.out_of_time:
            self.finish(node, Phase.FAILED, _DEADLINE)
        elif end.code:
            self.finish(node, Phase.FAILED, f"main: Error (exit code {end.code}){reason and f': {reason}'}")
        elif results.problem:
            self.finish(node, Phase.ERROR, f"wait: {results.problem}")
        else:
            self.finish(node, Phase.SUCCEEDED)


def default_parallelism() -> int:
    """Give how many pods run at a time: one per processor, at least two."""
    return max(2, os.cpu_count() or 2)
