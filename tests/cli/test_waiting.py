"""Conditions and triggers on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Command
from tests.cluster.objects import report, status
from tests.cluster.test_signal import ask_template, asking
from tiphys.cluster import connect, submit

if TYPE_CHECKING:
    from tests.kubernetes.server import Server
    from tiphys.cluster import Cluster

PROGRAM = """
env = tiphys.TaskEnvironment("shop")

@env.task
async def price(count: int) -> int:
    return count * 3

@env.task(triggers=[tiphys.Trigger("nightly", tiphys.Cron("0 2 * * *")), tiphys.Trigger("often", tiphys.FixedRate(5))])
async def main() -> int:
    total = 0
    for _ in range(2):
        total += await price(await tiphys.new_condition("size", "How many?", data_type=int).wait())
    return total
"""


@pytest.fixture
def waits(program: Callable[[str], str]) -> str:
    """Give a program that waits twice, with two triggers."""
    return program(PROGRAM)


def test_answers_are_options_of_a_run(tiphys: Command, waits: str) -> None:
    assert tiphys("run", waits, "--signal", "size=1", "--signal=size=2", "--debug").out == "9\n"
    assert tiphys("run", waits, "--signal", "size=2", "--debug").out == "12\n"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["--signal", "siz=1"], "there is no condition `siz`. Did you mean `size`?"),
        (["--signal", "size=x"], "'x' is no answer to the condition `size`, which takes a whole number"),
        (["--signal", "size=1", "--signal", "size="], "'' is no answer"),
        (["--signal", "size"], "write NAME=VALUE"),
        (["--signal"], "write NAME=VALUE"),
        ([], "the condition `size` waits for an answer, and there is no terminal to ask on"),
    ],
)
def test_a_wrong_answer_is_told_before_anything_runs(tiphys: Command, waits: str, said: list[str], why: str) -> None:
    done = tiphys("run", waits, "--debug", *said)
    assert (done.code, done.out) == (2, "")
    assert why in done.err
    assert "[1" not in done.err


def test_each_trigger_has_a_file(tiphys: Command, waits: str, tmp_path: Path) -> None:
    done = tiphys("compile", waits, "-o", "made")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        "shop-main-nightly.cronworkflow.yaml", "shop-main-often.cronworkflow.yaml", "shop-main.configmap.yaml",
        "shop-main.workflowtemplate.yaml",
    ]  # fmt: skip


@pytest.fixture
def cluster(api_server: Server, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Connect to the test server, and let commands find it."""
    monkeypatch.setenv("KUBECONFIG", str(api_server.kubeconfig))
    return connect(kubeconfig=api_server.kubeconfig, namespace=namespace)


def crons(cluster: Cluster) -> dict[str, Any]:
    """Give the templates that the schedules in the cluster start."""
    found = {name: cluster.read("CronWorkflow", name) for name in ("shop-main-nightly", "shop-main-often")}
    return {name: item and item["spec"]["workflowSpec"]["workflowTemplateRef"]["name"] for name, item in found.items()}


@pytest.mark.kubernetes
def test_apply_brings_triggers_up_to_date_and_submit_leaves_them_alone(
    tiphys: Command, cluster: Cluster, program: Callable[[str], str]
) -> None:
    to = ("--namespace", cluster.namespace)
    first = tiphys("compile", program(PROGRAM), "--apply", *to)
    assert first.code == 0, first.err
    assert f"CronWorkflow {cluster.namespace}/shop-main-nightly created" in first.err
    old = crons(cluster)
    assert None not in old.values()
    assert len(set(old.values())) == 1
    assert "submitted" not in first.err

    changed = program(PROGRAM.replace("count * 3", "count * 4"))
    started = tiphys("compile", changed, "--submit", *to)
    assert started.code == 0, started.err
    assert crons(cluster) == old

    assert tiphys("compile", changed, "--apply", *to).code == 0
    new = crons(cluster)
    assert len(set(new.values())) == 1
    assert set(new.values()).isdisjoint({*old.values(), None})


@pytest.mark.kubernetes
def test_triggers_that_the_source_lost_are_named_and_deleted_on_request(
    tiphys: Command, cluster: Cluster, program: Callable[[str], str]
) -> None:
    to = ("--namespace", cluster.namespace)
    assert tiphys("compile", program(PROGRAM), "--apply", *to).code == 0
    other = {"metadata": {"labels": {"tiphys.dev/program": "shop-other"}}}
    stranger = cluster.read("CronWorkflow", "shop-main-nightly")
    assert stranger is not None
    labels = {**stranger["metadata"]["labels"], **other["metadata"]["labels"]}
    cluster.create({**stranger, "metadata": {"name": "shop-other-nightly", "labels": labels}})

    fewer = program(PROGRAM.replace('"often"', '"seldom"'))
    gone = f"CronWorkflow {cluster.namespace}/shop-main-often"
    for how in ("--apply", "--submit"):
        named = tiphys("compile", fewer, how, *to)
        assert named.code == 0, named.err
        assert f"note: {gone} is no trigger of the source any more; --prune deletes it" in named.err
        assert "shop-main-nightly is no" not in named.err
        assert "shop-other" not in named.err
    assert cluster.read("CronWorkflow", "shop-main-often") is not None

    pruned = tiphys("compile", fewer, "--apply", "--prune", *to)
    assert f"{gone} deleted" in pruned.err
    there = [item["metadata"] for item in cluster.find("CronWorkflow", labels="")]
    left = [each["name"] for each in there if "deletionTimestamp" not in each]  # here nobody collects what is deleted
    assert sorted(left) == ["shop-main-nightly", "shop-main-seldom", "shop-other-nightly"]
    assert "no trigger of the source" not in tiphys("compile", fewer, "--apply", *to).err


def test_to_prune_is_to_apply(tiphys: Command, waits: str) -> None:
    done = tiphys("compile", waits, "--prune")
    assert done.code == 2
    assert "`--prune` deletes triggers in the cluster, and nothing is applied there: say `--apply` too" in done.err


@pytest.mark.kubernetes
def test_signal_lists_and_answers(tiphys: Command, cluster: Cluster) -> None:
    run = submit(cluster, "flow").name
    stored = {"storedWorkflowTemplateSpec": {"templates": [ask_template("size", "int")]}}
    report(cluster, run, status("Running", asking("n-1", "size", "loop/0/size", "How many?"), **stored))
    to = ("--namespace", cluster.namespace)

    assert tiphys("signal", run, *to).out == "size (int) at loop/0/size: How many?\n"
    assert json.loads(tiphys("signal", run, "--json", *to).out) == {
        "run": run,
        "waiting": [{"condition": "size", "place": "loop/0/size", "prompt": "How many?", "type": "int"}],
    }
    without = tiphys("signal", run, "size", *to)
    assert (without.code, without.out) == (2, "")
    assert f"say the answer too: tiphys signal {run} size VALUE" in without.err
    assert tiphys("signal", run, "size", "x", *to).code == 2
    assert tiphys("signal", run, "size", "4", *to).out == "answered loop/0/size\n"
    assert tiphys("signal", run, *to).out == f"{run} waits for no condition\n"
