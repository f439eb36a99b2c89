"""`run`, `result`, and the end of `compile --submit --watch`: what is printed of a run."""

from __future__ import annotations

import gc
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import ClusterError, UsageError

if TYPE_CHECKING:
    from tiphys.answers import Typed
    from tiphys.authoring.task import TaskTemplate
    from tiphys.runs import Run

COUNT = re.compile(r"0*[1-9][0-9]{0,8}")
SHOWN_LINES = 50
"""Of what each task printed; the rest is in the folder of the run."""
OPTIONS = """\
Usage: tiphys run FILE [TASK] [--INPUT VALUE ...]

Runs a task here, through its compiled manifest, in worker processes.

Options:
  --inputs TEXT      All inputs as one JSON object, @FILE, or - for stdin.
  --json             Print one JSON object, and nothing else, on standard output.
  --image URI        The image of tasks that name none; NAME=URI: what a name means. Images play no part here.
  --profile NAME     One of the project's profiles, or a file.
  --parallelism N    How many pods run at once; by default the number of cores.
  --cache HOW        auto, override (run all, and keep the results anew) or disable.
  --signal NAME=VALUE  Answer a condition; may be said again, also for a further question of the same name.
  --debug            Run the tasks in this process, one after the other, so that a debugger sees them.
  --help             Show this, and with FILE the inputs of its task."""


def run_here(words: list[str]) -> None:
    """Run `tiphys run` on the words after it."""
    from tiphys.cli.inputs import help_text, take

    wants_help = "--help" in words or "-h" in words
    signals, words = signals_in([word for word in words if word not in ("--help", "-h")])
    options, words = split(words)
    if not words or words[0].startswith("-"):
        if wants_help or not words:
            print(OPTIONS)
            return
        message = f"name the file first: tiphys run FILE [TASK] {words[0]} ..."
        raise UsageError(message)
    file, *rest = words
    name = rest.pop(0) if rest and not rest[0].startswith("-") else None
    task = task_in(file, name)
    if wants_help:
        print(f"{OPTIONS}\n\n{help_text(task)}")
        return
    arguments = take(task, rest, options.get("inputs"))
    finish(local(task, arguments, options, signals), as_json="json" in options)


def split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take the command's own options out of the words."""
    options: dict[str, str] = {}
    rest: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        flag, equals, value = word.partition("=")
        if flag in ("--json", "--debug") and not equals:
            options[flag[2:]] = "true"
        elif flag in ("--inputs", "--parallelism", "--image", "--profile", "--cache"):
            if not equals and not waiting:
                message = f"`{flag}` needs a value"
                raise UsageError(message)
            told = value if equals else waiting.pop(0)
            before = options.get(flag[2:])
            if before is not None and flag != "--image":
                message = f"`{flag}` is said twice: {before} and {told}; say it once"
                raise UsageError(message)
            options[flag[2:]] = told if before is None else f"{before}\n{told}"
        else:
            rest.append(word)
    return options, rest


def signals_in(words: list[str]) -> tuple[dict[str, list[Typed]], list[str]]:
    """Take the answers to conditions out of the words."""
    from tiphys.answers import Typed

    found: dict[str, list[Typed]] = {}
    rest: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        flag, said, pair = word.partition("=")
        if flag != "--signal":
            rest.append(word)
            continue
        pair = pair if said else waiting.pop(0) if waiting else ""
        name, equals, text = pair.partition("=")
        if not equals or not name:
            message = f"`--signal {pair}`: write NAME=VALUE, the answer to a condition, such as --signal approve=true"
            raise UsageError(message)
        found.setdefault(name, []).append(Typed(text))
    return found, rest


def task_in(file: str, name: str | None) -> TaskTemplate[..., Any]:
    """Load a file and find its task."""
    from tiphys.loading import find_task, load_module

    return find_task(load_module(Path(file)), name)


def local(
    task: TaskTemplate[..., Any], arguments: dict[str, str], options: dict[str, str], signals: dict[str, list[Typed]]
) -> Run:
    """Compile and run here, with progress."""
    from tiphys.compiling import compile_task, profile_of
    from tiphys.runs import RunContext, not_here
    from tiphys.view.progress import Progress

    count = options.get("parallelism")
    if count is not None and not COUNT.fullmatch(count):
        message = f"`--parallelism {count}`: write a whole number from 1 on, such as --parallelism 4"
        raise UsageError(message)
    profile = profile_of(task, options.get("profile"), options.get("cache"))
    manifest = compile_task(
        task, image=options["image"].split("\n") if "image" in options else None, profile=profile, cached=True
    )
    for note in (*manifest.notes, *not_here(manifest)):
        print(f"note: {note}", file=sys.stderr)
    progress = Progress(manifest.report.pods)
    where = RunContext(
        executor="in-process" if "debug" in options else None,
        parallelism=int(count) if count else None,
        signals=signals,
    )
    gc.enable()
    run = where.here(manifest, arguments, progress.on_event)
    progress.close()
    show_output(run)
    return run


def show_output(run: Run) -> None:
    """Show what the tasks printed; a failed one's traceback is shown at the end anyway."""
    for place, text in run.printed():
        for line in text.splitlines()[-SHOWN_LINES:]:
            print(f"{place} | {line}", file=sys.stderr)


def finish(run: Run, *, as_json: bool) -> None:
    """Print the end of a run, and exit with 1 if it failed."""
    ended = run.ended
    for place, where in run.reports():
        print(f"report of {place}: {where}", file=sys.stderr)
    if as_json:
        print(json.dumps(run.summary()))
        if ended.error is not None:
            print(ended.text(), file=sys.stderr)
    elif ended.error is not None:
        print(ended.text(), file=sys.stderr)
    else:
        print(ended.text())
    if ended.error is not None:
        raise SystemExit(1)


def watch_run(run: Run) -> None:
    """Follow a run in the cluster, with progress."""
    from tiphys.view.progress import Progress

    progress = Progress(run.manifest.report.pods)
    run.wait(progress.on_state)
    progress.close()


def print_result(name: str, *, namespace: str | None, context: str | None, as_json: bool) -> None:
    """Run `tiphys result`."""
    from tiphys.argo.report import Manifest, Report
    from tiphys.cluster import connect, watch
    from tiphys.endings import ended_there
    from tiphys.runs import Run

    cluster = connect(context=context, namespace=namespace)
    workflow = cluster.read("Workflow", name)
    if workflow is None:
        message = f"there is no run `{name}` in the namespace `{cluster.namespace}`"
        raise ClusterError(message)
    *_, last = watch(cluster, name)
    config = [item for item in bundle_of(cluster, workflow) if item is not None]
    stored = {"kind": "WorkflowTemplate", "spec": {"templates": stored_templates(workflow)}}
    manifest = Manifest("", "", (*config, stored), Report(0, 0, 0, {}, ()))
    run = Run(manifest, last)
    run._finish = lambda state: ended_there(cluster, state, manifest)  # noqa: SLF001  made here, in two steps
    finish(run, as_json=as_json)


def stored_templates(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the templates that a run was made of."""
    return (workflow.get("status", {}).get("storedWorkflowTemplateSpec") or {}).get("templates") or []


def bundle_of(cluster: Any, workflow: dict[str, Any]) -> list[Any]:
    """Read the bundle that a run uses, for results that are known values of it."""
    names = {
        volume["configMap"]["name"]
        for template in stored_templates(workflow)
        for volume in template.get("volumes") or ()
        if volume.get("name") == "code" and "configMap" in volume
    }
    return [cluster.read("ConfigMap", name) for name in sorted(names)]
