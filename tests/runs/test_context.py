"""`ctx()`: what a task knows of its run, here; and what it is outside of one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.runs import contexts
from tiphys.cluster import Submitted
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


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"mode": "clutser"}, r"there is no mode 'clutser'\. Did you mean `cluster`\?"),
        ({"executor": "in-proces"}, r"there is no executor 'in-proces'\. Did you mean `in-process`\?"),
        ({"parallelism": 0}, r"`parallelism=0`: write a whole number from 1 on"),
        ({"parallelism": 2, "max_action_concurrency": 3}, r"`max_action_concurrency=3` are one: say it once"),
        ({"parallelism": "2"}, r"`parallelism='2'`: write a whole number from 1 on"),
        ({"parallelism": True}, r"`parallelism=True`: write a whole number from 1 on"),
        ({"mode": "cluster", "namespace": "Bad_Name"}, r"'Bad_Name' is no name of a namespace.*'bad-name'"),
        ({"mode": "cluster", "namespace": ""}, r"'' is no name of a namespace"),
        ({"mode": "cluster", "namespace": 3}, r"`namespace=3`: write the name of a namespace, as text"),
        ({"mode": "cluster", "context": 3}, r"`context=3`: write the name of a context of the kubeconfig"),
        ({"mode": "cluster", "kubeconfig": 3}, r"`kubeconfig=3`: write the path of a file"),
        ({"mode": "cluster", "labels": 3}, r"`labels=3`: write a dict of texts"),
        ({"mode": "cluster", "labels": {"a b": "x"}}, r"'a b' is no key"),
        ({"mode": "cluster", "labels": {"a": "x y"}}, r"'x y' of `a` is no value of a label"),
        ({"mode": "cluster", "annotations": {"a": 3}}, r"the value of .*a.* is"),
        ({"image": 3}, r"`image=3`: write the address of an image, or several"),
        ({"profile": 3}, r"`profile=3`: write the name of a profile, or the path of a file"),
        ({"signals": 3}, r"`signals=3`: write a dict: the answers by the names of conditions"),
        ({"image": [3]}, r"`image=\[3\]`: write a list of texts"),
        ({"mode": []}, r"there is no mode \[\]"),
        ({"labels": ""}, r"`labels=''`: write a dict of texts"),
        ({"parallelism": 10**12}, r"write a whole number from 1 on, up to 2,147,483,647"),
        ({"name": "My Run"}, r"'My Run' is no name of a run: up to 63 lower-case letters"),
        ({"custom_context": {"a": 1}}, r"`a` of a custom context is a text, not 1"),
        ({"custom_context": 3}, r"`custom_context=3`: write a dict of texts"),
        ({"max_action_concurrency": 0}, r"`max_action_concurrency=0`: write a whole number from 1 on"),
        ({"overwrite_cache": "yes"}, r"`overwrite_cache='yes'`: write True or False"),
        ({"disable_run_cache": True, "overwrite_cache": True}, r"say one of the two"),
    ],
)  # fmt: skip
def test_a_context_that_cannot_be_is_refused_where_it_is_made(said: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        tiphys.with_runcontext(**said)


@pytest.mark.parametrize("executor", ["forked", "in-process"])
def test_a_run_may_say_variables_and_a_context_of_its_own(executor: Any) -> None:
    """Its variables win over the task's, of which the others stay; an inner context joins the run's."""
    where = tiphys.with_runcontext(executor=executor, env_vars={"MODE": "run"}, custom_context={"who": "cron"})

    assert where.run(contexts.modes).result() == (("run", "own", {"who": "cron", "inner": "1"}), "cron")


def test_values_that_are_none_of_their_types_are_refused_together_and_before_anything_runs() -> None:
    with pytest.raises(UsageError) as caught:
        tiphys.run(contexts.typed, "x", names=[1], day="tomorrow")

    assert str(caught.value).splitlines() == [
        '`n`: the value: expected int (as 3), not "x"',
        '`names`: at [0]: expected str (as "text"), not 1',
        '`day`: the value: expected date (as "2024-01-31"), not "tomorrow"',
    ]


def test_a_profile_may_be_named_by_a_path(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("namespace = 3")
    with pytest.raises(UsageError, match=r"own\.toml:1:1: `namespace = 3`: write text, in quotes"):
        tiphys.with_runcontext(profile=tmp_path / "own.toml").run(contexts.texts)


def test_what_has_no_effect_here_is_noted() -> None:
    run = tiphys.with_runcontext(executor="in-process", namespace="ml", labels={"team": "a"}).run(contexts.texts)

    assert run.notes == (
        "`namespace` has no effect on this computer: it belongs to runs in the cluster",
        "`labels` has no effect on this computer: it belongs to runs in the cluster",
    )
    assert tiphys.with_runcontext(executor="in-process").run(contexts.texts).notes == ()


def test_in_the_cluster_parallelism_is_the_workflows_and_the_executor_is_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def submit(*_: Any, **said: Any) -> Submitted:
        asked.append((said["parallelism"], said["name"]))
        return Submitted("a-run", "u", "ml")

    monkeypatch.setattr("tiphys.cluster.connect", lambda **_: None)
    monkeypatch.setattr("tiphys.cluster.check_secrets", lambda *_: ["a Secret could not be read"])
    monkeypatch.setattr("tiphys.cluster.apply", lambda *_: ())
    monkeypatch.setattr("tiphys.cluster.submit", submit)
    where = tiphys.with_runcontext(mode="cluster", namespace="ml", executor="forked", parallelism=3)
    run = where.run(contexts.texts)
    tiphys.with_runcontext(mode="remote", name="tonight", max_action_concurrency=2).run(contexts.texts)

    assert asked == [(3, None), (2, "tonight")]
    assert run.notes == (
        "a Secret could not be read",
        "`executor` has no effect in the cluster: it says how pods run on this computer",
    )


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
