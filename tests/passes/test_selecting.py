"""What only chooses among values that are there costs no pod."""

from __future__ import annotations

from typing import Any

from tests.passes.building import HERE, attempt, call, caught, glue, graph, loop, program, ref, region, sub, switch
from tiphys.ir import EXITS, Code, Glue, Graph, Program, Switch
from tiphys.passes.check import check
from tiphys.passes.move_glue import move_glue
from tiphys.tracing.completions import Exit


def moved(*units: Any) -> Program:
    return check(move_glue(check(program(*units))))


def names(whole: Program, graph: str) -> list[str]:
    unit = whole.graphs[graph]
    assert isinstance(unit, Graph)
    return [node.name for node in unit.nodes]


def picking(text: str, *operands: str) -> Glue:
    """Make glue of an expression over `a`, `b`, ..."""
    labels = "abc"[: len(operands)]
    code = Code(text, eval(f"lambda {', '.join(labels)}: {text}"), pure=True, total=True)
    return Glue(
        "g", code, tuple((label, ref(one[1:])) for label, one in zip(labels, operands, strict=True)), str, ("l",), HERE
    )


BODY = region("body", "i x", call("f", i="%i"), glue("e", "%f"), gives=("%e", "%f"), after=("f",))
LOOP = loop("loop", "n x", sub("b", "body", i="%i", x="%x"), count="%n", index="i", ends="%b", carried={"x": "%b.1"})
CALL = sub("l", "loop", n="%n", x=0)


def test_the_exits_of_loops_are_those_of_statements() -> None:
    """A row for each, and no more."""
    assert {int(one) for one in Exit} == set(range(EXITS))


def test_a_value_picked_by_how_a_loop_ended_is_chosen_by_argo() -> None:
    made = moved(BODY, LOOP, graph("main", "n", CALL, picking("'done' if a == 0 else b", "%l", "%l.1"), gives=("%g",)))

    unit = made.graphs["main.g"]
    assert isinstance(unit, Switch)
    assert [str(atom) for atom in unit.outputs[0]] == ["'done'", *["%value-1"] * (EXITS - 1)]
    assert unit.calls == ()
    assert names(made, "main") == ["l", "g"]


def test_what_does_more_than_pick_is_glue() -> None:
    made = moved(
        BODY, LOOP, graph("main", "n", CALL, picking("'done' if a == 0 else b + 1", "%l", "%l.1"), gives=("%g",))
    )

    assert [unit for unit in made.graphs.values() if isinstance(unit, Switch)] == []


def test_a_number_that_is_no_exit_of_a_loop_is_not_chosen_by() -> None:
    """It may be any number."""
    made = moved(BODY, LOOP, graph("main", "n", CALL, picking("'done' if a == 0 else b", "%l.1", "%l"), gives=("%g",)))

    assert [unit for unit in made.graphs.values() if isinstance(unit, Switch)] == []


# ---- after a `try`

TRIED = region("tried", "n", call("a", x="%n"), gives=(0, "%a"), after=("a",))


def ended(catch: Graph, *rows: tuple[object, ...]) -> Program:
    """Make a `try` with a choice among three values by how it ended."""
    outputs = (("%b", "%c"), ("%b.1", "%c.1"))
    return moved(
        TRIED,
        catch,
        attempt("try", "n", sub("b", "tried", n="%n"), sub("c", "catch"), outputs=outputs),
        switch("if", "which v m", "which", None, None, None, outputs=rows),
        graph(
            "main",
            "n m",
            sub("t", "try", n="%n"),
            sub("s", "if", which="%t", v="%t.1", m="%m", after=("t",)),
            gives=("%s",),
        ),
    )


def test_a_choice_by_how_a_try_ended_is_made_in_its_regions() -> None:
    """The value of a body that succeeded is known there, and the pod that finds the exception picks the other."""
    catch = region("catch", "", caught("e", object), glue("k", "%e"), gives=("%k", None), after=("k",))

    made = ended(catch, ("%v", "%m", "none"))

    assert names(made, "main") == ["t"]
    assert names(made, "catch") == ["e", "k", "chosen"]
    assert [str(atom) for atom in made.main.result.values] == ["%t"]


def test_one_value_for_all_ways_to_fail_is_not_picked() -> None:
    catch = region("catch", "", caught("e", object), glue("k", "%e"), gives=("%k", None), after=("e",))

    made = ended(catch, ("%v", None, None))

    assert names(made, "catch") == ["e"]


def test_what_the_pod_that_finds_the_exception_only_hands_on_is_chosen_behind() -> None:
    """It does not know the value."""
    catch = region("catch", "", caught("e", object, object), glue("k", "%e"), gives=("%k", "%e.1"), after=("k",))

    made = ended(catch, ("%v", "%v", "none"))

    assert names(made, "main") == ["t", "s"]
