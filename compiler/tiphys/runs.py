"""Driving tiphys from Python: `tiphys.run(main, depth=3)`, here or in the cluster.

run = tiphys.run(main, depth=3)
print(run.result())

run = tiphys.with_runcontext(mode="cluster", namespace="ml").run(main, depth=3)
run.wait()
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tiphys.answers import check_signals, conditions_of, given_answers
from tiphys.arguments import from_values
from tiphys.authoring.location import caller
from tiphys.authoring.task import TaskTemplate
from tiphys.cluster import nodes
from tiphys.cluster.leftovers import TRIGGERS
from tiphys.compiling import compile_task, profile_of
from tiphys.contexts import cache_of, check, count_of, said_of_run, unused
from tiphys.diagnostics import UsageError
from tiphys.endings import as_state, ended_here, ended_there, task_names
from tiphys.outcomes import Ended

if TYPE_CHECKING:
    from os import PathLike

    from tiphys.argo.report import Manifest
    from tiphys.cluster import Applied, Cluster
    from tiphys.engine import Event
    from tiphys.settings import Settings

GLUE_FAILED = 3
INPUT_BYTES = 256 * 1024
"""What a run's inputs may have: they travel as text, in the object and in the arguments of the pods."""


@dataclass(frozen=True)
class TaskCall:
    """One call of a task that has started.

    task: `<environment>.<function>`. place: where in the graph, such as `sub/train-2`. kind: `task` (a pod) or
    `orchestrator` (no pod). attempts: how often it was tried. Times are in UTC.
    """

    task: str
    place: str
    kind: Literal["task", "orchestrator"]
    phase: str
    attempts: int
    started: datetime | None
    finished: datetime | None


class Run:
    """A run of a compiled program. Local runs have ended when you get them; cluster runs go on until `wait` returns."""

    def __init__(
        self, manifest: Manifest, state: nodes.Run, watch: Callable[[], Iterable[nodes.Run]] | None = None
    ) -> None:
        self.manifest = manifest
        self.state = state
        self.notes: tuple[str, ...] = ()
        """What could not be checked before it was submitted, and what of the context has no effect."""
        self._watch = watch
        self._ended: Ended | None = None
        self._finish: Callable[[nodes.Run], Ended] | None = None
        self._logs: Mapping[str, str] = {}
        self._store: Path | None = None

    @property
    def name(self) -> str:
        """The run's name; in the cluster, that of its Workflow."""
        return self.state.name

    @property
    def phase(self) -> str:
        """`succeeded`, `failed` or `running`, as last seen."""
        if not self.state.is_over:
            return "running"
        return "failed" if self.state.phase.is_bad else "succeeded"

    def wait(self, on_change: Callable[[nodes.Run], None] | None = None) -> Run:
        """Wait for the end; `on_change` gets the state each time it changes."""
        if self._watch is not None and not self.state.is_over:
            for state in self._watch():
                self.state = state
                if on_change is not None:
                    on_change(state)
        return self

    @property
    def ended(self) -> Ended:
        """How it ended; waits for that."""
        self.wait()
        if self._ended is None:
            assert self._finish is not None
            self._ended = self._finish(self.state)
        return self._ended

    def result(self) -> Any:
        """Give the Python value that the program returned, or raise the exception of the task that failed."""
        return self.ended.value()

    def outputs(self) -> tuple[Any, ...]:
        """Give the results as Flyte does: one per element where a plain tuple was returned, none for `None`."""
        value = self.result()
        if value is None:
            return ()
        return value if type(value) is tuple else (value,)

    def tasks(self) -> list[TaskCall]:
        """List every task call that has started, in the order in which they did."""
        names = task_names(self.manifest.objects)
        found = [
            made
            for node in [*nodes.calls(self.state), *(one for one in self.state.nodes.values() if one.type == "DAG")]
            if (made := self._call(node, names)) is not None
        ]
        return sorted(found, key=lambda call: (call.started or datetime.max.replace(tzinfo=UTC), call.place))

    def _call(self, node: nodes.Node, names: Mapping[str, str]) -> TaskCall | None:
        task = names.get(node.template)
        tries = nodes.attempts(self.state, node)
        if task is None or task == "glue" or node.phase.is_idle or failed_before(tries[0]):
            return None
        place = node.inputs.get("at") or next((one.inputs["at"] for one in tries if "at" in one.inputs), "")
        kind: Literal["task", "orchestrator"] = "orchestrator" if node.type == "DAG" else "task"
        count = 1 if kind == "orchestrator" else len(tries)
        return TaskCall(task, place, kind, str(node.phase).lower(), count, node.started, node.finished)

    def printed(self) -> list[tuple[str, str]]:
        """Give what the tasks of a local run printed, where they succeeded: the place of the call, and the text."""
        found = []
        for node in nodes.pods(self.state):
            log = self._logs.get(node.id)
            if log and node.phase is nodes.Phase.SUCCEEDED and (text := Path(log).read_text(errors="replace")):
                found.append((node.inputs.get("at", node.display_name), text))
        return found

    def reports(self) -> list[tuple[str, str]]:
        """Give the reports that tasks left: the place of the call, and a file, or in the cluster a key of the store."""
        found = []
        for node in self.state.nodes.values():
            if node.type == "Pod" and (key := node.left.get("report")):
                file = str(self._store / key) if self._store is not None else key
                found.append((node.inputs.get("at", node.display_name), file))
        return list(dict.fromkeys(found))

    def summary(self) -> dict[str, Any]:
        """Give the one JSON object that scripts read: run, status, result, error, pods, seconds."""
        ended = self.ended
        seconds = 0.0
        if self.state.started and self.state.finished:
            seconds = round((self.state.finished - self.state.started).total_seconds(), 3)
        return {
            "run": self.name,
            "status": self.phase,
            "result": ended.plain(),
            "error": ended.plain_error(),
            "pods": len(nodes.pods(self.state)),
            "seconds": seconds,
        }


