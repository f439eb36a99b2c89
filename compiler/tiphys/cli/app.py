"""The commands and their options. Each imports its back end when it is called, so that `--help` is quick."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from tiphys.diagnostics import UsageError


class Once(TyperCommand):
    """A command whose options are said once each, but for the repeatable ones: else the last would win in silence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that is said twice, and a flag with its opposite. Raises UsageError."""
        for item in self.params:
            if set(item.opts) & set(args) and set(item.secondary_opts) & set(args):
                message = f"`{item.opts[0]}` and `{item.secondary_opts[0]}` contradict each other: say one of them"
                raise UsageError(message)
        takes = {name: each for each in self.params for name in each.opts if not getattr(each, "is_flag", False)}
        found: dict[str, str] = {}
        rest = list(args[: args.index("--")] if "--" in args else args)
        while rest:
            word = rest.pop(0)
            flag, equals, value = word.partition("=")
            if not word.startswith("--") and word[:2] in takes:
                flag, equals, value = word[:2], word[2:], word[2:]
            option = takes.get(flag) if word.startswith("-") else None
            if option is None:
                continue
            told = value if equals else "".join(rest[:1])
            del rest[: 0 if equals else 1]
            if not getattr(option, "multiple", False) and found.setdefault(option.opts[0], told) != told:
                message = f"`{option.opts[0]}` is said twice: {found[option.opts[0]]} and {told}; say it once"
                raise UsageError(message)
        return super().parse_args(ctx, args)


def namespace_of(text: str | None) -> str | None:
    """Check `--namespace`. Raises UsageError."""
    if text is None:
        return None
    from tiphys.authoring.naming import as_namespace

    try:
        return as_namespace(text)
    except ValueError as error:
        message = f"--namespace: {error}"
        raise UsageError(message) from None


def run_named(text: str) -> str:
    """Check the name of a run. Raises UsageError."""
    from tiphys.authoring.naming import LONGEST_OBJECT, OBJECT

    if OBJECT.fullmatch(text) is None or len(text) > LONGEST_OBJECT:
        message = f"{text!r} is no name of a run: `--submit` prints it, such as 'demo-main-3f2a9c81d0-x7k2p'"
        raise UsageError(message)
    return text


app = typer.Typer(
    name="tiphys",
    help="Argo Workflows, programmable in plain async Python.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
INPUTS = {"ignore_unknown_options": True, "allow_extra_args": True}

File = Annotated[str, typer.Argument(help="The Python file of the program.", metavar="FILE")]
Task = Annotated[str | None, typer.Argument(help="The task: a function's name. By default `main`.", metavar="TASK")]
Bind = Annotated[list[str] | None, typer.Option("--bind", help="Fix an input now: name=value. Repeatable.")]
Image = Annotated[
    list[str] | None,
    typer.Option("--image", help="The image of tasks that name none; NAME=URI: what a name means. Repeatable."),
]
Profile = Annotated[str | None, typer.Option("--profile", help="One of the project's profiles, or a file.")]
Cache = Annotated[str | None, typer.Option("--cache", help="auto, override (run all, keep it anew) or disable.")]
Inputs = Annotated[str | None, typer.Option("--inputs", help="All inputs as one JSON object, @FILE, or - for stdin.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")]
After = Annotated[str | None, typer.Option("--after", help="Stop behind a pass, and print the graph there.")]
Namespace = Annotated[
    str | None,
    typer.Option("--namespace", "-n", help="By default that of the current context.", callback=namespace_of),
]
Parallelism = Annotated[
    int | None, typer.Option("--parallelism", help="How many pods of the run run at once.", metavar="N", min=1)
]
Context = Annotated[str | None, typer.Option("--context", help="The context of the kubeconfig.")]


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Compile async Python to Argo Workflows, run it here, or in the cluster."""
    if version:
        from tiphys import __version__

        typer.echo(f"tiphys {__version__}")
        raise typer.Exit


@app.command(context_settings={**INPUTS, "allow_interspersed_args": False}, add_help_option=False)
def run(ctx: typer.Context) -> None:
    """Run a task here, through its compiled manifest: run FILE [TASK] --INPUT VALUE ..."""
    from tiphys.cli.running import run_here

    run_here(list(ctx.args))


