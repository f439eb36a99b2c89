from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.cluster.objects import template
from tiphys.cluster import Refused, apply, submit, submit_new

if TYPE_CHECKING:
    from tiphys.cluster import Cluster

pytestmark = pytest.mark.kubernetes


def test_a_run_is_a_few_lines_that_name_the_template(cluster: Cluster) -> None:
    apply(cluster, [template()])
    run = submit(cluster, "flow-main-3f2a", {"x": 'a "{{b}}" é'}, labels={"team": "a"}, annotations={"note": "b"})
    stored = cluster.read("Workflow", run.name)
    assert stored is not None
    assert stored["spec"] == {
        "arguments": {"parameters": [{"name": "x", "value": 'a "{{b}}" é'}]},
        "workflowTemplateRef": {"name": "flow-main-3f2a"},
    }
    assert run.name.startswith("flow-main-3f2a-")
    assert (run.uid, run.namespace) == (stored["metadata"]["uid"], cluster.namespace)
    assert stored["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "tiphys",
        "workflows.argoproj.io/workflow-template": "flow-main-3f2a",
        "team": "a",
    }
    assert stored["metadata"]["annotations"] == {"note": "b"}


def test_a_run_may_say_how_many_pods_run_at_once(cluster: Cluster) -> None:
    apply(cluster, [template()])
    stored = cluster.read("Workflow", submit(cluster, "flow-main-3f2a", parallelism=2).name)
    assert stored is not None
    assert stored["spec"]["parallelism"] == 2


@pytest.mark.parametrize("name", ["a" * 63, "a" * 56 + ".bbbbbb", "a" * 56 + "-bbbbbb"])
def test_the_name_of_a_run_fits_a_label_and_keeps_its_dash(cluster: Cluster, name: str) -> None:
    run = submit(cluster, name)
    assert len(run.name) <= 63
    assert run.name[-6] == "-"
    assert run.name[-7].isalnum()


def test_each_run_has_its_own_name(cluster: Cluster) -> None:
    assert submit(cluster, "flow").name != submit(cluster, "flow").name


@pytest.mark.parametrize("size", [1_600_000, 3_500_000])
def test_arguments_that_are_too_large_are_refused(cluster: Cluster, size: int) -> None:
    with pytest.raises(Refused, match="Workflow is too large for the cluster: "):
        submit(cluster, "flow", {"x": "x" * size})


def test_a_wrong_label_is_refused_with_the_servers_reason(cluster: Cluster) -> None:
    with pytest.raises(Refused, match=r"Workflow is not valid, says the API server:\n  metadata.labels: Invalid value"):
        submit(cluster, "flow", labels={"team": "a b"})


class Controller:
    """A cluster whose controller does not know a template until some runs of it have failed."""

    namespace = "argo"

    def __init__(self, *statuses: dict[str, str]) -> None:
        self.statuses = statuses
        self.made: list[str] = []
        self.deleted: list[str] = []

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        self.made.append(f"{body['metadata']['generateName']}{len(self.made)}")
        return {"metadata": {"name": self.made[-1], "uid": "u", "namespace": "argo"}}

    def read(self, _kind: str, name: str) -> dict[str, Any]:
        return {"status": self.statuses[self.made.index(name)]}

    def delete(self, _kind: str, name: str) -> None:
        self.deleted.append(name)


EARLY = {"phase": "Error", "message": 'workflowtemplates.argoproj.io "flow" not found'}


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ([{"phase": "Running"}], 0),
        ([EARLY, EARLY, {"phase": "Running"}], 2),
        ([{"phase": "Error", "message": "quota"}], 0),
        ([EARLY, EARLY, EARLY, EARLY], 3),
        ([{}], 0),
    ],
)
def test_a_run_that_came_before_its_template_is_started_again(statuses: list[dict[str, str]], wanted: int) -> None:
    """A few times, and only for that reason."""
    controller = Controller(*statuses)
    run = submit_new(cast("Cluster", controller), "flow", patience=0.3)
    assert controller.deleted == controller.made[:wanted]
    assert run.name == controller.made[wanted] == controller.made[-1]
