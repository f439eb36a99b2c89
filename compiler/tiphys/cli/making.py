"""`compile` and `graph`: from a file to objects, or to a picture."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiphys.cli.explaining import described, summary
from tiphys.cli.inputs import take
from tiphys.cli.running import finish, task_in, watch_run
from tiphys.diagnostics import UsageError, nearest

if TYPE_CHECKING:
    from tiphys.argo.report import Manifest
    from tiphys.authoring.task import TaskTemplate

OPTIONS = [
    "--output", "--format", "--bind", "--image", "--after", "--apply", "--prune", "--submit", "--watch", "--inputs",
    "--parallelism", "--namespace", "--context", "--profile", "--cache", "--json",
]  # fmt: skip
SUFFIX = {"yaml": "yaml", "json": "json"}


@dataclass(frozen=True)
class Making:
    """What `tiphys compile` was asked for."""

    file: str
    task: str | None
    output: str | None
    form: str
    bind: list[str]
    image: list[str]
    after: str | None
    apply: bool
    prune: bool
    submit: bool
    watch: bool
    inputs: str | None
    parallelism: int | None
    namespace: str | None
    context: str | None
    profile: str | None
    cache: str | None
    as_json: bool
    extra: list[str]


def make(asked: Making) -> None:
    """Run `tiphys compile`."""
    from tiphys.argo.limits import notes_on_sizes
    from tiphys.compiling import compile_task, profile_of, trace_task

    check_options(asked)
    task = task_in(asked.file, asked.task)
    bindings = bound(task, asked.bind)
    if asked.after is not None:
        print(trace_task(task, bindings=bindings, after=asked.after))
        return
    arguments = inputs_of(task, asked, bindings) if asked.submit else {}
    profile = profile_of(task, asked.profile, asked.cache)
    manifest = compile_task(task, bindings=bindings, image=asked.image, profile=profile)
    for note in manifest.notes:
        print(f"note: {note}", file=sys.stderr)
    if not asked.apply and not asked.submit:
        for name in ("namespace", "context"):
            if getattr(asked, name) is not None:
                print(f"note: `--{name}` has no effect without `--apply` or `--submit`", file=sys.stderr)
    if asked.output is not None:
        for note in notes_on_sizes(manifest.report.bytes):
            print(f"note: {note}", file=sys.stderr)
        write(manifest, asked)
    asked = replace(asked, namespace=asked.namespace or profile.namespace)
    if asked.apply:
        bring(manifest, asked)
        tidy(manifest, asked)
    if asked.submit:
        start(manifest, arguments, asked)
    elif asked.as_json:
        print(json.dumps(described(manifest)))
    elif asked.output is None and not asked.apply:
        print(summary(manifest))


def check_options(asked: Making) -> None:
    """Refuse options that nothing would heed, or that contradict each other. Raises UsageError."""
    if asked.form not in SUFFIX:
        message = f"there is no format `{asked.form}`. {nearest(asked.form, list(SUFFIX))}"
        raise UsageError(message)
    if asked.extra and not asked.submit:
        word = asked.extra[0]
        message = f"{word!r} is an input of a run, and nothing is run without `--submit`; to fix it, use --bind"
        near = nearest(word.partition("=")[0], OPTIONS)
        raise UsageError(f"{message}. {near}" if near.startswith("Did") else message)
    is_applied = asked.apply or asked.submit
    wrong = {
        "`--output` names a folder, or - for standard output; write `-o .` for this folder": asked.output == "",
        "`--watch` follows a run that `--submit` starts: say both": asked.watch and not asked.submit,
        "`--prune` deletes triggers in the cluster, and nothing is applied there: say `--apply` too": (
            asked.prune and not is_applied
        ),
        "`--inputs` are those of a run, and nothing is run without `--submit`; to fix them, use --bind": (
            asked.inputs is not None and not asked.submit
        ),
        "`--parallelism` limits the run that `--submit` starts: say both": (
            asked.parallelism is not None and not asked.submit
        ),
        "`--json` and `-o -` both want standard output: write the objects into a folder": (
            asked.as_json and asked.output == "-"
        ),
        "`--after` prints the graph behind a pass and stops there: nothing is written, applied or run": (
            asked.after is not None and (is_applied or asked.output is not None)
        ),
    }
    for message, is_so in wrong.items():
        if is_so:
            raise UsageError(message)


def inputs_of(task: TaskTemplate[..., Any], asked: Making, bindings: dict[str, object]) -> dict[str, str]:
    """Read the inputs of the run; bound ones are fixed already."""
    return take(task, asked.extra, asked.inputs, fixed=frozenset(bindings))


def bound(task: TaskTemplate[..., Any], pairs: list[str]) -> dict[str, object]:
    """Read `--bind name=value`, each by the input's type."""
    from tiphys.arguments import type_and_example
    from tiphys.bundling.live import LiveWorld
    from tiphys.tracing.tasks import interface_of
    from tiphys_runtime import convert

    types = interface_of(task).types
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or name not in types:
            near = f"Write --bind {name}=VALUE." if name in types else nearest(name, list(types))
            message = f"--bind {pair}: write NAME=VALUE for an input of `{task.name}`. {near}"
            raise UsageError(message)
        if name in found:
            message = f"`--bind {name}=...` is said twice; say it once"
            raise UsageError(message)
        try:
            found[name] = convert.from_text(text, types[name], LiveWorld())
        except ValueError as error:
            message = f"--bind {name}: {error} (it takes {type_and_example(types[name])})"
            raise UsageError(message) from None
    return found


