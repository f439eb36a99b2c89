"""The triggers of a program: objects that start runs of its WorkflowTemplate, by schedule or event. Needs no hera."""

from __future__ import annotations

import hashlib
import json
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiphys.argo.expressions import TRIGGER_TIME, defused
from tiphys.argo.fitting import misfit
from tiphys.argo.names import valid
from tiphys.argo.pods import shim_variables
from tiphys.argo.spelling import in_variables
from tiphys.authoring.trigger import Event, EventData, Trigger, TriggerTimeType
from tiphys.diagnostics import Mistake, ProgramError, nearest
from tiphys.ir import Graph, Plan, Program
from tiphys.settings import Settings

NAME_LENGTH = 52
"""Argo puts a time behind it, for the name of a run."""
DESCRIPTION = "workflows.argoproj.io/description"
LATEST_SECONDS = 60
"""How late a run may start, after the controller was away: no schedule is denser than a minute."""
EVENT = "event"
KEPT = 3
"""How many runs that ended well, and how many that did not, are kept."""


@dataclass(frozen=True)
class Planned:
    """What a trigger becomes: all of its object but the template that it starts.

    run: what is said of its runs, beside the template. timed: the inputs that are given the planned time. told: for
    each argument that an event gives, its place and the key of the payload.
    """

    name: str
    trigger: Trigger
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    run_metadata: Mapping[str, Any]
    run: Mapping[str, Any]
    timed: frozenset[str]
    told: tuple[tuple[int, str], ...]

    def object_for(self, template: str, labels: Mapping[str, str]) -> dict[str, Any]:
        """Make the object that starts runs of a template."""
        notes = {"annotations": dict(self.annotations)} if self.annotations else {}
        metadata = {"name": self.name, "labels": {**self.labels, **labels}, **notes}
        run = {"workflowTemplateRef": {"name": template}, **self.run}
        if isinstance(self.trigger.automation, Event):
            kind, spec = "Sensor", self.sensor(self.trigger.automation, run, labels)
        else:
            kind, spec = "CronWorkflow", self.schedule(run)
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}

    def schedule(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """Say when runs are started."""
        schedule, zone = self.trigger.automation.schedule
        spec: dict[str, Any] = {
            "schedules": [schedule],
            "timezone": zone,
            "suspend": not self.trigger.auto_activate,
            "concurrencyPolicy": "Allow",
            "startingDeadlineSeconds": LATEST_SECONDS,
            "successfulJobsHistoryLimit": KEPT,
            "failedJobsHistoryLimit": KEPT,
            "workflowSpec": dict(run),
        }
        return {**spec, "workflowMetadata": dict(self.run_metadata)} if self.run_metadata else spec

    def sensor(self, event: Event, run: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
        """Say which event starts a run, and what it tells that."""
        metadata = {**self.run_metadata, "labels": {**self.run_metadata.get("labels", {}), **labels}}
        workflow = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": {"generateName": f"{self.name}-", **metadata},
            "spec": dict(run),
        }
        create: dict[str, Any] = {"operation": "create", "source": {"resource": workflow}}
        if self.told:
            create["parameters"] = [
                {"src": {"dependencyName": EVENT, "dataKey": key}, "dest": f"spec.arguments.parameters.{place}.value"}
                for place, key in self.told
            ]
        spec: dict[str, Any] = {
            "dependencies": [{"name": EVENT, "eventSourceName": event.source, "eventName": event.event}],
            "triggers": [{"template": {"name": "run", "k8s": create}}],
        }
        if not self.trigger.auto_activate:
            spec["replicas"] = 0
        if event.service_account is not None:
            spec["template"] = {"serviceAccountName": event.service_account}
        return spec


def planned(triggers: Sequence[Trigger], main: Graph, base: str, text: Callable[[object], str]) -> tuple[Planned, ...]:
    """Check the triggers of a program against its inputs. text: how a value is written as an input.

    Raises ProgramError at the line of the trigger.
    """
    mistakes: list[Mistake] = []
    found = [plan(each, main, base, text, mistakes) for each in triggers if each.automation is not None]
    names: dict[str, str] = {}
    for trigger, made in zip((each for each in triggers if each.automation is not None), found, strict=True):
        other = names.setdefault(made.name, trigger.name)
        if other != trigger.name:
            what = f"the triggers {other!r} and {trigger.name!r} would both be called `{made.name}` in the cluster"
            mistakes.append(Mistake(what, trigger.where, "Rename one of them."))
    if mistakes:
        raise ProgramError(*mistakes)
    return tuple(found)


def notes_on_triggers(triggers: Sequence[Trigger]) -> Iterator[str]:
    """Tell of triggers that say nothing of when."""
    for each in triggers:
        if each.automation is None:
            yield f"{each.where}: the trigger {each.name!r} has no `automation`, so nothing starts runs of it"


def check_variables(triggers: Sequence[Trigger], program: Program, settings: Mapping[str, Settings]) -> None:
    """Raise ProgramError for variables of triggers that no pod could have, or that would not reach all pods.

    settings: those of each plan in use.
    """
    mistakes: list[Mistake] = []
    for trigger in triggers:
        found = list(in_variables(trigger.env_vars))
        for name, said in settings.items():
            found.extend(not_reached(trigger, program.plans[name], said))
        title = f"the trigger {trigger.name!r}"
        mistakes.extend(Mistake(f"{title}: {message}", trigger.where, mend) for message, mend in dict.fromkeys(found))
    if mistakes:
        raise ProgramError(*mistakes)


def not_reached(trigger: Trigger, plan: Plan, settings: Settings) -> Iterator[tuple[str, str]]:
    """Say why the pods of a plan would not have a trigger's variables, which patch the container `main`."""
    if not trigger.env_vars or plan.task is None:
        return
    if plan.task.beside is not None:
        yield f"its `env_vars` do not reach the container of `{plan.task.name}`", "Make them inputs."
    held = {name for secret in settings.secrets or () for name in (secret.variable, secret.path_variable)}
    for name in sorted(trigger.env_vars.keys() & {*held, *shim_variables(settings)}):
        yield f"`{plan.task.name}` has a variable `{name}` that a run cannot change", "Choose another name."


def plan(
    trigger: Trigger, main: Graph, base: str, text: Callable[[object], str], mistakes: list[Mistake]
) -> Planned:  # fmt: skip
    """Plan one trigger."""
    arguments = inputs_of(trigger, main, text, mistakes)
    notes = {name: defused(value) for name, value in trigger.annotations.items()}
    kept = {"labels": dict(trigger.labels), "annotations": notes}
    run: dict[str, Any] = {}
    if arguments:
        run["arguments"] = {"parameters": [{"name": name, "value": held} for name, held in arguments.items()]}
    if trigger.max_action_concurrency is not None:
        run["parallelism"] = trigger.max_action_concurrency
    if trigger.env_vars:
        variables = [{"name": name, "value": value} for name, value in sorted(trigger.env_vars.items())]
        run["podSpecPatch"] = json.dumps({"containers": [{"name": "main", "env": variables}]})
    if trigger.description:
        notes = {**notes, DESCRIPTION: defused(trigger.description)}
    places = {name: place for place, name in enumerate(arguments)}
    told = [(name, value.key) for name, value in trigger.inputs.items() if isinstance(value, EventData)]
    return Planned(
        name=cron_name(base, trigger.name),
        trigger=trigger,
        labels=dict(trigger.labels),
        annotations=notes,
        run_metadata={part: held for part, held in kept.items() if held},
        run=run,
        timed=frozenset(name for name, value in trigger.inputs.items() if isinstance(value, TriggerTimeType)),
        told=tuple((places[name], key) for name, key in told if name in places),
    )


def inputs_of(
    trigger: Trigger, main: Graph, text: Callable[[object], str], mistakes: list[Mistake]
) -> dict[str, str]:  # fmt: skip
    """Write the inputs of the runs; what is wrong with them is added to the mistakes."""
    kinds = {item.name: item.type for item in main.inputs}
    found: dict[str, str] = {}
    for name, value in trigger.inputs.items():
        if name not in kinds:
            what = f"`{main.name}` has no input `{name}`, which the trigger {trigger.name!r} gives"
            mistakes.append(Mistake(what, trigger.where, nearest(name, list(kinds)) if kinds else None))
        elif isinstance(value, TriggerTimeType):
            if not takes_time(kinds[name]):
                what = (
                    f"the input `{name}` of `{main.name}` takes no time, and the trigger {trigger.name!r} gives it one"
                )
                mistakes.append(Mistake(what, trigger.where, f"Declare it as `{name}: datetime`."))
            found[name] = TRIGGER_TIME
        elif isinstance(value, EventData):
            found[name] = ""  # until the event tells it
        elif (why := misfit(value, kinds[name])) is not None:
            what = f"the trigger {trigger.name!r} gives {value!r} for the input `{name}` of `{main.name}`: {why}"
            mistakes.append(Mistake(what, trigger.where))
        else:
            found[name] = text(value)
    for item in main.inputs:
        if item.default is None and item.name not in trigger.inputs:
            what = f"the trigger {trigger.name!r} gives nothing for the input `{item.name}` of `{main.name}`"
            mend = f"Give it: inputs={{{item.name!r}: ...}}, or a default in the function."
            mistakes.append(Mistake(what, trigger.where, mend))
    return found


def takes_time(kind: Any) -> bool:
    """Say whether an input of this type takes a time."""
    return kind is datetime or datetime in typing.get_args(kind)


def cron_name(base: str, trigger: str) -> str:
    """Name the object: the same for every version of the program, so that it is brought up to date."""
    whole = valid(f"{base}-{trigger}")
    if len(whole) <= NAME_LENGTH:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{whole[: NAME_LENGTH - 9].rstrip('-')}-{digest}"
