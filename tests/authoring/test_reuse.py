"""Containers that are kept: what chains of overrides and clones say of them."""

from __future__ import annotations

import pytest

import tiphys as flyte
from tiphys.diagnostics import AuthoringError
from tiphys.settings import resolve

POLICY = flyte.ReusePolicy((1, 3))


def test_an_earlier_override_lets_later_ones_change_resources() -> None:
    """`off` holds for the chain."""
    env = flyte.TaskEnvironment("kept", reusable=POLICY)

    @env.task
    async def step() -> int: ...

    task = step.override(reusable="off").override(resources=flyte.Resources(cpu=2))

    assert resolve(task.levels).settings.resources == flyte.Resources(cpu=2)
    with pytest.raises(AuthoringError, match="`resources` cannot be overridden"):
        task.override(reusable=POLICY).override(resources=flyte.Resources(cpu=1))


def test_a_clone_keeps_the_policy_and_none_takes_it_away() -> None:
    """Not to speak of it is not None."""
    env = flyte.TaskEnvironment("kept", reusable=POLICY)

    assert env.clone_with("a").settings.reusable == POLICY
    assert env.clone_with("b", reusable=None).settings.reusable is None
    assert env.clone_with("c", reusable=flyte.ReusePolicy(5)).settings.reusable == flyte.ReusePolicy(5)


def test_an_override_cannot_let_a_plain_function_run_many_times_at_once() -> None:
    """As the decorator does not."""
    env = flyte.TaskEnvironment("kept")

    @env.task
    def step() -> int: ...

    with pytest.raises(AuthoringError, match="`step` is not async, and the policy's concurrency is 2"):
        step.override(reusable=flyte.ReusePolicy(concurrency=2))
