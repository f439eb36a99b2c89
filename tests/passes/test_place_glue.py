"""Each rule about where glue is computed, on the smallest graph that shows it."""

from __future__ import annotations

from typing import Any

from tests.passes.building import call, caught, glue, graph, program, region, sub
from tiphys.ir import Glue, Graph
from tiphys.passes.check import check
from tiphys.passes.place_glue import place_glue
from tiphys.passes.specialise_tasks import specialise_tasks

CHILD = graph("child", "x", call("c", x="%x"), gives=("%c",))


def placed(*nodes: Any, gives: tuple[object, ...] = (), after: tuple[str, ...] = ()) -> dict[str, str | None]:
    """Place the glue of a graph that takes `n` and may call `child`; gives the place of each piece."""
    whole = check(
        place_glue(program(CHILD, region("it", "n", *nodes, gives=gives, after=after), graph("main", "", gives=(1,))))
    )
    check(specialise_tasks(whole))
    made = whole.graphs["it"]
    assert isinstance(made, Graph)
    return {node.name: node.place for node in made.nodes if isinstance(node, Glue)}


def test_an_argument_is_computed_by_the_pod_that_takes_it() -> None:
    """The value it is made of travels anyway."""
    assert placed(call("a"), glue("g", "%a"), call("b", x="%g")) == {"g": ""}


def test_pure_glue_is_computed_by_each_pod_that_takes_it() -> None:
    """Again and again: it gives the same."""
    assert placed(call("a"), glue("g", "%a"), call("b", x="%g"), call("c", x="%g")) == {"g": ""}


def test_impure_glue_that_one_pod_takes_is_computed_there() -> None:
    """Once, as it is said."""
    assert placed(call("a"), glue("g", "%a", after=("a",), pure=False), call("b", x="%g", after=("g",))) == {"g": ""}


def test_impure_glue_that_two_pods_take_is_computed_before_them() -> None:
    """Once, by the pod that was awaited just before."""
    found = placed(
        call("a"),
        glue("g", "%n", after=("a",), pure=False),
        call("b", x="%g", after=("g",)),
        call("c", x="%g", after=("g",)),
    )

    assert found == {"g": "a"}


def test_glue_that_can_raise_is_evaluated_by_the_calls_that_come_next() -> None:
    """Before their bodies: no value of it is needed."""
    assert placed(call("a"), glue("g", "%a", after=("a",), total=False), call("b", after=("g",))) == {"g": ""}


def test_glue_that_can_raise_and_is_the_last_thing_stays_behind_the_call_before_it() -> None:
    """The graph ends after it."""
    assert placed(call("a"), glue("g", "%a", after=("a",), total=False), after=("g",)) == {"g": "a"}


def test_glue_that_nothing_needs_but_can_raise_is_evaluated() -> None:
    """Where it stands."""
    assert placed(call("a"), glue("g", "%a", after=("a",), total=False)) == {"g": "a"}


def test_what_a_graph_gives_is_computed_by_the_pod_that_makes_the_value() -> None:
    """It is one more output."""
    assert placed(call("a"), glue("g", "%a"), gives=("%g",)) == {"g": "a"}


def test_what_a_sub_graph_is_given_is_computed_by_the_pod_that_makes_the_value() -> None:
    """So are the test of an `if`, the count of a map, and what a frame hands on."""
    assert placed(call("a"), glue("g", "%a"), sub("s", "child", x="%g")) == {"g": "a"}
    assert placed(call("a"), glue("g", "%a"), sub("s", "child", x=1, frame=("%g",))) == {"g": "a"}


def test_a_sub_graph_comes_after_glue_that_can_raise() -> None:
    """So a pod before it has to evaluate that."""
    found = placed(call("a"), glue("g", "%a", after=("a",), total=False), sub("s", "child", x=1, after=("g",)))

    assert found == {"g": "a"}


def test_a_test_of_two_values_rides_with_the_later_one() -> None:
    """`a = await f(); b = await g(); if a < b:`: the pod of g gets a's value too."""
    for total in (False, True):
        test = glue("g", "%a", "%b", after=("b",), total=total)
        assert placed(call("a"), call("b", after=("a",)), test, sub("s", "child", x="%g")) == {"g": "b"}


def test_a_later_call_may_stand_behind_others() -> None:
    """It is after a, by way of m."""
    found = placed(
        call("a"), call("m", x="%a"), call("b", x="%m"), glue("g", "%a", "%b", after=("b",)), sub("s", "child", x="%g")
    )

    assert found == {"g": "b"}


def test_a_test_of_two_values_made_side_by_side_needs_a_pod() -> None:
    """Neither of the two knows the other's value."""
    for total in (False, True):
        test = glue("g", "%a", "%b", after=("a", "b"), total=total)
        assert placed(call("a"), call("b"), test, sub("s", "child", x="%g")) == {"g": "g"}


def test_glue_that_cannot_raise_need_not_wait_for_what_it_does_not_read() -> None:
    """Of two calls side by side, the one whose value it reads computes it."""
    found = placed(call("a"), call("b"), glue("g", "%a", after=("a", "b")), sub("s", "child", x="%g"))

    assert found == {"g": "a"}


def test_glue_that_can_raise_waits_for_all_that_was_awaited() -> None:
    """Where b fails too, that is what Python raises."""
    found = placed(call("a"), call("b"), glue("g", "%a", after=("a", "b"), total=False), sub("s", "child", x="%g"))

    assert found == {"g": "g"}


