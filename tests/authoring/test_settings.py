"""defaults < environment < decorator < override, a whole field at a time; `0`, `{}` and `[]` count as said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import tiphys as flyte
from tiphys.compiling import compile_task
from tiphys.diagnostics import AuthoringError
from tiphys.settings import resolve, said_last

TOKEN = flyte.Secret("token", group="api")
LEVELS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], object, str]] = [
    # field, said by environment, decorator, override; what wins, and the level that said it
    ("retries", {}, {}, {}, flyte.RetryStrategy(0), "default"),
    ("retries", {}, {"retries": 3}, {}, flyte.RetryStrategy(3), "decorator"),
    ("retries", {}, {"retries": 3}, {"retries": 0}, flyte.RetryStrategy(0), "override"),
    ("retries", {}, {"retries": 3}, {"retries": None}, flyte.RetryStrategy(3), "decorator"),
    ("retries", {}, {"retries": flyte.RetryStrategy(2)}, {}, flyte.RetryStrategy(2), "decorator"),
    ("timeout", {}, {}, {}, flyte.Timeout(), "default"),
    ("timeout", {}, {"timeout": 60}, {}, flyte.Timeout(timedelta(minutes=1)), "decorator"),
    ("timeout", {}, {"timeout": 60}, {"timeout": 0}, flyte.Timeout(0), "override"),
    ("timeout", {}, {"timeout": timedelta(hours=1)}, {"timeout": 1.5}, flyte.Timeout(1.5), "override"),
    ("env_vars", {}, {}, {}, {}, "default"),
    ("env_vars", {"env_vars": {"A": "1"}}, {}, {}, {"A": "1"}, "environment"),
    ("env_vars", {"env_vars": {"A": "1"}}, {}, {"env_vars": {"B": "2"}}, {"B": "2"}, "override"),
    ("env_vars", {"env_vars": {"A": "1"}}, {}, {"env_vars": {}}, {}, "override"),
    ("secrets", {}, {}, {}, (), "default"),
    ("secrets", {"secrets": [TOKEN]}, {}, {}, (TOKEN,), "environment"),
    ("secrets", {"secrets": TOKEN}, {}, {"secrets": []}, (), "override"),
    ("secrets", {"secrets": "token"}, {}, {}, (flyte.Secret("token"),), "environment"),
    ("resources", {}, {}, {}, flyte.Resources(), "default"),
    ("resources", {"resources": flyte.Resources(cpu=1)}, {}, {}, flyte.Resources(cpu=1), "environment"),
    (
        "resources", {"resources": flyte.Resources(cpu=1, memory="1Gi")}, {}, {"resources": flyte.Resources(cpu=2)},
        flyte.Resources(cpu=2), "override",
    ),
    ("image", {}, {}, {}, "auto", "default"),
    ("image", {"image": "python:3.12"}, {}, {}, "python:3.12", "environment"),
    ("short_name", {}, {}, {}, None, "default"),
    ("short_name", {}, {"short_name": "s"}, {}, "s", "decorator"),
    ("short_name", {}, {"short_name": "s"}, {"short_name": "t"}, "t", "override"),
    ("service_account", {}, {}, {}, None, "default"),
    ("service_account", {"service_account": "a"}, {}, {}, "a", "environment"),
    ("service_account", {"service_account": "a"}, {"service_account": "b"}, {}, "b", "decorator"),
    ("service_account", {"service_account": "a"}, {}, {"service_account": "c"}, "c", "override"),
    ("pod_template", {}, {}, {}, None, "default"),
    ("pod_template", {"pod_template": "a"}, {"pod_template": "b"}, {}, "b", "decorator"),
    ("pod_template", {"pod_template": "a"}, {"pod_template": "b"}, {"pod_template": "c"}, "c", "override"),
    ("reusable", {}, {}, {}, None, "default"),
    ("reusable", {"reusable": flyte.ReusePolicy(3)}, {}, {}, flyte.ReusePolicy(3), "environment"),
    ("reusable", {"reusable": flyte.ReusePolicy(3)}, {}, {"reusable": "off"}, "off", "override"),
    ("links", {}, {}, {}, (), "default"),
    ("links", {}, {"links": ()}, {}, (), "decorator"),
    ("report", {}, {}, {}, False, "default"),
    ("report", {}, {"report": True}, {}, True, "decorator"),
    ("produces_artifacts", {}, {}, {}, False, "default"),
    ("produces_artifacts", {}, {"produces_artifacts": True}, {"produces_artifacts": False}, False, "override"),
    ("entrypoint", {}, {}, {}, False, "default"),
    ("entrypoint", {}, {"entrypoint": True}, {"entrypoint": False}, False, "override"),
    ("interruptible", {}, {}, {}, False, "default"),
    ("interruptible", {"interruptible": True}, {}, {}, True, "environment"),
    ("interruptible", {"interruptible": True}, {"interruptible": False}, {}, False, "decorator"),
    ("interruptible", {"interruptible": True}, {"interruptible": True}, {"interruptible": False}, False, "override"),
    ("queue", {}, {}, {}, None, "default"),
    ("queue", {"queue": "a"}, {"queue": "b"}, {}, "b", "decorator"),
    ("queue", {"queue": "a"}, {"queue": "b"}, {"queue": "c"}, "c", "override"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "environment", "decorator", "override", "expected", "level"), LEVELS)
def test_what_was_said_last_wins(  # noqa: PLR0913 - the columns of the table
    field: str,
    environment: dict[str, Any],
    decorator: dict[str, Any],
    override: dict[str, Any],
    expected: object,
    level: str,
) -> None:
    """Each row of the table."""
    env = flyte.TaskEnvironment("levels", **environment)

    @env.task(**decorator)
    async def step(x: int) -> int:
        return x

    task = step.override(**override) if override else step
    resolved = resolve(task.levels)
    assert said_last(task.levels, field) == (getattr(resolved.settings, field), resolved.levels[field])

    assert getattr(resolved.settings, field) == expected
    assert resolved.levels[field] == level


def test_overrides_of_overrides_keep_what_they_do_not_say() -> None:
    """The later one wins, field by field."""
    env = flyte.TaskEnvironment("levels")

    @env.task
    async def step(x: int) -> int:
        return x

    twice = step.override(retries=2, timeout=5).override(retries=0)
    resolved = resolve(twice.levels).settings

    assert resolved.retries == flyte.RetryStrategy(0)
    assert resolved.timeout == flyte.Timeout(5)
    assert step.override(retries=1).name == step.name
    assert resolve(step.levels).settings.retries == flyte.RetryStrategy(0)


def test_a_clone_keeps_what_it_does_not_say() -> None:
    """And has tasks of its own."""
    base = flyte.TaskEnvironment("base", image="python:3.12", env_vars={"A": "1"}, description="d")

    @base.task
    async def step(x: int) -> int:
        return x

    clone = base.clone_with("clone", env_vars={})

    assert clone.settings.image == "python:3.12"
    assert base.clone_with("other", "python:3.11", flyte.Resources(cpu=1)).settings.image == "python:3.11"
    assert clone.settings.env_vars == {}
    assert clone.description == "d"
    assert clone.tasks == {}
    assert list(base.tasks) == ["base.step"]


def test_two_environments_of_one_name_are_refused_where_a_program_has_both(load: Callable[[str], ModuleType]) -> None:
    """Their tasks could not be told apart."""
    module = load("""
        first = flyte.TaskEnvironment("same")
        second = flyte.TaskEnvironment("same", image="other:1")
        @first.task
        async def f(): ...
        @second.task
        async def g(): ...
        @first.task
        async def main():
            await f()
            await g()
        @first.task
        async def alone():
            await f()
    """)

    with pytest.raises(AuthoringError, match="two environments are called `same`: the other one is at") as caught:
        compile_task(module.main)
    assert 'second = flyte.TaskEnvironment("same"' in str(caught.value)
    assert compile_task(module.alone).program == "same.alone"


def test_an_environment_and_its_tasks_show_what_was_said() -> None:
    """As the fields of Flyte's classes do."""
    env = flyte.TaskEnvironment(
        "shown", image="python:3.11", resources=flyte.Resources(cpu=1), service_account="runner"
    )

    @env.task(entrypoint=True)
    async def step(x: int) -> int:
        return x

    @env.task
    def plain(x: int) -> int:
        return x

    assert (env.image, env.resources, env.service_account) == ("python:3.11", flyte.Resources(cpu=1), "runner")
    assert (env.secrets, env.queue, env.env_vars) == (None, None, None)
    assert (step.service_account, step.entrypoint, step.links, step.triggers) == ("runner", True, (), ())
    assert (step.task_resolver, step.produces_artifacts) == (None, False)
    assert (step._call_as_synchronous, plain._call_as_synchronous) == (False, True)  # noqa: SLF001  Flyte's own name
