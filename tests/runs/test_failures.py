"""How runs end in which something failed: what was caught is no failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.runs import flows
from tests.runs.flows import Refused
from tiphys.runs import Run


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def run(task: Any, *args: Any) -> Run:
    return tiphys.with_runcontext(executor="in-process").run(task, *args)


def test_what_was_caught_is_no_failure() -> None:
    done = run(flows.second_choice, "cake", "tea", "tea")

    assert (done.phase, done.result(), done.ended.error) == ("succeeded", "tea", None)
    assert [(call.phase, call.attempts) for call in done.tasks() if call.task == "runs.sold"] == [
        ("failed", 1), ("succeeded", 1),
    ]  # fmt: skip


def test_the_failure_that_is_told_is_the_one_that_nobody_caught() -> None:
    done = run(flows.second_choice, "cake", "wine", "tea")

    with pytest.raises(Refused, match="no wine") as caught:
        done.result()
    assert caught.value.item == "wine"
    assert done.ended.error is not None
    assert (done.ended.error["task"], done.ended.error["where"]) == ("runs.sold", None)


def test_raised_again_it_is_still_the_failure_of_its_task() -> None:
    done = run(flows.insisting, "cake", "tea")

    with pytest.raises(Refused, match="no cake"):
        done.result()
    assert done.ended.text().splitlines()[-1].startswith("  in runs.sold, raised again at flows.py:")
    assert "raise Refused(item)" in done.ended.text()


def test_a_handler_reads_the_fields_of_what_it_caught() -> None:
    assert run(flows.insisting, "wine", "tea").result() == "no wine"
    assert run(flows.insisting, "tea", "tea").result() == "tea"


def test_exceptions_may_be_results() -> None:
    found = run(flows.each_refusal, 3).result()
    assert found[:2] == ["", "tea"]
    assert (type(found[2]), found[2].item) == (Refused, "teatea")

    alone = run(flows.the_refusal, "cake").result()
    assert (type(alone), alone.item) == (Refused, "cake")
