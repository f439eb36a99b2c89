"""Triggers that the source lost, where this user may not look for them, or Argo Events is not there."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import pytest

from tiphys.cluster import Applied, Cluster, Refused, leftovers, prune

PROGRAM = [{"kind": "CronWorkflow", "metadata": {"name": "flow-main-a", "labels": {"tiphys.dev/program": "flow-main"}}}]


class Answers:
    """A cluster of which only the triggers are asked; what is found under a kind, or the code of a refusal."""

    def __init__(self, **kinds: list[dict[str, Any]] | int) -> None:
        self.kinds = kinds
        self.deleted: list[tuple[str, str, bool]] = []

    def find(self, kind: str, *, labels: str) -> list[dict[str, Any]]:
        assert labels == "app.kubernetes.io/managed-by=tiphys,tiphys.dev/program=flow-main"
        found = self.kinds[kind]
        if isinstance(found, int):
            raise Refused(f"`anna` may not list {kind}\n  It takes a Role.", code=found)
        return found

    def delete(self, kind: str, name: str, *, namespace: str, keep: bool) -> None:
        assert namespace == "ml"
        self.deleted.append((kind, name, keep))


def there(name: str, **more: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "ml", **more}}


def test_what_this_user_may_not_list_is_a_note() -> None:
    found = leftovers(cast("Cluster", Answers(CronWorkflow=HTTPStatus.FORBIDDEN, Sensor=[])), PROGRAM)
    assert found.found == ()
    (note,) = found.notes
    assert note == "whether triggers have been left in the cluster is not known: `anna` may not list CronWorkflow"


def test_a_cluster_without_argo_events_has_no_sensors() -> None:
    crons = [there("flow-main-a"), there("flow-main-b"), there("flow-main-c", deletionTimestamp="2026-01-01T00:00:00Z")]
    found = leftovers(cast("Cluster", Answers(CronWorkflow=crons, Sensor=HTTPStatus.NOT_FOUND)), PROGRAM)
    assert found.found == (Applied("CronWorkflow", "flow-main-b", "ml", "left"),)
    assert found.notes == ()


def test_other_refusals_are_told() -> None:
    with pytest.raises(Refused, match="may not list Sensor"):
        leftovers(cast("Cluster", Answers(CronWorkflow=[], Sensor=HTTPStatus.BAD_REQUEST)), PROGRAM)


def test_runs_of_a_schedule_stay_and_what_listens_for_events_goes() -> None:
    answers = Answers()
    left = [Applied(kind, "flow-main-b", "ml", "left") for kind in ("CronWorkflow", "Sensor")]
    assert [str(one) for one in prune(cast("Cluster", answers), left)] == [
        "CronWorkflow ml/flow-main-b deleted",
        "Sensor ml/flow-main-b deleted",
    ]
    assert answers.deleted == [("CronWorkflow", "flow-main-b", True), ("Sensor", "flow-main-b", False)]
