"""What a map's region yields is written as an item by one pod, whichever way the region goes."""

from __future__ import annotations

from typing import Any

from tests.passes.building import (
    attempt,
    call,
    caught,
    fan,
    glue,
    graph,
    loop,
    program,
    ref,
    region,
    sub,
    switch,
)
from tiphys.ir import Glue, Graph, Pod, Program
from tiphys.passes import run
from tiphys.passes.check import check
from tiphys.passes.place_items import place_items


def over(body: Graph, *units: Any, main: tuple[Any, ...] = ()) -> Program:
    """Map a region, which takes the index as `i`, over `n` numbers; the units that it uses come before it."""
    return program(
        *units,
        body,
        fan("map", "n", "n", "i", sub("body", body.name, i="%i")),
        graph("main", "n", *main, call("count"), sub("m", "map", n="%count"), gives=("%m",)),
    )


def written(whole: Program) -> set[str]:
    """Run all passes; name the pods that write the item, with their unit, and the output where it is not the first."""
    done = run(check(whole))
    found: set[str] = set()
    for name, unit in done.graphs.items():
        for node in unit.nodes if isinstance(unit, Graph) else ():
            if isinstance(node, Pod) and (node.item == "@"):
                item = done.plans[node.plan].item
                found.add(f"{name}: {node.name}" + (f".{item}" if item else ""))
    return found


def pods(whole: Program) -> int:
    """Count the pods of all units."""
    units = run(whole).graphs.values()
    return sum(isinstance(node, Pod) for unit in units if isinstance(unit, Graph) for node in unit.nodes)


def test_the_call_that_a_region_yields_writes_the_item() -> None:
    """And no other one."""
    assert written(over(region("it", "i", call("a", x="%i"), call("b", x="%a"), gives=("%b",)))) == {"it: b"}


def test_glue_that_a_region_yields_rides_with_its_call() -> None:
    """The item is then the second output of that pod."""
    assert written(over(region("it", "i", call("a", x="%i"), glue("g", "%a"), gives=("%g",)))) == {"it: a.1"}


def test_an_input_is_handed_on_by_a_call_of_the_region() -> None:
    """Or, where there is none, by a pod."""
    assert written(over(region("it", "i", call("a"), gives=("%i",), after=("a",)))) == {"it: a.1"}
    assert written(over(region("it", "i", gives=("%i",)))) == {"it: item"}
    assert written(over(region("it", "i", gives=(7,)))) == {"it: item"}


def test_both_arms_of_a_switch_write_the_item() -> None:
    """One of them runs."""
    whole = over(
        region("it", "i", call("t", x="%i"), sub("s", "if", t="%t"), gives=("%s",)),
        region("then", "", call("a"), gives=(1, "%a")),
        region("else", "", call("b"), gives=("%b",)),
        switch("if", "t", "t", sub("x", "then"), sub("y", "else"), outputs=(("%x.1", "%y"),)),
    )

    assert written(whole) == {"then: a", "else: b"}


def test_an_arm_that_makes_no_value_hands_one_on() -> None:
    """What it had before, or a known value; an arm that would not run at all becomes one pod."""
    whole = over(
        region("it", "i", call("t", x="%i"), sub("s", "if", t="%t", old="%i"), gives=("%s",)),
        region("first", "", call("a"), gives=(), after=("a",)),
        region("second", "", call("b"), gives=("%b",)),
        switch(
            "if", "t old", "t", sub("x", "first"), sub("y", "second"), None, None, outputs=(("%old", "%y", "%old", 5),)
        ),
    )  # fmt: skip

    made = check(place_items(whole))

    unit = made.graphs["if"]
    assert [str(atom) for atom in unit.outputs[0]] == ["%x", "%y", "%item", "%item-2"]  # type: ignore[union-attr]
    assert [arm.arguments for arm in unit.calls] == [(("old", ref("old")),), (), (("old", ref("old")),), ()]
    assert written(whole) == {"first: a.1", "second: b", "if-item: item", "if-item-2: item"}
    assert pods(whole) == 6  # the count, t, a, b, and two that hand on


