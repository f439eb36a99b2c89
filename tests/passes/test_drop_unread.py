"""What nobody reads is neither carried nor given; what has an effect stays."""

from __future__ import annotations

from typing import Any

from tests.passes.building import attempt, call, caught, glue, graph, loop, program, region, sub, switch
from tiphys.ir import Attempt, Graph, Loop, Program, Switch
from tiphys.passes.check import check
from tiphys.passes.drop_unread import drop_unread


def kept(*units: Any) -> Program:
    once = check(drop_unread(check(program(*units))))
    assert str(drop_unread(once)) == str(once)
    return once


def of(whole: Program, name: str) -> list[str]:
    unit = whole.graphs[name]
    assert isinstance(unit, Graph)
    return [node.name for node in unit.nodes]


BODY = region("body", "i x y", call("a", i="%i"), glue("g", "%x"), glue("h", "%y"), gives=("%g", "%h"), after=("a",))
LOOP = loop("loop", "n x y", sub("b", "body", i="%i", x="%x", y="%y"), count="%n", index="i",
            carried={"x": "%b", "y": "%b.1"})  # fmt: skip


def test_what_is_carried_only_for_itself_is_dropped() -> None:
    """With the glue that made it."""
    made = kept(BODY, LOOP, graph("main", "n", sub("l", "loop", n="%n", x=1, y=2), gives=("%l.2",)))

    unit = made.graphs["loop"]
    assert isinstance(unit, Loop)
    assert unit.carried == ("y",)
    assert of(made, "body") == ["a", "h"]
    assert str(made.main.result.values[0]) == "%l.1"
    assert [name for name, _ in made.main.calls[0].arguments] == ["n", "y"]


def test_what_a_call_reads_is_carried() -> None:
    reading = region("body", "i x y", call("a", i="%x"), glue("g", "%x"), glue("h", "%y"), gives=("%g", "%h"))
    made = kept(reading, LOOP, graph("main", "n", sub("l", "loop", n="%n", x=1, y=2)))

    unit = made.graphs["loop"]
    assert isinstance(unit, Loop)
    assert unit.carried == ("x",)


def test_glue_that_may_raise_stays_and_so_does_what_it_reads() -> None:
    risky = region("body", "i x y", glue("g", "%x", total=False), glue("h", "%y"), gives=("%g", "%h"), after=("g",))
    made = kept(risky, LOOP, graph("main", "n", sub("l", "loop", n="%n", x=1, y=2)))

    unit = made.graphs["loop"]
    assert isinstance(unit, Loop)
    assert unit.carried == ("x",)


def test_outputs_of_branches_and_tries_are_dropped_in_every_way() -> None:
    made = kept(
        region("then", "v", call("a", v="%v"), glue("g", "%a"), gives=("%a", "%g")),
        switch("if", "t v", "t", sub("x", "then", v="%v"), None, outputs=(("%x", 1), ("%x.1", 2))),
        region("tried", "v", call("b", v="%v"), gives=("%b", 3)),
        region("caught", "", caught("e", object, object), gives=("%e", "%e.1")),
        attempt("try", "v", sub("y", "tried", v="%v"), sub("z", "caught"), outputs=(("%y", "%z"), ("%y.1", "%z.1"))),
        graph("main", "n t", sub("s", "if", t="%t", v="%n"), sub("u", "try", v="%n"), gives=("%s.1", "%u.1")),
    )

    branch, attempted = made.graphs["if"], made.graphs["try"]
    assert isinstance(branch, Switch)
    assert isinstance(attempted, Attempt)
    assert [str(atom) for atom in branch.outputs[0]] == ["%x", "2"]
    assert [str(atom) for atom in attempted.outputs[0]] == ["%y", "%z"]
    assert [str(atom) for atom in made.main.result.values] == ["%s", "%u"]
    assert len(branch.outputs) == len(attempted.outputs) == 1


def test_inputs_of_the_entry_stay() -> None:
    """They are the arguments of the program."""
    made = kept(region("then", "", call("a")), switch("if", "t", "t", sub("x", "then"), None),
                graph("main", "n t", sub("s", "if", t="%t")))  # fmt: skip

    assert [item.name for item in made.main.inputs] == ["n", "t"]