def test_glue_over_values_made_side_by_side_rides_with_a_call_after_both() -> None:
    """That costs no pod."""
    found = placed(
        call("a"),
        call("b"),
        call("c", after=("a", "b")),
        glue("g", "%a", "%b", after=("c",)),
        sub("s", "child", x="%g"),
    )

    assert found == {"g": "c"}


def test_glue_over_inputs_rides_with_the_nearest_call_before_it() -> None:
    """Or, where there is none, has a pod of its own."""
    test = glue("g", "%n", after=("b",))
    assert placed(call("a"), call("b", after=("a",)), test, sub("s", "child", x="%g", after=("b",))) == {"g": "b"}
    assert placed(glue("g", "%n"), sub("s", "child", x="%g")) == {"g": "g"}


def test_glue_that_can_raise_at_the_start_has_a_pod() -> None:
    """Nothing was awaited before it."""
    assert placed(glue("g", "%n", total=False), sub("s", "child", x="%g", after=("g",)), call("a")) == {"g": "g"}


def test_glue_over_what_a_sub_graph_gives_rides_with_a_call_behind_it() -> None:
    """The last pod inside it is out of reach."""
    inside = sub("s", "child", x=1)
    behind = call("a", after=("s",))
    assert placed(inside, behind, glue("g", "%s", after=("a",)), sub("t", "child", x="%g")) == {"g": "a"}
    assert placed(call("a"), inside, glue("g", "%s", after=("s",)), sub("t", "child", x="%g")) == {"g": "g"}


def test_glue_that_cannot_raise_may_be_computed_before_a_sub_graph() -> None:
    """Where its operands are there already."""
    found = placed(call("a"), sub("s", "child", x="%a"), glue("g", "%n", after=("s",)), sub("t", "child", x="%g"))

    assert found == {"g": "a"}


def test_glue_at_one_place_shares_a_pod() -> None:
    """One pod for the two tests, and what is made of them."""
    found = placed(
        call("a"), call("b"),
        glue("g", "%a", "%b"), glue("h", "%b", "%a"), glue("k", "%g", "%h"),
        sub("s", "child", x="%g"), sub("t", "child", x="%h"), sub("u", "child", x="%k"),
    )  # fmt: skip

    assert found == {"g": "g", "h": "g", "k": "g"}


def test_a_chain_of_glue_rides_as_a_whole() -> None:
    """What can raise in it raises there."""
    found = placed(
        call("a"), glue("x", "%a", after=("a",), total=False), glue("g", "%x", after=("x",)), sub("s", "child", x="%g")
    )

    assert found == {"x": "", "g": "a"}


def test_glue_that_cannot_raise_does_not_draw_along_what_stands_before_it() -> None:
    """`x` can raise, and stays behind b: it is evaluated by c alone, not by the pod of a."""
    found = place_glue(
        program(
            CHILD,
            graph(
                "main", "n",
                call("a"), call("b", after=("a",)), glue("x", "%b", after=("b",), total=False),
                glue("g", "%a", after=("x",)), call("c", after=("x",)), sub("s", "child", x="%g"), gives=("%c",),
            ),
        )
    )  # fmt: skip
    made = specialise_tasks(found)

    pods = {node.name: made.plans[node.plan] for node in made.main.nodes if node.name in "abc"}  # type: ignore[union-attr]
    assert [len(pods[name].before) + len(pods[name].after) for name in "abc"] == [1, 0, 1]


def test_what_reads_an_exception_rides_with_the_catch() -> None:
    """Its class is asked there."""
    assert placed(caught("e", Exception), glue("g", "%e", after=("e",)), sub("s", "child", x="%g")) == {"g": "e"}


def test_what_reads_the_frame_of_an_exception_does_not_ride_with_the_catch() -> None:
    """That one hands the entries on unread."""
    found = placed(
        caught("e", Exception, int),
        glue("x", "%e.1"), glue("g", "%e", "%x", after=("e",)), glue("h", "%e.1", after=("e",), total=False),
        sub("s", "child", x="%g"), sub("t", "child", x="%h", after=("h",)),
    )  # fmt: skip

    assert found == {"x": "", "g": "g", "h": "g"}


def test_what_a_frame_holds_is_computed_by_the_pod_that_hands_it_on() -> None:
    """As an argument is."""
    assert placed(call("a"), glue("g", "%a"), call("b", frame=("%g",))) == {"g": ""}


def test_glue_that_cannot_raise_has_no_frame() -> None:
    """Nobody would read it, and it would have to wait for those values."""
    found = placed(call("a"), call("b"), glue("g", "%a", frame=("%b",)), sub("s", "child", x="%g"))

    assert found == {"g": "a"}


def test_glue_is_computed_where_its_frame_is_known() -> None:
    """The frame belongs to what can raise."""
    test = glue("g", "%a", after=("a",), total=False, frame=("%b",))
    assert placed(call("a"), call("b"), test, sub("s", "child", x="%g")) == {"g": "g"}


def test_a_second_time_nothing_changes() -> None:
    """Glue that has its place keeps it."""
    whole = program(CHILD, graph("main", "n", call("a"), glue("g", "%a"), sub("s", "child", x="%g"), gives=("%n",)))
    once = place_glue(whole)

    assert str(place_glue(once)) == str(once)
