from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cluster.objects import node, packed, said, status
from tiphys.cluster.nodes import Phase, Progress, attempts, calls, changes, pods, progress, roots, run_of, within
from tiphys.diagnostics import ClusterError


def workflow(written: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"name": "run", "namespace": "n", "uid": "u", "resourceVersion": "7"}, "status": written}


def at(second: int) -> str:
    return f"2026-01-02T03:04:{second:02}Z"


# main -> load -> [fit (two attempts), score(0), score(1)] and an exit handler
NODES = (
    node("run", type="DAG", phase="Running", templateName="main", children=["load"], startedAt=at(0)),
    node("load", boundaryID="run", children=["fit", "score"], startedAt=at(0), finishedAt=at(5)),
    node("fit", type="Retry", boundaryID="run", children=["fit-0", "fit-1"], startedAt=at(6), phase="Running"),
    node("fit-0", name="fit(0)", boundaryID="run", startedAt=at(6), phase="Failed", outputs={"exitCode": "75"}),
    node("fit-1", name="fit(1)", boundaryID="run", startedAt=at(9), phase="Running", children=["end"]),
    node("score", type="TaskGroup", boundaryID="run", children=["score-0", "score-1"], startedAt=at(7)),
    node("score-0", name="score(0)", boundaryID="run", startedAt=at(7), outputs=said(v="{}")),
    node("score-1", name="score(1)", boundaryID="run", startedAt=at(8), phase="Pending"),
    node("end", type="Skipped", boundaryID="run", phase="Omitted"),
    node("bye", name="run.onExit", startedAt=at(30), phase="Pending"),
)
RUN = run_of(workflow(status("Running", *NODES, startedAt=at(0))))


def names(found: tuple[Any, ...]) -> list[str]:
    return [each.id for each in found]


def test_a_node_is_read_with_what_it_said() -> None:
    read = RUN.nodes["score-0"]
    assert (read.display_name, read.type, read.phase, read.boundary) == ("score-0", "Pod", Phase.SUCCEEDED, "run")
    assert read.outputs == {"v": "{}"}
    assert read.started == datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC)
    assert read.finished is None
    assert RUN.nodes["fit-0"].exit_code == 75
    assert RUN.root is RUN.nodes["run"]


def test_the_tree_has_the_entry_and_the_exit_handler_as_roots() -> None:
    assert names(roots(RUN)) == ["run", "bye"]


def test_attempts_and_items_are_within_what_repeats_them() -> None:
    assert names(within(RUN, RUN.nodes["run"])) == ["load", "fit", "score", "end"]
    assert names(within(RUN, RUN.nodes["fit"])) == ["fit-0", "fit-1"]
    assert names(within(RUN, RUN.nodes["score"])) == ["score-0", "score-1"]
    assert names(attempts(RUN, RUN.nodes["fit"])) == ["fit-0", "fit-1"]
    assert names(attempts(RUN, RUN.nodes["load"])) == ["load"]


def test_a_call_counts_once_however_often_it_is_tried() -> None:
    assert names(pods(RUN)) == ["load", "fit-0", "score-0", "score-1", "fit-1", "bye"]
    assert names(calls(RUN)) == ["load", "fit", "score-0", "score-1", "bye"]
    assert progress(RUN) == Progress(total=5, succeeded=2, failed=0, running=1, pending=2, skipped=0)


def test_changes_are_what_is_new_or_stands_elsewhere() -> None:
    later = {**status("Running", *NODES)}
    later["nodes"] = {**later["nodes"], "score-1": node("score-1", name="score(1)"), "more": node("more")}
    assert names(changes(RUN, run_of(workflow(later)))) == ["more", "score-1"]
    assert names(changes(RUN, RUN)) == []
    assert len(changes(None, RUN)) == len(NODES)


def test_a_run_that_argo_has_not_seen_yet_is_empty() -> None:
    run = run_of({"metadata": {"name": "run", "namespace": "n", "uid": "u"}, "spec": {}})
    assert (run.phase, run.is_over, run.root, dict(run.nodes)) == (Phase.NONE, False, None, {})


def test_packed_nodes_are_the_same_nodes() -> None:
    assert run_of(workflow(packed("Running", *NODES))).nodes == RUN.nodes


def test_an_unknown_packing_is_an_error() -> None:
    other = {"phase": "Running", "compressedNodes": base64.b64encode(b"\x28\xb5\x2f\xfd").decode()}
    with pytest.raises(ClusterError, match="something else than gzip"):
        run_of(workflow(other))


def test_a_phase_of_a_newer_argo_is_not_the_end() -> None:
    assert not run_of(workflow({"phase": "Dreaming"})).is_over


def test_nodes_in_a_database_are_told_from_none() -> None:
    assert run_of(workflow({"phase": "Running", "offloadNodeStatusVersion": "fnv:1"})).offloaded
    assert not RUN.offloaded
