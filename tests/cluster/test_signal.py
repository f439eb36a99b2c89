"""Answers reach a run: its node is ended with the answer as output, and nothing else of it is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.objects import node, packed, report, status
from tiphys.cluster import signal, submit, waiting
from tiphys.diagnostics import ClusterError, UsageError

if TYPE_CHECKING:
    from tiphys.cluster import Cluster

pytestmark = pytest.mark.kubernetes


def ask_template(name: str, kind: str, *, timed: bool = False) -> dict[str, Any]:
    """Write a template that waits for an answer, as it is in a run."""
    supplied = {"supplied": {}, "default": "tiphys/nobody"} if timed else {"supplied": {}}
    return {
        "name": f"{name}-ask",
        "metadata": {"annotations": {"tiphys.dev/condition": name, "tiphys.dev/data-type": kind}},
        "inputs": {"parameters": [{"name": "at"}, {"name": "prompt"}]},
        "outputs": {"parameters": [{"name": "v", "valueFrom": supplied}]},
        "suspend": {},
    }


def asking(key: str, name: str, at: str, prompt: str = "Go on?", phase: str = "Running") -> dict[str, Any]:
    """Write a node that waits."""
    inputs = {"parameters": [{"name": "at", "value": at}, {"name": "prompt", "value": prompt}]}
    return node(key, type="Suspend", phase=phase, templateName=f"{name}-ask", inputs=inputs)


@pytest.fixture
def run(cluster: Cluster) -> str:
    """Give a run that waits with four questions, and has an answer to a fifth."""
    name = submit(cluster, "flow").name
    templates = [
        ask_template("go-on", "bool"), ask_template("size", "int", timed=True), ask_template("name", "str", timed=True)
    ]  # fmt: skip
    nodes = [
        asking("n-1", "go-on", "go-on"),
        asking("n-2", "size", "map/0/size", '{"v":"how many {\\u007bx}}?"}'),
        asking("n-3", "size", "map/1/size"),
        asking("n-4", "name", "name"),
        asking("n-5", "go-on", "go-on-2", phase="Succeeded"),
        node("n-6", phase="Running"),
    ]
    stored = {"storedWorkflowTemplateSpec": {"templates": templates}}
    report(cluster, name, status("Running", *nodes, **stored))
    return name


def nodes_of(cluster: Cluster, run: str) -> dict[str, Any]:
    """Give the nodes of a run as they are stored."""
    workflow = cluster.read("Workflow", run)
    assert workflow is not None
    found: dict[str, Any] = workflow["status"]["nodes"]
    return found


def test_a_run_says_what_it_waits_for(cluster: Cluster, run: str) -> None:
    found = [(each.asked.name, each.asked.kind, each.place, each.asked.prompt) for each in waiting(cluster, run)]
    assert found == [
        ("go-on", bool, "go-on", "Go on?"),
        ("size", int, "map/0/size", "how many {{x}}?"),
        ("size", int, "map/1/size", "Go on?"),
        ("name", str, "name", "Go on?"),
    ]


def test_an_answer_ends_its_node_and_no_other(cluster: Cluster, run: str) -> None:
    before = nodes_of(cluster, run)

    assert signal(cluster, run, "go-on", "yes") == ["go-on"]

    after = nodes_of(cluster, run)
    ended = after.pop("n-1")
    assert ended["phase"] == "Succeeded"
    assert ended["finishedAt"].endswith("Z")
    assert ended["outputs"]["parameters"] == [{"name": "v", "value": "true"}]
    assert after == {key: value for key, value in before.items() if key != "n-1"}
    assert [each.place for each in waiting(cluster, run)] == ["map/0/size", "map/1/size", "name"]


def test_a_text_arrives_as_it_was_typed(cluster: Cluster, run: str) -> None:
    text = 'a {{workflow.name}} {{=1+1}} "q" é'
    signal(cluster, run, "name", text)
    assert nodes_of(cluster, run)["n-4"]["outputs"]["parameters"][0]["value"] == text


def test_one_of_several_is_named_by_its_place(cluster: Cluster, run: str) -> None:
    with pytest.raises(ClusterError, match=r"is asked at 2 places of the run `.*`: map/0/size, map/1/size"):
        signal(cluster, run, "size", "3")
    assert signal(cluster, run, "map/1/size", "3") == ["map/1/size"]
    assert nodes_of(cluster, run)["n-2"]["phase"] == "Running"


def test_all_of_a_name_are_answered_together(cluster: Cluster, run: str) -> None:
    assert signal(cluster, run, "size", "3", everywhere=True) == ["map/0/size", "map/1/size"]


@pytest.mark.parametrize(
    ("condition", "value", "why"),
    [
        ("go-on", "maybe", "'maybe' is no answer to the condition `go-on`, which takes true or false"),
        ("map/0/size", "2.5", "which takes a whole number"),
        ("name", "tiphys/nobody", "stands for no answer at all"),
    ],
)
def test_what_is_no_answer_changes_nothing(cluster: Cluster, run: str, condition: str, value: str, why: str) -> None:
    before = nodes_of(cluster, run)
    with pytest.raises(UsageError, match=why):
        signal(cluster, run, condition, value)
    assert nodes_of(cluster, run) == before


def test_an_unknown_condition_names_the_nearest(cluster: Cluster, run: str) -> None:
    with pytest.raises(UsageError, match=r"(?s)has no condition `siz`.*Did you mean `size`"):
        signal(cluster, run, "siz", "3")


def test_a_condition_that_is_not_asked_now_is_no_mistake_of_the_word(cluster: Cluster, run: str) -> None:
    signal(cluster, run, "go-on", "yes")
    with pytest.raises(ClusterError, match="does not wait for `go-on` now: it waits for `size` at map/0/size, "):
        signal(cluster, run, "go-on", "yes")


def test_what_cannot_be_answered_says_why(cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match="there is no run `gone`"):
        signal(cluster, "gone", "x", "1")
    name = submit(cluster, "flow").name
    report(cluster, name, status("Running", node("a", phase="Running")))
    with pytest.raises(ClusterError, match="waits for no condition now"):
        signal(cluster, name, "x", "1")
    report(cluster, name, packed("Running", node("a", phase="Running")))
    with pytest.raises(ClusterError, match=r"(?s)keeps its state packed.*argo node set"):
        signal(cluster, name, "x", "1")
    report(cluster, name, status("Succeeded"))
    with pytest.raises(ClusterError, match=r"is over .succeeded., and waits for nothing"):
        signal(cluster, name, "x", "1")