def failed_before(pod: nodes.Node) -> bool:
    """Say whether the orchestrator's own code failed in a pod, before the task's."""
    error = json.loads(pod.outputs.get("v") or "{}").get("e")
    return bool(error and (error.get("where") or error.get("again"))) and pod.exit_code == GLUE_FAILED


@dataclass(frozen=True)
class RunContext:
    """Where and how to run; made by `with_runcontext`."""

    mode: Literal["local", "cluster"] = "local"
    image: str | Sequence[str] | None = None
    namespace: str | None = None
    context: str | None = None
    kubeconfig: str | PathLike[str] | None = None
    executor: Literal["forked", "fresh", "in-process"] | None = None
    parallelism: int | None = None
    workdir: Path | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    profile: str | PathLike[str] | None = None
    signals: Mapping[str, Any] = field(default_factory=dict)
    cache: str | None = None
    name: str | None = None
    said: Settings | None = None
    custom_context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(vars(self))

    def run(self, task: TaskTemplate[..., Any], /, *args: Any, **kwargs: Any) -> Run:
        """Run a task with these inputs. A local run has ended when this returns; a cluster run has been submitted."""
        if not isinstance(task, TaskTemplate):
            message = f"`run` takes a task, not {type(task).__name__} {task!r}; decorate the function with `@env.task`"
            raise UsageError(message)
        return self.start(task, from_values(task, args, kwargs))

    def start(
        self,
        task: TaskTemplate[..., Any],
        arguments: Mapping[str, str],
        on_event: Callable[[Event], None] | None = None,
    ) -> Run:
        """Run a task with inputs that are texts already."""
        if self.mode == "cluster" and self.signals:
            message = (
                "`signals` answer the conditions of a local run; answer this one by `tiphys signal RUN NAME VALUE`"
            )
            raise UsageError(message)
        profile = profile_of(task, None if self.profile is None else str(self.profile), self.cache)
        manifest = compile_task(
            task, image=self.image, profile=profile, cached=self.mode == "local",
            said=self.said, context=self.custom_context,
        )  # fmt: skip
        if self.mode == "local":
            run = self.here(manifest, arguments, on_event)
        else:
            run = replace(self, namespace=self.namespace or profile.namespace).there(manifest, arguments)
        run.notes = (*run.notes, *unused(vars(self)))
        return run

    def here(
        self, manifest: Manifest, arguments: Mapping[str, str], on_event: Callable[[Event], None] | None = None
    ) -> Run:
        """Run a manifest on this computer."""
        from tiphys.engine import execute

        asked = conditions_of(manifest.objects)
        check_signals(self.signals, asked)
        begun = datetime.now(UTC)
        done = execute(
            manifest.objects, arguments, executor=self.executor, parallelism=self.parallelism, workdir=self.workdir,
            on_event=on_event, answers=given_answers(self.signals) if asked else None,
        )  # fmt: skip
        run = Run(manifest, as_state(done, begun))
        run._finish = lambda state: ended_here(done, state, manifest)  # noqa: SLF001  built here, in two steps
        run._store = done.store  # noqa: SLF001
        run._logs = {key: str(done.folder / raw["log"]) for key, raw in done.nodes.items() if raw.get("log")}  # noqa: SLF001
        return run

    def cluster(self) -> Cluster:
        """Connect to the cluster."""
        from tiphys.cluster import connect

        file = Path(self.kubeconfig) if self.kubeconfig is not None else None
        return connect(kubeconfig=file, context=self.context, namespace=self.namespace)

    def there(self, manifest: Manifest, arguments: Mapping[str, str]) -> Run:
        """Apply a manifest to the cluster, but for its triggers, and submit a run."""
        from tiphys import cluster as remote

        check_size(arguments)
        cluster = self.cluster()
        unsure = remote.check_secrets(cluster, manifest.secrets)
        applied = remote.apply(cluster, [item for item in manifest.objects if item["kind"] not in TRIGGERS])
        is_new = any(one.kind == "WorkflowTemplate" and one.action == "created" for one in applied)
        start = remote.submit_new if is_new else remote.submit
        made = start(
            cluster, manifest.template, arguments,
            labels=self.labels, annotations=self.annotations, parallelism=self.parallelism, name=self.name,
        )  # fmt: skip
        state = nodes.Run(made.name, made.namespace, made.uid, nodes.Phase.PENDING)
        run = Run(manifest, state, lambda: remote.watch(cluster, made.name, namespace=made.namespace))
        run.notes = tuple(unsure)
        run._finish = lambda last: ended_there(cluster, last, manifest)  # noqa: SLF001  built here, in two steps
        return run

    def bring(self, manifest: Manifest) -> tuple[tuple[Applied, ...], list[str]]:
        """Apply a manifest to the cluster, triggers included. Gives what was done, and what could not be checked."""
        from tiphys import cluster as remote

        cluster = self.cluster()
        unsure = remote.check_secrets(cluster, manifest.secrets)
        return remote.apply(cluster, manifest.every_object), list(unsure)

    def tidy(self, manifest: Manifest, *, prune: bool) -> tuple[tuple[Applied, ...], list[str]]:
        """Look for triggers that the source does not have any more, or delete those.

        Gives what was found or deleted, and what could not be looked for.
        """
        from tiphys import cluster as remote

        cluster = self.cluster()
        left = remote.leftovers(cluster, manifest.objects)
        return remote.prune(cluster, left.found) if prune else left.found, list(left.notes)


