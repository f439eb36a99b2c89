"""Wide graphs are cut, regions and calls of constructs as everything else."""

from __future__ import annotations

from typing import Any

from tests.passes.building import attempt, call, caught, fan, graph, program, region, sub, switch
from tiphys.ir import Graph, Pod, Program, Ref, Sub
from tiphys.passes import run
from tiphys.passes.check import check
from tiphys.passes.records import recording
from tiphys.passes.split_wide_graphs import TASKS


def parts_of(whole: Program, name: str) -> list[Graph]:
    """Run all passes; give the parts of a unit."""
    done = run(check(whole))
    unit = done.graphs[name]
    found = [done.graphs[call.graph] for call in unit.calls]
    return [part for part in found if isinstance(part, Graph) and part.is_part]


def chain(length: int, **first: Any) -> list[Any]:
    """Make calls of which each reads the one before it."""
    return [call("c0", **first), *(call(f"c{n}", x=f"%c{n - 1}") for n in range(1, length))]


def test_a_wide_region_is_cut() -> None:
    """It stays a region, and its parts write items and records as it would."""
    body = region("it", "i", *chain(400, x="%i"), gives=("%c399",))
    whole = program(
        body,
        fan("map", "n", "n", "i", sub("b", "it", i="%i")),
        region("tried", "n", sub("m", "map", n="%n"), gives=("%m",)),
        region("handler", "", caught("e", Exception), gives=("%e",), after=("e",)),
        attempt("try", "n", sub("x", "tried", n="%n"), sub("y", "handler"), outputs=(("%x", "%y"),)),
        graph("main", "n", call("count"), sub("t", "try", n="%count"), gives=("%t",)),
    )

    done = run(check(whole))

    parts = parts_of(whole, "it")
    assert [len(part.nodes) for part in parts] == [TASKS, TASKS, 400 - 2 * TASKS]
    assert done.graphs["it"].is_region  # type: ignore[union-attr]
    assert {part.name for part in parts} <= recording(done)
    items = [node for part in parts for node in part.nodes if isinstance(node, Pod) and node.item]
    assert [(node.name, node.item, done.plans[node.plan].item) for node in items] == [("c399", "@", 0)]
    assert all(done.plans[node.plan].records for part in parts for node in part.nodes if isinstance(node, Pod))


def test_a_wide_catch_still_begins_with_the_catch() -> None:
    """In its first part."""
    whole = program(
        region("body", "", call("a"), gives=("%a",)),
        region("handler", "", caught("e", Exception, int), *chain(300, x="%e.1"), gives=("%c299",)),
        attempt("try", "", sub("x", "body"), sub("y", "handler"), outputs=(("%x", "%y"),)),
        graph("main", "", sub("t", "try"), gives=("%t",)),
    )

    first = parts_of(whole, "handler")[0].nodes[0]

    assert isinstance(first, Pod)
    assert run(check(whole)).plans[first.plan].catch == 1


def test_calls_of_constructs_are_cut_with_their_frames() -> None:
    """What a frame hands on from another part is an input of the part."""
    body = [
        node
        for n in range(150)
        for node in (call(f"a{n}"), sub(f"s{n}", f"if{n}", t=f"%a{n}", frame=("%a0", "%n", f"%a{n}")))
    ]
    arms = [
        unit
        for n in range(150)
        for unit in (
            region(f"then{n}", "t", call("b", x="%t"), gives=("%b",)),
            switch(f"if{n}", "t", "t", sub("x", f"then{n}", t="%t"), None, outputs=(("%x", "%t"),)),
        )
    ]
    whole = program(
        *arms,
        region("body", "n", *body, gives=("%s149",)),
        region("handler", "", caught("e", Exception, int, int, int), gives=("%e.2",)),
        attempt("try", "n", sub("x", "body", n="%n"), sub("y", "handler"), outputs=(("%x", "%y"),)),
        graph("main", "n", sub("t", "try", n="%n"), gives=("%t",)),
    )

    first, second = parts_of(whole, "body")

    inside = next(node for node in first.nodes if node.name == "s89")
    across = next(node for node in second.nodes if node.name == "s90")
    assert isinstance(inside, Sub)
    assert isinstance(across, Sub)
    assert inside.frame == (Ref("a0"), Ref("n"), Ref("a89"))
    assert across.frame == (Ref("a0"), Ref("n"), Ref("a90"))
    assert {item.name for item in second.inputs} == {"a0", "n"}
    assert first.result.values == (Ref("a0"),)
