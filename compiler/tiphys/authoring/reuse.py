"""`ReusePolicy`: containers that are kept for further calls. Argo has none: ordinary pods run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from tiphys.authoring.durations import duration
from tiphys.authoring.location import keyword
from tiphys.authoring.model import Setting
from tiphys.diagnostics import Mistake, Span
from tiphys.diagnostics import report as complain

if TYPE_CHECKING:
    from tiphys.settings import Settings

OFF = "off"
LEAST = timedelta(seconds=30)
FIXED = ("resources", "env_vars", "secrets", "service_account")
"""What a call cannot change of a container that is kept for many calls."""


def as_replicas(value: object) -> object:
    """Read a number of replicas, or (fewest, most). Raises ValueError."""
    pair: Any = (value, value) if isinstance(value, int) else value
    counts = isinstance(pair, tuple) and len(pair) == 2 and all(type(item) is int and item >= 0 for item in pair)
    if not counts or isinstance(value, bool):
        msg = "write how many replicas there are, or a tuple of the fewest and the most, such as (1, 3)"
        raise ValueError(msg)
    low, high = pair
    if low > high or high < 1:
        msg = "the fewest replicas are more than the most" if low > high else "there is at least one replica"
        raise ValueError(msg)
    return pair


def as_ttl(value: object) -> object:
    """Read a time: seconds, or a timedelta. Raises ValueError."""
    if type(value) is not int and not isinstance(value, timedelta):
        msg = "write seconds as a whole number, or a timedelta"
        raise ValueError(msg)
    found = duration(value)
    if found < LEAST:
        msg = "it is less than 30 seconds"
        raise ValueError(msg)
    return found


def as_concurrency(value: object) -> object:
    """Read a number of calls at a time. Raises ValueError."""
    if type(value) is not int or value < 1:
        msg = "write a whole number from 1 on"
        raise ValueError(msg)
    return value


class ReusePolicy(Setting):
    """How containers would be kept.

    replicas: how many, or (fewest, most). idle_ttl, scaledown_ttl: seconds or timedeltas, at least 30 s: when all of
    them, or one of them, end for want of work. concurrency: calls at a time in one, more than 1 only of async
    functions. scope: who shares them, all runs (`global`) or the calls of one `run`.
    """

    replicas: Annotated[tuple[int, int], BeforeValidator(as_replicas)]
    idle_ttl: Annotated[timedelta, BeforeValidator(as_ttl)]
    concurrency: Annotated[int, BeforeValidator(as_concurrency)]
    scaledown_ttl: Annotated[timedelta, BeforeValidator(as_ttl)]
    scope: Literal["global", "run"]

    def __init__(
        self,
        replicas: int | tuple[int, int] = 2,
        idle_ttl: int | timedelta = 30,
        concurrency: int = 1,
        scaledown_ttl: int | timedelta = 30,
        scope: Literal["global", "run"] = "global",
        **unknown: Any,
    ) -> None:
        super().__init__(
            replicas=replicas, idle_ttl=idle_ttl, concurrency=concurrency, scaledown_ttl=scaledown_ttl, scope=scope,
            **unknown,
        )  # fmt: skip

    def __str__(self) -> str:
        low, high = self.replicas
        idle, scaledown = self.idle_ttl.total_seconds(), self.scaledown_ttl.total_seconds()
        times = f"idle_ttl={idle:.15g}s scaledown_ttl={scaledown:.15g}s"
        return f"replicas={low}..{high} concurrency={self.concurrency} {times} scope={self.scope}"


def as_reusable(value: object) -> object:
    """Check what a setting says. Raises ValueError."""
    if value is None or isinstance(value, ReusePolicy) or value == OFF:
        return value
    msg = "it takes a `ReusePolicy`, or 'off'"
    raise ValueError(msg)


def check_environment(settings: Settings, where: Span) -> None:
    """Report what an environment cannot say beside `reusable`."""
    if isinstance(settings.reusable, ReusePolicy) and settings.plugin_config is not None:
        text = "the environment has a `plugin_config`, whose containers are the plugin's and not kept"
        complain(Mistake(text, keyword(where, "reusable"), "Say one of the two."))


def check_decorator(around: Settings, said: Settings, where: Span) -> None:
    """Report what a decorator cannot say where the environment is reusable."""
    if not isinstance(around.reusable, ReusePolicy):
        return
    if said.pod_template is not None:
        text = "the environment is reusable: its containers have one pod template, that of the environment"
        complain(Mistake(text, keyword(where, "pod_template"), "Say `pod_template=` in the environment."))
    if said.service_account not in (None, around.service_account):
        text = "the environment is reusable: its containers have one service account, that of the environment"
        complain(Mistake(text, keyword(where, "service_account"), "Say `service_account=` in the environment."))


def check_function(policy: object, function: Callable[..., Any], where: Span) -> None:
    """Report a function that cannot run several times at once in a container."""
    if isinstance(policy, ReusePolicy) and policy.concurrency > 1 and not inspect.iscoroutinefunction(function):
        text = f"`{function.__name__}` is not async, and the policy's concurrency is {policy.concurrency}"
        complain(Mistake(text, where, "Write it as `async def`, or let the concurrency be 1."))


def check_override(policy: object, said: Settings, where: Span) -> None:
    """Report what a call cannot change of a kept container. policy: what holds for the call."""
    if not isinstance(policy, ReusePolicy):
        return
    for name in FIXED:
        if getattr(said, name) is not None:
            text = f"`{name}` cannot be overridden: the call would run in a container that is kept for others, too"
            complain(Mistake(text, keyword(where, name), 'Say `reusable="off"` in the same override.'))