def not_here(manifest: Manifest) -> list[str]:
    """Say what the pods of a program have in the cluster, and not on this computer."""
    from tiphys.engine.absent import absent

    return [f"{said} is not there on this computer" for said in absent(manifest.objects)]


def check_size(arguments: Mapping[str, str]) -> None:
    """Raise UsageError for inputs that are too large for the Workflow and for the arguments of its pods."""
    total = sum(len(text.encode()) for text in arguments.values())
    if total > INPUT_BYTES:
        largest = max(arguments, key=lambda name: len(arguments[name].encode()))
        message = (
            f"the inputs have {total // 1024} KiB, and a run in the cluster takes {INPUT_BYTES // 1024} KiB; "
            f"the largest is `{largest}`\n  Let a task read it from where it is stored."
        )
        raise UsageError(message)


def run(task: TaskTemplate[..., Any], /, *args: Any, **kwargs: Any) -> Run:
    """Run a task on this computer, through the compiled manifest, and give the run. Its `result()` is the value."""
    return RunContext().run(task, *args, **kwargs)


def with_runcontext(
    mode: Literal["local", "cluster", "remote"] | None = "local",
    *,
    image: str | Sequence[str] | None = None,
    namespace: str | None = None,
    context: str | None = None,
    kubeconfig: str | PathLike[str] | None = None,
    executor: Literal["forked", "fresh", "in-process"] | None = None,
    parallelism: int | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    profile: str | PathLike[str] | None = None,
    signals: Mapping[str, Any] | None = None,
    disable_run_cache: bool = False,
    overwrite_cache: bool = False,
    name: str | None = None,
    env_vars: Mapping[str, str] | None = None,
    interruptible: bool | None = None,
    queue: str | None = None,
    service_account: str | None = None,
    custom_context: Mapping[str, str] | None = None,
    max_action_concurrency: int | None = None,
    **unknown: object,
) -> RunContext:
    """Say where and how to run.

    mode: `local` (this computer, through the engine) or `cluster` (the current kubeconfig; `remote` is the same).
    image: for tasks that name none; `NAME=URI` for what `Image.from_ref_name` refers to. namespace, context,
    kubeconfig: which cluster. executor: how pods run on this computer: `forked`, `fresh` or `in-process`. parallelism:
    how many pods run at once. labels, annotations, name: of the Workflow. profile: the name of one of the project's
    profiles, or a file. signals: answers to the conditions of a local run; a list answers one after the other.
    disable_run_cache: nothing that was kept is used, and nothing is kept. overwrite_cache: all runs anyway, and
    replaces what was kept. env_vars: variables of all pods, beside those of the tasks, over which they win.
    interruptible, queue, service_account: of all tasks, whatever those say themselves. custom_context: texts that
    `ctx()` gives to all tasks. max_action_concurrency: Flyte's name for `parallelism`.

    Raises UsageError, or AuthoringError at the line that says a wrong setting.
    """
    said = said_of_run(dict(locals()), unknown, caller())
    cache = cache_of(disable=disable_run_cache, overwrite=overwrite_cache)
    count_of("max_action_concurrency", max_action_concurrency)
    if None not in (parallelism, max_action_concurrency) and parallelism != max_action_concurrency:
        both = f"`parallelism={parallelism!r}` and `max_action_concurrency={max_action_concurrency!r}`"
        message = f"{both} are one: say it once"
        raise UsageError(message)
    return RunContext(
        "local" if mode is None else "cluster" if mode == "remote" else mode,
        image,
        namespace,
        context,
        kubeconfig,
        executor,
        parallelism if parallelism is not None else max_action_concurrency,
        None,
        {} if labels is None else labels,
        {} if annotations is None else annotations,
        profile,
        {} if signals is None else signals,
        cache,
        name,
        said,
        {} if custom_context is None else custom_context,
    )
