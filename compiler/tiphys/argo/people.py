"""What people see of a pod: its title, what it is for, and which task of the file it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tiphys.argo.expressions import artifact_key, defused, filled, input_of, report_key
from tiphys.authoring.hooks import plugin_marks
from tiphys.authoring.reuse import ReusePolicy
from tiphys.authoring.task import TaskTemplate
from tiphys.ir import Plan, Program
from tiphys.settings import Settings, resolve

TASK = "tiphys.dev/task"
TITLE = "workflows.argoproj.io/title"
DESCRIPTION = "workflows.argoproj.io/description"
ENVIRONMENT = "tiphys.dev/environment"
ENTRYPOINT = "tiphys.dev/entrypoint"
REUSABLE = "tiphys.dev/reusable"
LINKS = "link.tiphys.dev/"
REPORT = "tiphys.dev/report"
ARTIFACT = "tiphys.dev/artifact"
DISPLAYED = "workflows.argoproj.io/display-name"
LONGEST_DESCRIPTION = 1024


def annotations_of(plan: Plan, settings: Settings) -> dict[str, str]:
    """Give the annotations of a plan's pod that are for people."""
    task = plan.task
    if task is None or task.is_own:
        return {TASK: "glue"}
    found = {TASK: task.name}
    found.update(titled(settings.short_name))
    if isinstance(task, TaskTemplate) and (said := summary(task.description)):
        found[DESCRIPTION] = defused(said)
    around = task.environment if isinstance(task, TaskTemplate) else None
    if around is not None and around.description:
        found[ENVIRONMENT] = defused(around.description)
    if isinstance(settings.reusable, ReusePolicy):
        found[REUSABLE] = str(settings.reusable)
    found.update((f"{LINKS}{link.key}", filled(link.url)) for link in settings.links or ())
    if leaves_artifact(plan, settings):
        found[ARTIFACT] = artifact_key(task.whole, input_of("at"))
    if leaves_report(plan, settings):
        found[REPORT] = report_key(input_of("at"))
    if isinstance(task, TaskTemplate):
        found.update((name, defused(text)) for name, text in plugin_marks(task).items())
    if settings.entrypoint:
        found[ENTRYPOINT] = "true"
    return found


def marks_of(task: TaskTemplate[..., Any]) -> dict[str, str]:
    """Give the annotations of a program that its task asks for."""
    said = resolve(task.levels).settings
    return {**titled(said.short_name), **({ENTRYPOINT: "true"} if said.entrypoint else {})}


def titled(short_name: str | None) -> dict[str, str]:
    """Give the title that people are shown, where one was said."""
    return {TITLE: defused(short_name)} if short_name else {}


def leaves_report(plan: Plan, settings: Settings) -> bool:
    """Say whether a pod may leave a report."""
    return bool(settings.report) and plan.task is not None and not plan.task.is_own


def leaves_artifact(plan: Plan, settings: Settings) -> bool:
    """Say whether a pod leaves its result for others."""
    return bool(settings.produces_artifacts) and plan.task is not None and not plan.task.is_own


def notes_on_reuse(program: Program, settings: Mapping[str, Settings]) -> tuple[str, ...]:
    """Say once that no containers are kept."""
    plans = ((program.plans[name], said) for name, said in settings.items())
    tasks = [plan.task.name for plan, said in plans if plan.task is not None and isinstance(said.reusable, ReusePolicy)]
    if not tasks:
        return ()
    named = ", ".join(f"`{name}`" for name in dict.fromkeys(tasks))
    return (f"{named}: Argo keeps no containers for further calls, so `reusable` has no effect: ordinary pods run",)


def summary(text: str) -> str:
    """Give the first paragraph of a description on one line, cut where it is longer than anybody reads."""
    line = " ".join(text.strip().partition("\n\n")[0].split())
    return line if len(line) <= LONGEST_DESCRIPTION else line[: LONGEST_DESCRIPTION - 3] + "..."


def displayed(short_name: str | None) -> dict[str, str] | None:
    """Give the name that Argo shows for the node; it takes ASCII letters, digits, `-` and `.` only, at least two."""
    name = re.sub(r"[^a-zA-Z0-9.]+", "-", short_name or "").strip("-.")
    return {DISPLAYED: name} if len(name) > 1 else None
