"""Glue crosses the borders of branches where that saves a pod, and does there what it did before."""

from __future__ import annotations

from typing import Any

from tests.passes.building import call, glue, graph, program, ref, region, sub, switch
from tiphys.ir import Glue, Graph, Literal, Pod, Program, Switch
from tiphys.passes import run
from tiphys.passes.check import check
from tiphys.passes.move_glue import move_glue

ARMS = (
    region("then", "t", call("a", x="%t"), gives=("%a",), after=("a",)),
    region("else", "t", call("b", x="%t"), gives=("%b",), after=("b",)),
)


def pods(whole: Program) -> list[str]:
    """Name the pods of all units."""
    units = run(check(whole)).graphs.values()
    return sorted(
        node.name for unit in units if isinstance(unit, Graph) for node in unit.nodes if isinstance(node, Pod)
    )


def branch(*, rows: tuple[tuple[object, ...], ...] = (("%x", "%y"),)) -> Switch:
    """Make a branch with a call in each arm."""
    return switch("if", "t v", "t", sub("x", "then", t="%v"), sub("y", "else", t="%v"), outputs=rows)


def around(*nodes: Any, gives: tuple[object, ...]) -> Graph:
    """Make a graph that tests what `c` gives, and calls the branch."""
    test = glue("which", "%c", after=("c",), total=False)
    return graph(
        "main", "n", call("c", x="%n"), test, sub("s", "if", t="%which", v="%c", after=("which",)), *nodes, gives=gives
    )


def test_what_is_made_of_a_branch_is_computed_in_its_arms() -> None:
    """Each arm's pod makes its own part."""
    whole = program(*ARMS, branch(), around(glue("g", "%s", after=("s",)), gives=("%g",)))

    assert pods(whole) == ["a", "b", "c"]
    made = check(move_glue(whole))
    assert [node.name for node in made.main.nodes] == ["c", "which", "s"]
    assert made.main.result.values == (ref("s"),)


def test_an_arm_without_calls_has_its_part_computed_by_the_pod_that_tests() -> None:
    """If it is the arm that is taken."""
    once = switch("if", "t v", "t", sub("x", "then", t="%v"), None, outputs=(("%x", "%v"),))
    whole = program(ARMS[0], once, around(glue("g", "%s", after=("s",)), gives=("%g",)))

    assert pods(whole) == ["a", "c"]


def test_glue_that_knows_which_arm_was_taken_is_told_so_in_each() -> None:
    """The number of the arm is known there."""
    whole = program(*ARMS, branch(), around(glue("g", "%which", "%s"), gives=("%g",)))

    made = move_glue(whole)

    for number, name in enumerate(("then", "else")):
        unit = made.graphs[name]
        assert isinstance(unit, Graph)
        (piece,) = (node for node in unit.nodes if isinstance(node, Glue))
        known = piece.operands[0][1]
        assert isinstance(known, Literal)
        assert known.value == number


def test_the_test_of_an_elif_rides_with_the_first_test() -> None:
    """However deep they nest."""
    deep = switch("deep", "t v", "t", sub("x", "then", t="%v"), sub("y", "else", t="%v"), outputs=(("%x", "%y"),))
    second = region(
        "second",
        "v",
        glue("again", "%v", total=False),
        sub("z", "deep", t="%again", v="%v", after=("again",)),
        gives=("%z",),
    )
    middle = switch("middle", "t v", "t", None, sub("w", "second", v="%v"), outputs=(("%v", "%w"),))
    first = region(
        "first",
        "v",
        glue("more", "%v", total=False),
        sub("z", "middle", t="%more", v="%v", after=("more",)),
        gives=("%z",),
    )
    outer = switch("if", "t v", "t", sub("p", "first", v="%v"), None, outputs=(("%p", "%v"),))
    whole = program(*ARMS, deep, second, middle, first, outer, around(gives=("%s",)))

    assert pods(whole) == ["a", "b", "c"]


def test_glue_out_of_an_arm_is_computed_only_if_the_arm_is_taken() -> None:
    """It might raise in the others."""
    second = region(
        "second", "v", glue("again", "%v", total=False), sub("z", "deep", t="%again", v="%v"), gives=("%z",)
    )
    deep = switch("deep", "t v", "t", sub("x", "then", t="%v"), None, outputs=(("%x", "%v"),))
    outer = switch("if", "t v", "t", None, sub("p", "second", v="%v"), outputs=(("%v", "%p"),))
    whole = program(ARMS[0], deep, second, outer, around(gives=("%s",)))

    made = move_glue(whole)

    piece = next(node for node in made.main.nodes if node.name == "again")
    assert isinstance(piece, Glue)
    assert piece.operands[0] == ("which", ref("which"))
    assert piece.after == ("which",)
    assert piece.code.function(1, "value") == ("value",)
    assert piece.code.function(0, "value") is None


def test_glue_stays_in_its_arm_where_the_pod_that_tests_lacks_a_value() -> None:
    """`d` runs beside `c`: a pod that waits for both would run whichever arm is taken."""
    second = region(
        "second", "v", glue("again", "%v", total=False), sub("z", "deep", t="%again", v="%v"), gives=("%z",)
    )
    deep = switch("deep", "t v", "t", sub("x", "then", t="%v"), None, outputs=(("%x", "%v"),))
    outer = switch("if", "t v", "t", None, sub("p", "second", v="%v"), outputs=(("%v", "%p"),))
    main = graph(
        "main", "n",
        call("c", x="%n"), call("d", x="%n"), glue("which", "%c", after=("c", "d")),
        sub("s", "if", t="%which", v="%d", after=("c", "d")), gives=("%s",),
    )  # fmt: skip

    assert pods(program(ARMS[0], deep, second, outer, main)) == ["a", "again", "c", "d"]


def test_glue_behind_a_branch_that_needs_more_than_that_stays() -> None:
    """`d` runs beside the branch."""
    whole = program(*ARMS, branch(), around(call("d", x="%n"), glue("g", "%s", "%d", after=("s", "d")), gives=("%g",)))

    assert pods(whole) == ["a", "b", "c", "d", "g"]


def test_a_second_time_nothing_changes() -> None:
    """All is where it costs nothing."""
    once = move_glue(program(*ARMS, branch(), around(glue("g", "%s", after=("s",)), gives=("%g",))))

    assert move_glue(once) == once
