"""Which setting may be said where: in the environment, in the decorator, in an override."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from tiphys.authoring.location import keyword
from tiphys.authoring.model import sayings
from tiphys.authoring.resources import Resources
from tiphys.diagnostics import Mistake, Span, nearest, report, shown
from tiphys.settings import Settings

LEVELS: Mapping[str, frozenset[str]] = {
    "environment": frozenset(
        "image resources env_vars secrets cache pod_template reusable interruptible queue service_account "
        "plugin_config include".split()
    ),
    "decorator": frozenset(
        "cache pod_template interruptible queue service_account short_name retries timeout max_inline_io_bytes links "
        "entrypoint produces_artifacts report triggers".split()
    ),
    "override": frozenset(
        "resources env_vars secrets cache pod_template reusable interruptible queue service_account plugin_config "
        "short_name retries timeout max_inline_io_bytes links entrypoint produces_artifacts".split()
    ),
}
"""The settings that each level takes: Flyte's matrix of the three levels."""
OF_TASKS = (LEVELS["environment"] | LEVELS["decorator"]) - {"include", "plugin_config"}
"""What a task takes that no environment makes."""
OTHERS: Mapping[str, tuple[str, ...]] = {
    "environment": ("name", "depends_on", "description"),
    "decorator": ("docs", "orchestrator", "task_resolver"),
    "override": (),
}
"""What else they take."""
CALLS = {"environment": "TaskEnvironment", "decorator": "task", "override": "override"}
ELSEWHERE = {
    "environment": "in the environment",
    "decorator": "in the decorator: `@env.task({}=...)`",
    "override": "per call: `task.override({}=...)`",
}
FIXED: Mapping[str, str] = {
    "name": "A task is called as its function is; `short_name=` is what people are shown.",
    "interface": "Its inputs and its result are those of its function: write another one.",
    "docs": "Say it in the decorator: `@env.task(docs=...)`, or as the docstring.",
    **dict.fromkeys(("depends_on", "description"), "Say it in the environment."),
    **dict.fromkeys(("image", "include"), "Use an environment of its own: `env.clone_with(...)`."),
}
"""What an override cannot change, as it tells which task it is, or what its image holds; and what to do instead."""


def said(level: str, given: Mapping[str, Any], unknown: Mapping[str, object], where: Span) -> Settings:
    """Check the settings that one level says, each at its own argument. unknown: what its signature does not have."""
    for name in sorted(unknown):
        refuse(level, name, where)
    return checked(LEVELS[level], CALLS[level], given, where)


def said_of_task(call: str, given: Mapping[str, Any], where: Span, own: type | None = None, why: str = "") -> Settings:
    """Check the settings of a task that no environment makes: it takes those of an environment and of a decorator.

    own: the class that was called, whose other parameters may have been meant. why: it can make no report.
    """
    named = () if own is None else set(inspect.signature(own).parameters) - {"settings"}
    known = sorted({*named, *OF_TASKS})
    for name in sorted(set(given) - OF_TASKS):
        report(Mistake(f"`{call}` has no parameter `{name}`", keyword(where, name), nearest(name, known)))
    said = checked(OF_TASKS, call, given, where)
    if said.report and why:
        report(Mistake(f"`{call}` makes no report: {why}", keyword(where, "report"), "Let a task in Python make it."))
    return said


def checked(names: frozenset[str], call: str, given: Mapping[str, Any], where: Span) -> Settings:
    """Check settings, each at its own argument."""
    found: dict[str, Any] = {}
    for name in sorted(names):
        value = given.get(name)
        if value is not None:
            try:
                Settings.__pydantic_validator__.validate_assignment(Settings.model_construct(), name, value)
            except ValidationError as error:
                for text, mend in sayings(error.errors()[0]):
                    report(Mistake(f"`{call}({name}={shown(value)})`: {text}", keyword(where, name), mend))
            else:
                found[name] = value
    return Settings(**found).said_at(where)


def refuse(level: str, name: str, where: Span) -> None:
    """Report a parameter that a level does not take."""
    place = keyword(where, name)
    others = [other for other, names in LEVELS.items() if name in names]
    if level == "override" and name in FIXED:
        report(Mistake(f"`{name}` of a task cannot be overridden", place, FIXED[name]))
    elif others:
        at = {"environment": "in an environment", "decorator": "in the decorator", "override": "in an override"}[level]
        mend = f"Say it {', or '.join(ELSEWHERE[other].format(name) for other in others)}."
        report(Mistake(f"`{name}` cannot be said {at}", place, mend))
    else:
        part = Resources.model_fields.keys() & {name}
        within = f"It is a part of the resources: `resources=tiphys.Resources({name}=...)`."
        mend = within if part else nearest(name, sorted((*LEVELS[level], *OTHERS[level])))
        has = "`TaskEnvironment` has no" if level == "environment" else f"`{CALLS[level]}` has no parameter"
        report(Mistake(f"{has} `{name}`", place, mend))