def write(manifest: Manifest, asked: Making) -> None:
    """Write the objects to standard output, or a file each into a folder; a file is there whole or not at all."""
    from tiphys.argo.emit import to_json, to_yaml
    from tiphys.caches import write_whole
    from tiphys.cluster.leftovers import TRIGGERS

    emit = to_yaml if asked.form == "yaml" else to_json
    if asked.output == "-":
        sys.stdout.write(emit(manifest.every_object))
        return
    folder = Path(str(asked.output))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        program = manifest.program.replace(".", "-")
        # a program may have several triggers, and their names never change
        named = [(each["metadata"]["name"] if each["kind"] in TRIGGERS else program, each) for each in manifest.objects]
        for base, item in (*named, *manifest.further):
            kind = str(item["kind"]).lower()
            place = folder / f"{base}.{kind}.{SUFFIX[asked.form]}"
            write_whole(place, emit([item]).encode())
            print(f"wrote {place}", file=sys.stderr)
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror or error}"
        raise UsageError(message) from None


def bring(manifest: Manifest, asked: Making) -> None:
    """Apply the objects, triggers included."""
    from tiphys.runs import RunContext

    applied, notes = RunContext(mode="cluster", namespace=asked.namespace, context=asked.context).bring(manifest)
    for line in (*(f"note: {note}" for note in notes), *applied):
        print(line, file=sys.stderr)


def tidy(manifest: Manifest, asked: Making) -> None:
    """Name the triggers that the source does not have any more, or delete them."""
    from tiphys.runs import RunContext

    where = RunContext(mode="cluster", namespace=asked.namespace, context=asked.context)
    found, notes = where.tidy(manifest, prune=asked.prune)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    for one in found:
        still = f"note: {one.kind} {one.namespace}/{one.name} is no trigger of the source any more; --prune deletes it"
        print(one if asked.prune else still, file=sys.stderr)


def start(manifest: Manifest, arguments: dict[str, str], asked: Making) -> None:
    """Apply the objects, submit a run, and follow it if asked to."""
    from tiphys.runs import RunContext

    where = RunContext(mode="cluster", namespace=asked.namespace, context=asked.context, parallelism=asked.parallelism)
    run = where.there(manifest, arguments)
    for note in run.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"submitted {run.name} in {run.state.namespace}", file=sys.stderr)
    if not asked.apply:
        tidy(manifest, asked)
    if asked.watch:
        watch_run(run)
        finish(run, as_json=asked.as_json)
    elif asked.as_json:
        print(json.dumps({**described(manifest), "run": run.name, "namespace": run.state.namespace}))
    else:
        print(run.name)


def print_graph(file: str, name: str | None, form: str, bind: list[str], after: str | None) -> None:
    """Run `tiphys graph`."""
    from tiphys.compiling import trace_task
    from tiphys.view.graphs import draw

    task = task_in(file, name)
    sys.stdout.write(draw(trace_task(task, bindings=bound(task, bind), after=after or "trace"), form))
