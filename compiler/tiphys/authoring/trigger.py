"""`Trigger`, and what sets it off: `Cron`, `FixedRate`, `Event`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from tiphys.authoring.cron import check_cron, check_zone, cron_of_rate
from tiphys.authoring.labels import as_labels, check_key
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.naming import as_account, as_count, as_flag
from tiphys.diagnostics import AuthoringError, Mistake, Span

RESOURCE_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"


class TriggerTimeType:
    """Stands, among a trigger's inputs, for the time that a run was planned for."""

    def __repr__(self) -> str:
        return "TriggerTime"


TriggerTime = TriggerTimeType()


class Cron(Setting):
    """A schedule as cron text (five fields, or a word such as `@daily`), in a time zone."""

    expression: str
    timezone: str = "UTC"

    def __init__(self, expression: str, timezone: str = "UTC", **unknown: Any) -> None:
        super().__init__(expression=expression, timezone=timezone, **unknown)

    _cron = field_validator("expression")(check_cron)
    _zone = field_validator("timezone")(check_zone)

    @property
    def schedule(self) -> tuple[str, str]:
        """The cron text, and its time zone."""
        return self.expression, self.timezone


class FixedRate(Setting):
    """A run every so many minutes, in step with `start_time` (a naive one is in UTC), or with midnight.

    Argo starts runs by cron, so the rate has to divide an hour or a day, or be a week. `start_time` gives the phase
    only: runs begin as soon as the trigger is there.
    """

    interval_minutes: int
    start_time: datetime | None = None

    def __init__(self, interval_minutes: int, start_time: datetime | None = None, **unknown: Any) -> None:
        super().__init__(interval_minutes=interval_minutes, start_time=start_time, **unknown)

    @field_validator("interval_minutes", mode="before")
    @classmethod
    def _divides(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            msg = f"{value!r} is no number of minutes; write a whole number from 1 on"
            raise ValueError(msg)
        cron_of_rate(value)
        return value

    @field_validator("start_time", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        if value is not None and not isinstance(value, datetime):
            msg = "write a datetime"
            raise ValueError(msg)
        return value

    @property
    def schedule(self) -> tuple[str, str]:
        """The cron text, and its time zone."""
        start = self.start_time
        if start is None:
            return cron_of_rate(self.interval_minutes), "UTC"
        start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
        return cron_of_rate(self.interval_minutes, start.minute, start.hour, start.isoweekday() % 7), "UTC"


class Event(Setting):
    """An event of Argo Events: `event` of the EventSource `source`, in the namespace of the program.

    service_account: with which the Sensor makes Workflows; the namespace's own by default.
    """

    source: str = Field(pattern=RESOURCE_NAME)
    event: str = Field(min_length=1)
    service_account: Annotated[str | None, BeforeValidator(as_account)] = None

    def __init__(self, source: str, event: str, service_account: str | None = None, **unknown: Any) -> None:
        super().__init__(source=source, event=event, service_account=service_account, **unknown)


class EventData(Setting):
    """Stands, among a trigger's inputs, for a part of what an event tells: `EventData("body.day")`."""

    key: str = Field(min_length=1)

    def __init__(self, key: str) -> None:
        super().__init__(key=key)


class OnArtifact(Setting):
    """A new version of an artifact. No trigger takes it: there is no registry of artifacts in the cluster."""

    name: str
    version: str | None = None
    partitions: dict[str, str] = Field(default_factory=dict)

    def __init__(self, name: str, version: str | None = None, **partitions: str) -> None:
        super().__init__(name=name, version=version, partitions=partitions)


Automation = Cron | FixedRate | Event
REFUSED: Mapping[str, str] = {
    "notifications": "Argo tells nobody of the runs of a trigger; let the last task tell people",
}
"""What a trigger cannot change, and why."""


def automation_of(value: object) -> object:
    """Check what sets a trigger off."""
    if value is None or isinstance(value, Automation):
        return value
    if isinstance(value, OnArtifact):
        msg = (
            "nothing in the cluster tells of new artifacts; let the program that makes the artifact call this task, "
            "or start it by an `Event` of Argo Events"
        )
    else:
        msg = "it must be a `Cron`, a `FixedRate` or an `Event`, such as Cron('0 6 * * *')"
    raise ValueError(msg)


class Trigger(Setting):
    """What starts runs of a task: `@env.task(triggers=Trigger("nightly", Cron("0 2 * * *")))`.

    name: unique among the triggers of a task. automation: when; None starts nothing. inputs: for the runs;
    `TriggerTime` stands for the time a run was planned for. auto_activate: False leaves it suspended. env_vars: for all
    pods of the runs. max_action_concurrency: how many pods of a run are there at a time. labels, annotations: of it and
    of its runs. interruptible, queue: of all tasks of the runs, whatever those say themselves. overwrite_cache: the
    runs use no kept results, and replace them. custom_context: texts that `ctx()` gives to all tasks.

    Raises AuthoringError at the line that says a wrong value.
    """

    name: str = Field(min_length=1)
    automation: Annotated[Any, BeforeValidator(automation_of)] = None
    description: str = ""
    auto_activate: Annotated[bool, BeforeValidator(as_flag)] = True
    inputs: dict[str, Any] = Field(default_factory=dict)
    env_vars: dict[str, str] = Field(default_factory=dict)
    interruptible: Annotated[bool | None, BeforeValidator(as_flag)] = None
    overwrite_cache: Annotated[bool, BeforeValidator(as_flag)] = False
    queue: str | None = Field(default=None, min_length=1)
    max_action_concurrency: Annotated[int | None, BeforeValidator(as_count)] = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    notifications: Any = None
    custom_context: dict[str, str] = Field(default_factory=dict)
    _where: Span = PrivateAttr()

    def __init__(self, name: str, automation: object = None, description: str = "", **said: Any) -> None:
        given = {key: value for key, value in said.items() if value is not None}
        super().__init__(name=name, automation=automation, description=description, **given)
        self._where = caller()

    @model_validator(mode="after")
    def _told(self) -> Trigger:
        is_event = isinstance(self.automation, Event)
        for name, value in self.inputs.items():
            if is_event and isinstance(value, TriggerTimeType):
                msg = f"{name!r} is TriggerTime, and an event has no planned time; take EventData('context.time')"
                raise ValueError(msg)
            if not is_event and isinstance(value, EventData):
                msg = f"{name!r} is EventData, and only an `Event` tells something"
                raise ValueError(msg)
        return self

    @property
    def where(self) -> Span:
        """The line that says it."""
        return self._where

    @field_validator(*REFUSED, mode="before")
    @classmethod
    def _refused(cls, value: object, info: Any) -> object:
        if value:
            raise ValueError(REFUSED[info.field_name])
        return value

    @field_validator("env_vars")
    @classmethod
    def _plain(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not name or "=" in name:
                msg = f"{name!r} is no name of a variable"
                raise ValueError(msg)
            if "{{" in text or "$(" in text or "$$" in text:
                msg = f"{name} has `{{{{`, `$(` or `$$`, which Argo or Kubernetes would replace; pass it as an input"
                raise ValueError(msg)
        return value

    @field_validator("labels", mode="before")
    @classmethod
    def _labels(cls, value: object) -> object:
        return as_labels(value)

    @field_validator("annotations")
    @classmethod
    def _keys(cls, value: dict[str, str]) -> dict[str, str]:
        for key in value:
            check_key(key)
        return value

    @classmethod
    def minutely(cls, trigger_time_input_key: str = "trigger_time", *, name: str = "minutely", **said: Any) -> Trigger:
        """Make a trigger for every minute; its time is the input `trigger_time_input_key`."""
        return scheduled("* * * * *", trigger_time_input_key, {"name": name, **said})

    @classmethod
    def hourly(cls, trigger_time_input_key: str = "trigger_time", *, name: str = "hourly", **said: Any) -> Trigger:
        """Make a trigger for every full hour."""
        return scheduled("0 * * * *", trigger_time_input_key, {"name": name, **said})

    @classmethod
    def daily(cls, trigger_time_input_key: str = "trigger_time", *, name: str = "daily", **said: Any) -> Trigger:
        """Make a trigger for every midnight, in UTC."""
        return scheduled("0 0 * * *", trigger_time_input_key, {"name": name, **said})

    @classmethod
    def weekly(cls, trigger_time_input_key: str = "trigger_time", *, name: str = "weekly", **said: Any) -> Trigger:
        """Make a trigger for the midnight that begins a Sunday."""
        return scheduled("0 0 * * 0", trigger_time_input_key, {"name": name, **said})

    @classmethod
    def monthly(cls, trigger_time_input_key: str = "trigger_time", *, name: str = "monthly", **said: Any) -> Trigger:
        """Make a trigger for the midnight that begins a month."""
        return scheduled("0 0 1 * *", trigger_time_input_key, {"name": name, **said})


def scheduled(expression: str, key: str, said: dict[str, Any]) -> Trigger:
    """Make a trigger with a fixed schedule. Raises AuthoringError for an input that has no name."""
    if not isinstance(key, str) or not key.isidentifier():
        text = f"`trigger_time_input_key={key!r}`: it names the input that takes the planned time"
        mend = "Write the name of a parameter, such as 'when'."
        raise AuthoringError(Mistake(text, keyword(caller(), "trigger_time_input_key"), mend))
    inputs = {key: TriggerTime, **(said.pop("inputs", None) or {})}
    return Trigger(automation=Cron(expression), inputs=inputs, **said)


def as_triggers(value: Any) -> object:
    """Let one trigger stand for a list of them; no two have one name."""
    found = (value,) if isinstance(value, Trigger) else value
    if not isinstance(found, list | tuple) or not all(isinstance(each, Trigger) for each in found):
        msg = "it must be a `Trigger`, or a list of them"
        raise ValueError(msg)
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"two triggers are called {twice!r}"
        raise ValueError(msg)
    return tuple(found)
