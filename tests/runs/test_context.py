"""`ctx()`: what a task knows of its run, here; and what it is outside of one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.runs import contexts
from tiphys.compiling import trace_task
from tiphys.diagnostics import ProgramError, UsageError


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("executor", ["forked", "in-process"])
def test_a_task_knows_its_run_and_its_place(executor: Any) -> None:
    run = tiphys.with_runcontext(executor=executor).run(contexts.main)
    first, second, attempt = run.result()

    assert first == (run.name, "about", "local", 0, {"who": "me"}, False, True)
    assert second == (run.name, "inner/about", "local", 0, {"who": "me"}, False, True)
    assert attempt == 1


def test_outside_of_a_run_there_is_none() -> None:
    found = tiphys.ctx()

    assert not found
    assert (found.action, found.mode, found.attempt_number, found.version) == (None, None, None, None)
    assert found.custom_context == {}
    assert not found.is_in_cluster()
    with tiphys.custom_context(a="1"):
        assert tiphys.ctx().custom_context == {"a": "1"}
    assert tiphys.ctx().custom_context == {}


def test_answers_for_a_run_in_the_cluster_are_refused() -> None:
    with pytest.raises(UsageError, match="`signals` answer the conditions of a local run"):
        tiphys.with_runcontext(mode="cluster", signals={"size": 3}).run(contexts.main)


def test_a_custom_context_holds_texts() -> None:
    with pytest.raises(TypeError, match="`a` of a custom context is a text"), tiphys.custom_context(a=1):  # type: ignore[arg-type]
        pass
    with pytest.raises(ProgramError, match="`a` of a custom context is a text"):
        trace_task(contexts.wrong)


def test_an_orchestrator_knows_no_more_than_the_texts() -> None:
    assert asyncio.run(contexts.texts()) == "me"
    assert tiphys.with_runcontext(executor="in-process").run(contexts.texts).result() == "me"
    with pytest.raises(ProgramError, match="an orchestrator runs in no pod and knows only") as caught:
        trace_task(contexts.asks_for_more)
    assert "read `attempt_number` in a task" in str(caught.value)