@app.command(cls=Once, context_settings=INPUTS)
def compile(
    ctx: typer.Context,
    file: File,
    task: Task = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="A folder, or - for standard output.")] = None,
    form: Annotated[str, typer.Option("--format", help="yaml or json.")] = "yaml",
    bind: Bind = None,
    image: Image = None,
    after: After = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply to the cluster, triggers included; starts nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the program's triggers that the source does not have any more.")
    ] = False,
    submit: Annotated[bool, typer.Option("--submit", help="Apply to the cluster and start a run.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the run to its end.")] = False,
    inputs: Inputs = None,
    parallelism: Parallelism = None,
    namespace: Namespace = None,
    context: Context = None,
    profile: Profile = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Compile a task to a WorkflowTemplate and its bundle; the run's inputs stand after `--`."""
    from tiphys.cli.making import Making, make

    extra = list(ctx.args)
    if task is not None and task.startswith("--"):
        extra, task = [task, *extra], None
    make(
        Making(
            file, task, output=output, form=form, bind=bind or [], image=image or [], after=after, apply=apply,
            prune=prune, submit=submit, watch=watch, inputs=inputs, parallelism=parallelism, namespace=namespace,
            context=context, profile=profile, cache=cache, as_json=as_json, extra=extra,
        )
    )  # fmt: skip


@app.command(cls=Once)
def build(
    file: File,
    task: Annotated[str | None, typer.Argument(help="Only what this task calls.", metavar="TASK")] = None,
    image: Image = None,
    profile: Profile = None,
    tool: Annotated[str | None, typer.Option("--tool", help="docker, podman, buildah or buildctl.")] = None,
    push: Annotated[
        bool | None, typer.Option("--push/--no-push", help="By default images that have a registry are pushed.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build again what was pushed before.")] = False,
    print_only: Annotated[bool, typer.Option("--print", help="Print the Dockerfiles, and build nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the images of a task, or of all environments of a file."""
    from tiphys.cli.building import Asked, build_images

    build_images(Asked(file, task, image or [], profile, tool, push, force, print_only, as_json))


@app.command(cls=Once)
def graph(
    file: File,
    task: Task = None,
    form: Annotated[str, typer.Option("--format", help="text, mermaid or dot.")] = "text",
    bind: Bind = None,
    after: After = None,
) -> None:
    """Print the graph of a task."""
    from tiphys.cli.making import print_graph

    print_graph(file, task, form, bind or [], after)


@app.command(cls=Once)
def explain(
    file: File,
    task: Task = None,
    bind: Bind = None,
    image: Image = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run of a task costs: pods, templates, depth, sizes, and how many rounds its loops can take."""
    from tiphys.cli.explaining import explain as print_explained

    print_explained(file, task, bind or [], image or [], profile, as_json=as_json)


@app.command(cls=Once)
def signal(
    name: Annotated[str, typer.Argument(help="The run: the name of its Workflow.", metavar="RUN", callback=run_named)],
    condition: Annotated[
        str | None, typer.Argument(help="The condition, or the place that asks; without one, what the run waits for.")
    ] = None,
    value: Annotated[str | None, typer.Argument(help="The answer.")] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="Answer it wherever it is asked.")] = False,
    namespace: Namespace = None,
    context: Context = None,
    as_json: AsJson = False,
) -> None:
    """Answer a condition that a run in the cluster waits for."""
    from tiphys.cli.signalling import answer, show_waiting

    if condition is None:
        show_waiting(name, namespace=namespace, context=context, as_json=as_json)
    else:
        answer(name, condition, value, everywhere=everywhere, namespace=namespace, context=context, as_json=as_json)


@app.command(cls=Once)
def result(
    name: Annotated[str, typer.Argument(help="The run: the name of its Workflow.", metavar="RUN", callback=run_named)],
    namespace: Namespace = None,
    context: Context = None,
    as_json: AsJson = False,
) -> None:
    """Print what a run in the cluster returned, or why it failed; waits for its end."""
    from tiphys.cli.running import print_result

    print_result(name, namespace=namespace, context=context, as_json=as_json)
