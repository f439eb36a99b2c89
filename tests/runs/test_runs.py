"""`tiphys.run` and `with_runcontext`: what a run gives back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.runs import flows
from tests.runs.flows import Basket, Refused
from tiphys.diagnostics import UsageError
from tiphys.runs import Run, RunContext


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def run(task: Any, *args: Any, **kwargs: Any) -> Run:
    return tiphys.with_runcontext(executor="in-process").run(task, *args, **kwargs)


def test_the_result_is_the_python_value() -> None:
    done = run(flows.main, "coffee", count=3)

    assert done.phase == "succeeded"
    assert done.wait() is done
    assert done.result() == ("coffee x3", 9.0 + 4.5 + 6.0)
    assert done.result() == asyncio.run(flows.main("coffee", count=3))


def test_classes_of_the_program_come_back_as_themselves() -> None:
    value = run(flows.basket, ["a"]).result()

    assert value == Basket(["a"], 10.5)
    assert type(value) is Basket


def test_outputs_are_those_of_flyte() -> None:
    assert run(flows.main, "x").outputs() == ("x x2", 12.0)
    assert run(flows.price, "x").outputs() == (1.5,)
    assert run(flows.nothing).outputs() == ()


def test_a_failed_run_raises_the_tasks_own_exception_with_its_traceback() -> None:
    done = run(flows.failing, item="cake")

    assert done.phase == "failed"
    with pytest.raises(Refused, match="no cake") as caught:
        done.result()
    assert caught.value.item == "cake"
    assert "raise Refused(item)" in caught.value.__notes__[0]


def test_tasks_lists_every_call_that_started() -> None:
    calls = run(flows.main, "x").tasks()

    assert [(call.task, call.place, call.kind) for call in calls] == [
        ("runs.main", "", "orchestrator"),
        ("runs.price", "price", "task"),
        ("runs.basket", "basket", "orchestrator"),
        ("runs.price", "basket/price", "task"),
        ("runs.price", "basket/price-2", "task"),
    ]
    assert all(call.phase == "succeeded" and call.attempts == 1 for call in calls)
    assert all(call.started and call.finished and call.started <= call.finished for call in calls)


def test_a_call_whose_arguments_cannot_be_computed_has_not_started() -> None:
    done = run(flows.glue_fails)

    with pytest.raises(ZeroDivisionError):
        done.result()
    assert [call.place for call in done.tasks()] == ["", "reciprocal"]
    assert done.ended.error is not None
    assert done.ended.error["task"] == "runs.glue_fails"
    assert str(done.ended.error["where"]).startswith("flows.py:")


def test_a_container_around_several_results_needs_no_pod() -> None:
    done = run(flows.several)

    assert done.result() == {"one": 4.5, "two": (Basket(["x"], 10.5), [4.5])}
    assert done.summary()["result"] == {"one": 4.5, "two": [{"items": ["x"], "total": 10.5}, [4.5]]}
    assert "Basket(items=['x'], total=10.5)" in done.ended.text()


def test_the_summary_is_what_scripts_read() -> None:
    summary = run(flows.main, "x").summary()

    assert {key: summary[key] for key in ("status", "result", "error", "pods")} == {
        "status": "succeeded",
        "result": ["x x2", 12.0],
        "error": None,
        "pods": 4,
    }


def test_a_wrong_call_shows_the_inputs() -> None:
    with pytest.raises(
        UsageError, match=r"(?s)missing a required argument: 'name'.*Its inputs are \(name: 'str', count"
    ):
        run(flows.main)


def test_what_is_no_task_is_refused() -> None:
    with pytest.raises(UsageError, match="`run` takes a task, not function"):
        run(lambda: None)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no mode 'remote'"):
        RunContext(mode="remote").run(flows.main, "x")  # type: ignore[arg-type]


def test_run_uses_worker_processes(tmp_path: Path) -> None:
    done = tiphys.run(flows.price, "tea")

    assert done.result() == 4.5
    assert list((tmp_path / "tiphys" / "runs").iterdir())


def test_an_equal_program_is_lowered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(flows.main, "x")
    kept = list((tmp_path / "tiphys" / "manifests").glob("*.json"))
    monkeypatch.setattr("tiphys.argo.manifest.lower", None)

    assert run(flows.main, "y").result() == ("y x2", 12.0)
    assert list((tmp_path / "tiphys" / "manifests").glob("*.json")) == kept
