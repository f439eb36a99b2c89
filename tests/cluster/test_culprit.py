"""Which failure ended a run: the first that nothing caught, among branches, loops, maps and `try`s."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cluster.objects import node, said, status
from tiphys.cluster.nodes import Run, run_of
from tiphys.cluster.result import culprit, failure

Raw = dict[str, Any]


def dag(key: str, inside: str | None, phase: str = "Succeeded", **fields: Any) -> Raw:
    return node(key, type="DAG", phase=phase, **({"boundaryID": inside} if inside else {}), **fields)


def pod(key: str, inside: str, second: int, kind: str | None = None, **fields: Any) -> Raw:
    """Write a pod; `kind` is the class of what it raised."""
    told = {"type": f"builtins.{kind}", "message": key, "time": f"2026-01-02T03:04:{second:02}.5+00:00"}
    outputs = said(v=json.dumps({"e": told} if kind else {"v": 1}))
    end = f"2026-01-02T03:04:{second:02}Z"
    phase = "Failed" if kind else "Succeeded"
    return node(key, phase=phase, boundaryID=inside, finishedAt=end, outputs=outputs, **fields)


def attempt(key: str, inside: str, *, body: str, catch: str | None, phase: str) -> list[Raw]:
    """Write a `try`: the guard succeeds, whatever becomes of its body."""
    nodes = [
        dag(key, inside, phase),
        dag(f"{key}.guard", key, children=[f"{key}.catch"]),
        dag(f"{key}.guard.body", f"{key}.guard", body),
    ]
    if catch is None:
        return [*nodes, node(f"{key}.catch", type="Skipped", phase="Skipped", boundaryID=key)]
    return [*nodes, dag(f"{key}.catch", key, catch)]


def run(phase: str, *nodes: Raw) -> Run:
    metadata = {"name": "run", "namespace": "n", "uid": "u"}
    return run_of({"metadata": metadata, "status": status(phase, dag("run", None, phase), *nodes)})


def named(ended: Run) -> str | None:
    found = culprit(ended)
    return found.id if found else None


def test_what_a_try_handled_is_not_what_ended_the_run() -> None:
    tried = attempt("try", "run", body="Failed", catch="Succeeded", phase="Succeeded")
    handled = pod("first", "try.guard.body", 1, "KeyError")

    assert named(run("Failed", *tried, handled, pod("later", "run", 9, "ValueError"))) == "later"


def test_a_catch_that_raises_again_ended_the_run() -> None:
    tried = attempt("try", "run", body="Failed", catch="Failed", phase="Failed")
    first, again = pod("first", "try.guard.body", 1, "KeyError"), pod("again", "try.catch", 5, "KeyError")
    ended = run("Failed", *tried, first, again)

    assert named(ended) == "again"
    assert failure(ended).envelope["e"]["type"] == "builtins.KeyError"


def test_a_task_of_a_handler_may_end_the_run() -> None:
    tried = attempt("try", "run", body="Failed", catch="Failed", phase="Failed")
    caught = pod("caught", "try.catch", 3, children=["handler"])

    nodes = [*tried, pod("first", "try.guard.body", 1, "KeyError"), caught, pod("handler", "try.catch", 6, "OSError")]
    assert named(run("Failed", *nodes)) == "handler"


@pytest.mark.parametrize(("outer", "expected"), [("Succeeded", "last"), ("Failed", "outer again")])
def test_a_try_in_a_try_hands_its_failure_to_the_outer_one(outer: str, expected: str) -> None:
    around = attempt("outer", "run", body="Failed", catch=outer, phase=outer)
    inner = attempt("inner", "outer.guard.body", body="Failed", catch="Failed", phase="Failed")
    nodes = [
        *around,
        *inner,
        pod("first", "inner.guard.body", 1, "KeyError"),
        pod("again", "inner.catch", 2, "KeyError"),
    ]
    if outer == "Failed":
        nodes.append(pod("outer again", "outer.catch", 3, "KeyError"))

    assert named(run("Failed", *nodes, pod("last", "run", 9, "ValueError"))) == expected


def test_an_item_whose_error_is_kept_did_not_end_the_run() -> None:
    group = node("map.item", type="TaskGroup", phase="Failed", boundaryID="map", children=["item-0", "item-1"])
    items = [pod("item-0", "map", 1, "KeyError"), pod("item-1", "map", 2)]
    names = {"item-0": "map.item(0:0)", "item-1": "map.item(1:1)"}
    items = [{**each, "name": names[each["id"]]} for each in items]

    assert named(run("Failed", dag("map", "run"), group, *items, pod("last", "run", 9, "ValueError"))) == "last"


def test_of_items_that_failed_the_first_ended_the_run() -> None:
    group = node("map.item", type="TaskGroup", phase="Failed", boundaryID="map", children=["item-0", "item-1"])
    items = [pod("item-0", "map", 4, "KeyError"), pod("item-1", "map", 2, "OSError")]

    assert named(run("Failed", dag("map", "run", "Failed"), group, *items)) == "item-1"


def test_in_one_second_of_argo_the_records_tell_which_was_first() -> None:
    one, two = pod("one", "run", 4, "KeyError"), pod("two", "run", 4, "OSError")
    early = {"type": "builtins.OSError", "message": "", "time": "2026-01-02T03:04:04.100000+00:00"}
    two["outputs"] = said(v=json.dumps({"e": early}))

    assert named(run("Failed", one, two)) == "two"


def test_a_loop_ends_with_the_round_that_failed() -> None:
    rounds = [dag("loop", "run", "Failed"), dag("loop.r", "loop", "Failed"), dag("loop.r.r", "loop.r", "Failed")]
    tried = attempt("try", "loop", body="Failed", catch="Succeeded", phase="Succeeded")
    nodes = [*rounds, *tried, pod("first", "try.guard.body", 1, "KeyError"), pod("third", "loop.r.r", 8, "OSError")]

    assert named(run("Failed", *nodes)) == "third"
