"""What follows a `try` is computed by the pods that end it."""

from __future__ import annotations

from typing import Any

from tests.passes.building import attempt, call, caught, glue, graph, program, ref, region, sub, switch
from tiphys.ir import Attempt, Glue, Graph, Pod, Program
from tiphys.passes import run
from tiphys.passes.check import check
from tiphys.passes.move_glue import move_glue

BODY = region("body", "n", call("a", x="%n"), gives=(0, None, "%a"), after=("a",))
CATCH = region("catch", "", caught("e", object), glue("clause", "%e"), gives=("%clause", "%e", None), after=("clause",))
TRY = attempt(
    "try", "n", sub("b", "body", n="%n"), sub("c", "catch"), outputs=(("%b", "%c"), ("%b.1", "%c.1"), ("%b.2", "%c.2"))
)
CALL = sub("t", "try", n="%n")


def pods(whole: Program) -> list[str]:
    """Name the pods of all units."""
    units = run(check(whole)).graphs.values()
    return sorted(
        node.name for unit in units if isinstance(unit, Graph) for node in unit.nodes if isinstance(node, Pod)
    )


def moved(*units: Any) -> Program:
    return check(move_glue(check(program(*units))))


def names(whole: Program, graph: str) -> list[str]:
    unit = whole.graphs[graph]
    assert isinstance(unit, Graph)
    return [node.name for node in unit.nodes]


def test_what_is_made_of_a_try_is_computed_in_both_of_its_regions() -> None:
    """By the last pod of the body, and by the one that finds the exception."""
    units = (BODY, CATCH, TRY, graph("main", "n", CALL, glue("g", "%t.2", after=("t",)), gives=("%g",)))

    made = moved(*units)

    assert (names(made, "main"), names(made, "body")) == (["t"], ["a", "g"])
    assert made.main.result.values == (ref("t"),)
    assert pods(program(*units)) == ["a", "e"]


def test_what_only_stands_beside_a_try_rides_along() -> None:
    """It reads nothing of it."""
    units = (BODY, CATCH, TRY, graph("main", "n", CALL, glue("g", "%n", after=("t",)), gives=("%g", "%t.2")))

    assert pods(program(*units)) == ["a", "e"]


def test_what_a_try_takes_cannot_be_computed_in_it() -> None:
    """It has to be there before."""
    before = glue("g", "%n")
    units = (BODY, CATCH, TRY, graph("main", "n", before, sub("t", "try", n="%g"), gives=("%t.2", "%g")))

    assert "g" in names(moved(*units), "main")


def test_glue_that_may_raise_does_not_move_into_a_body() -> None:
    """Its own handlers would catch what it raises."""
    risky = glue("g", "%t.2", after=("t",), total=False)
    units = (BODY, CATCH, TRY, graph("main", "n", CALL, risky, gives=("%g",), after=("g",)))

    assert names(moved(*units), "main") == ["t", "g"]


def arms(*, first: Glue, second: Glue) -> tuple[Any, ...]:
    """Make a `try` with a branch on how it ended: 0 after the body, 1 or more after the catch."""
    return (
        BODY,
        CATCH,
        TRY,
        region("done", "v", first, gives=("%g",), after=("g",)),
        region("failed", "v", second, gives=("%h",), after=("h",)),
        switch(
            "if", "which v e", "which", sub("x", "done", v="%v"), sub("y", "failed", v="%e"), outputs=(("%x", "%y"),)
        ),
        graph("main", "n", CALL, sub("s", "if", which="%t", v="%t.2", e="%t.1", after=("t",)), gives=("%s",)),
    )


def test_an_arm_that_only_a_failure_leads_to_is_computed_where_that_is_found() -> None:
    """It may raise: what is raised there leaves the `try`."""
    units = arms(first=glue("g", "%v"), second=glue("h", "%v", total=False))

    made = moved(*units)

    assert names(made, "body") == ["a", "g"]
    assert names(made, "catch") == ["e", "clause", "g", "h", "chosen"]
    assert pods(program(*units)) == ["a", "e"]


def test_an_arm_that_the_body_leads_to_stays_where_it_may_raise() -> None:
    units = arms(first=glue("g", "%v", total=False), second=glue("h", "%v"))

    made = moved(*units)

    assert names(made, "body") == ["a"]
    assert names(made, "done") == ["g"]
    assert names(made, "catch") == ["e", "clause", "h"]


def test_a_try_whose_body_calls_nothing_takes_nothing_in() -> None:
    """There is no pod in it to take the glue along."""
    empty = region("body", "n", glue("g", "%n", total=False), gives=(0, None, "%g"), after=("g",))
    made = moved(empty, CATCH, TRY, graph("main", "n", CALL, glue("h", "%t.2", after=("t",)), gives=("%h",)))

    assert names(made, "main") == ["t", "h"]
    assert isinstance(made.graphs["try"], Attempt)
