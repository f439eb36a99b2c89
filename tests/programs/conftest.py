"""Three ways to run a program (plain Python, the engine, a cluster), and what must agree: value, type, pods."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tiphys.answers import Answers, answers
from tiphys.authoring.task import TaskTemplate
from tiphys.cluster import Cluster, nodes, signal, waiting
from tiphys.compiling import compile_task
from tiphys.diagnostics import ClusterError
from tiphys.profile import Profile
from tiphys.runs import Run, RunContext
from tiphys.tracing.reach import is_orchestrator

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a run ended: the value it gave, or the exception it raised, and the pods it took."""

    value: object
    pods: int


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> Callable[[TaskTemplate[..., Any], Inputs], Ended]:
    """Run a task as plain Python, counting the calls that would be pods."""
    counted = [0]
    plain_call, plain_aio = TaskTemplate.__call__, TaskTemplate.aio

    def call(task: TaskTemplate[..., Any], *args: Any, **kwargs: Any) -> Any:
        counted[0] += not is_orchestrator(task)
        return plain_call(task, *args, **kwargs)

    def aio(task: TaskTemplate[..., Any], *args: Any, **kwargs: Any) -> Any:
        counted[0] += not is_orchestrator(task)
        return plain_aio(task, *args, **kwargs)

    monkeypatch.setattr(TaskTemplate, "__call__", call)
    monkeypatch.setattr(TaskTemplate, "aio", aio)

    def run(task: TaskTemplate[..., Any], inputs: Inputs) -> Ended:
        async def main() -> object:
            value = task(**inputs)
            return await value if inspect.isawaitable(value) else value

        counted[0] = 0
        try:
            with answers(said_for(task)):
                value = asyncio.run(main())
        except Exception as error:  # noqa: BLE001 - any exception is an outcome to compare
            value = error
        return Ended(value, counted[0])

    return run


@pytest.fixture
def here(tmp_path: Path) -> Callable[..., Ended]:
    """Compile a task and run its manifest in this process."""
    count = [0]

    def run(
        task: TaskTemplate[..., Any],
        inputs: Inputs,
        *,
        texts: Mapping[str, str] | None = None,
        profile: Profile | None = None,
    ) -> Ended:
        manifest = compile_task(task, image="python:3-slim", profile=profile)
        count[0] += 1
        texts = {name: json.dumps(value) for name, value in inputs.items()} if texts is None else texts
        where = RunContext(executor="in-process", workdir=tmp_path / str(count[0]), signals=said_for(task))
        return outcome_of(where.here(manifest, texts))

    return run


@pytest.fixture
def there() -> Callable[..., Ended]:
    """Compile a task and run it on the cluster of TIPHYS_TEST_KUBECONFIG."""
    config = os.environ.get("TIPHYS_TEST_KUBECONFIG")
    if not config:
        pytest.skip("TIPHYS_TEST_KUBECONFIG names no cluster")
    where = RunContext(
        mode="cluster", kubeconfig=config, namespace=os.environ.get("TIPHYS_TEST_NAMESPACE"),
    )  # fmt: skip

    def run(task: TaskTemplate[..., Any], inputs: Inputs) -> Ended:
        manifest = compile_task(task, image=os.environ.get("TIPHYS_TEST_IMAGE"))
        run = where.there(manifest, {name: json.dumps(value) for name, value in inputs.items()})
        answer_all(where.cluster(), run.name, Answers(said_for(task)))
        return outcome_of(run)

    return run


def outcome_of(run: Run) -> Ended:
    """Read how a run ended: its value or its exception."""
    try:
        value = run.result()
    except Exception as error:  # noqa: BLE001 - any exception is an outcome to compare
        value = error
    return Ended(value, len(nodes.pods(run.state)))


def answer_all(cluster: Cluster, run: str, said: Answers) -> None:
    """Do what people do while a run in the cluster waits for them."""
    while said.names:
        try:
            for each in waiting(cluster, run):
                # what nobody answers ends with its time
                if (text := said.next(each.asked)) is not None:
                    signal(cluster, run, each.place, text)
        except ClusterError as error:
            if "is over" in str(error):
                return
        time.sleep(0.5)


def said_for(task: TaskTemplate[..., Any]) -> Mapping[str, Any]:
    """Give what people answer while a task runs: its module says so in `ANSWERS`."""
    found: Mapping[str, Any] = task.function.__globals__.get("ANSWERS", {}).get(task.__name__, {})
    return found


@pytest.fixture
def same_as_plainly(plainly: Callable[..., Ended]) -> Callable[..., None]:
    """Check that a run of a task gives what plain Python gives, with a pod per task call, and `glue_pods` more."""

    def check(task: TaskTemplate[..., Any], inputs: Inputs, run: Callable[..., Ended], glue_pods: int) -> None:
        expected = plainly(task, inputs)
        actual = run(task, inputs)
        same(expected.value, actual.value)
        if not isinstance(expected.value, BaseException):
            assert actual.pods == expected.pods + glue_pods

    return check


@pytest.fixture
def agree() -> Callable[[object, object], None]:
    """Check that two values are the same, types included, all the way down."""
    return same


def same(expected: Any, actual: Any, path: str = "result") -> None:
    """Compare two values, types included; exceptions by class, message and fields."""
    assert type(actual) is type(expected), f"{path}: {expected!r} became {actual!r}"
    if isinstance(expected, BaseException):
        assert str(actual) == str(expected), path
        for name, value in vars(expected).items():
            same(value, getattr(actual, name), f"{path}.{name}")
        if isinstance(expected, BaseExceptionGroup):
            same(expected.exceptions, actual.exceptions, f"{path}.exceptions")
    elif isinstance(expected, dict):
        assert list(actual) == list(expected), path
        for key, value in expected.items():
            same(value, actual[key], f"{path}[{key!r}]")
        for one, other in zip(expected, actual, strict=True):
            same(one, other, f"a key of {path}")
    elif isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected), f"{path}: {expected!r} became {actual!r}"
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            same(one, other, f"{path}[{index}]")
    elif dataclasses.is_dataclass(expected) or (hasattr(expected, "__dict__") and not callable(expected)):
        same(vars(expected), vars(actual), path)
    elif isinstance(expected, float) and math.isnan(expected):
        assert math.isnan(actual), path
    else:
        assert actual == expected, path