def test_the_body_and_the_catch_of_an_attempt_write_the_item() -> None:
    """What hands the exception on rides with the catch."""
    whole = over(
        region("it", "i", sub("s", "try", i="%i"), gives=("%s",)),
        region("body", "i", call("a", x="%i"), gives=("%a",)),
        region("catch", "", caught("e", Exception), gives=("%e",)),
        attempt("try", "i", sub("x", "body", i="%i"), sub("y", "catch"), outputs=(("%x", "%y"),)),
    )

    assert written(whole) == {"body: a", "catch: e.1"}
    assert pods(whole) == 3


def test_an_entry_of_a_frame_is_handed_on_by_a_pod() -> None:
    """The catch itself never reads it."""
    whole = over(
        region("it", "i", sub("s", "try", i="%i"), gives=("%s",)),
        region("body", "i", call("a", x="%i", frame=("%i",)), gives=("%a",)),
        region("catch", "", caught("e", Exception, int), gives=("%e.1",)),
        attempt("try", "i", sub("x", "body", i="%i"), sub("y", "catch"), outputs=(("%x", "%y"),)),
    )

    assert written(whole) == {"body: a", "catch: item"}


def test_a_known_value_of_an_attempt_is_handed_on_in_its_region() -> None:
    """By the last call of the body, which runs when the body succeeds."""
    whole = over(
        region("it", "i", sub("s", "try", i="%i"), gives=("%s",)),
        region("body", "i", call("a", x="%i"), gives=(), after=("a",)),
        region("catch", "", caught("e", Exception), gives=(), after=("e",)),
        attempt("try", "i", sub("x", "body", i="%i"), sub("y", "catch"), outputs=(("%i", None),)),
    )

    assert written(whole) == {"body: a.1", "catch: e.1"}


def test_each_round_of_a_loop_writes_the_item() -> None:
    """The last one stays; it has one round at least."""
    whole = over(
        region("it", "i", sub("s", "while", x="%i"), gives=("%s.1",)),
        region("round", "x", call("a", x="%x"), glue("more", "%a"), gives=("%more", "%a")),
        loop("while", "x", sub("r", "round", x="%x"), ends="%r", carried={"x": "%r.1"}),
    )

    assert written(whole) == {"round: a"}


def test_what_a_loop_gives_that_may_have_no_round_is_handed_on() -> None:
    """So is what it only passes through, and how it ended."""
    round_ = region("round", "x", call("a", x="%x"), gives=("%a",))
    body = region("it", "i", sub("s", "for", x="%i", n="%i"), gives=("%s.1",))
    maybe = loop("for", "x n", sub("r", "round", x="%x"), count="%n", carried={"x": "%r"})
    passed = loop("for", "x n", sub("r", "round", x="%x"), count=3, carried={"x": "%n"})
    ended = loop("for", "x n", sub("r", "round", x="%x"), count=3, carried={"x": "%r"})

    assert written(over(body, round_, maybe)) == {"it: item"}
    assert written(over(body, round_, passed)) == {"it: item"}
    assert written(over(region("it", "i", sub("s", "for", x="%i", n="%i"), gives=("%s",)), round_, ended)) == {
        "it: item"
    }


def test_a_list_of_lists_hands_its_lists_on() -> None:
    """A list is a directory, and an item a file."""
    whole = over(
        region("it", "i", sub("s", "inner", n="%i"), gives=("%s",)),
        region("deep", "j", call("a", x="%j"), gives=("%a",)),
        fan("inner", "n", "n", "j", sub("b", "deep", j="%j")),
    )

    assert written(whole) == {"it: item", "deep: a"}


