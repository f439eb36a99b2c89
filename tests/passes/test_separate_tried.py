"""Without an artifact repository what runs inside a `try` and outside of it is two units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.passes.building import attempt, call, caught, graph, program, region, sub
from tiphys.ir import Program
from tiphys.passes.check import check
from tiphys.passes.separate_tried import separate_tried


@pytest.fixture
def shared() -> Program:
    """Call `child`, which calls `deep`, inside and outside of a `try`."""
    return program(
        graph("deep", "", call("a")),
        graph("child", "", sub("deep", "deep")),
        graph("alone", "", call("a")),
        region("main-body", "", sub("child", "child"), sub("alone", "alone")),
        region("main-catch", "", caught("error", Exception), sub("child", "child")),
        attempt("main-try", "", sub("body", "main-body"), sub("catch", "main-catch")),
        graph("main", "", sub("try", "main-try"), sub("child", "child")),
    )


def calls(made: Program, name: str) -> list[str]:
    return [call.graph for call in made.graphs[name].calls]


def test_with_a_repository_nothing_changes(shared: Program) -> None:
    assert separate_tried(shared) is shared


def test_what_runs_in_both_places_has_a_copy_for_the_inside(shared: Program) -> None:
    """The handler is outside of its own `try`."""
    made = check(separate_tried(replace(shared, is_storeless=True)))

    assert calls(made, "main-body") == ["child-tried", "alone"]
    assert calls(made, "child-tried") == ["deep-tried"]
    assert calls(made, "main-catch") == ["child"]
    assert calls(made, "main") == ["main-try", "child"]
    assert calls(made, "child") == ["deep"]
    assert separate_tried(made) is made