def test_an_orchestrator_that_only_items_call_writes_them() -> None:
    """However many maps that are."""
    whole = program(
        graph("work", "x", call("a", x="%x"), gives=("%a",)),
        region("it", "i", sub("s", "work", x="%i"), gives=("%s",)),
        fan("map", "n", "n", "i", sub("body", "it", i="%i")),
        region("it2", "i", sub("s", "work", x="%i"), gives=("%s",)),
        fan("map2", "n", "n", "i", sub("body", "it2", i="%i")),
        graph("main", "n", sub("m", "map", n="%n"), sub("m2", "map2", n="%n"), gives=("%m",)),
    )

    assert written(whole) == {"work: a"}


def test_an_orchestrator_that_others_call_too_is_copied_for_items() -> None:
    """With all on the way to the pod, and nothing else: `test` and `side` are shared."""
    whole = over(
        region("it", "i", sub("s", "work", x="%i"), gives=("%s",)),
        graph("side", "", call("c"), gives=("%c",)),
        region("then", "x", call("a", x="%x"), sub("z", "side"), gives=("%a",)),
        region("else", "x", call("b", x="%x"), gives=("%b",)),
        switch("if", "t x", "t", sub("p", "then", x="%x"), sub("q", "else", x="%x"), outputs=(("%p", "%q"),)),
        graph("work", "x", call("t", x="%x"), sub("v", "if", t="%t", x="%x"), gives=("%v",)),
        main=(sub("w", "work", x=1),),
    )

    made = check(place_items(whole))

    assert set(made.graphs) - set(whole.graphs) == {"work-item", "if-item", "then-item", "else-item"}
    assert [call.graph for call in made.graphs["then-item"].calls] == ["side"]
    assert [call.graph for call in made.graphs["it"].calls] == ["work-item"]
    assert [call.graph for call in made.main.calls] == ["work", "map"]
    assert written(whole) == {"then-item: a", "else-item: b"}


def test_two_values_of_one_orchestrator_are_items_of_two_copies() -> None:
    """A pod writes one item."""
    whole = program(
        graph("work", "x", call("a", x="%x"), call("b", x="%x"), gives=("%a", "%b")),
        region("it", "i", sub("s", "work", x="%i"), gives=("%s",)),
        fan("map", "n", "n", "i", sub("body", "it", i="%i")),
        region("it2", "i", sub("s", "work", x="%i"), gives=("%s.1",)),
        fan("map2", "n", "n", "i", sub("body", "it2", i="%i")),
        graph("main", "n", sub("m", "map", n="%n"), sub("m2", "map2", n="%n"), gives=("%m",)),
    )

    assert written(whole) == {"work-item: a", "work: b"}


def test_a_pod_that_writes_an_item_of_a_directory_does_not_write_another() -> None:
    """`a3` is read with sixteen others; a pod hands it on."""
    calls = [call(f"a{n}") for n in range(17)]
    reader = call("b", **{f"x{n}": f"%a{n}" for n in range(17)})

    assert written(over(region("it", "i", *calls, reader, gives=("%a3",)))) == {"it: item"}


def test_a_second_time_nothing_changes() -> None:
    """Every way has its writer, every unit its name."""
    whole = over(
        region("it", "i", call("t", x="%i"), sub("s", "if", t="%t", old="%i"), gives=("%s",)),
        region("then", "", call("a"), gives=()),
        graph("work", "x", call("b", x="%x"), gives=("%b",)),
        region("else", "", sub("w", "work", x=1), gives=("%w",)),
        switch("if", "t old", "t", sub("x", "then"), sub("y", "else"), None, outputs=(("%old", "%y", 3),)),
        main=(sub("w", "work", x=1),),
    )
    once = place_items(whole)

    assert place_items(once) == once


def test_glue_that_hands_on_reads_nothing_else() -> None:
    """It is the identity."""
    made = place_items(over(region("it", "i", gives=("%i",))))

    unit = made.graphs["it"]
    assert isinstance(unit, Graph)
    (handed,) = unit.nodes
    assert isinstance(handed, Glue)
    assert handed.code.function(5) == 5
    assert (handed.code.pure, handed.code.total) == (True, True)
