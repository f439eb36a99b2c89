"""What the report says of pods: a number, or what they depend on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.argo.handmade import HERE, graph, inputs, pod, program, ref, sub
from tiphys.argo.costs import count_pods
from tiphys.ir import Graph, Literal, Loop, Map, Node, Program, Switch, Unit


def of(count: int) -> Graph:
    """Make a region of so many pods."""
    return graph(f"r{count}", (), tuple(pod(f"p{index}", "e.f") for index in range(count)), is_region=True)


def choice(name: str, *counts: int | None) -> Switch:
    arms = tuple(None if count is None else sub(f"a{count}", f"r{count}") for count in counts)
    return Switch(name, inputs("t"), ref("t"), arms, (), HERE)


def loop(name: str, body: str) -> Loop:
    return Loop(name, (), Literal(0), None, None, sub("b", body), Literal(0), (), (), HERE)


def mapped(name: str, body: str) -> Map:
    return Map(name, inputs("n"), ref("n"), "i", sub("b", body), HERE)


def calling(*units: Unit, own: int = 1) -> Program:
    nodes: list[Node] = [pod(f"p{index}", "e.f") for index in range(own)]
    nodes.extend(sub(f"s-{unit.name}", unit.name) for unit in units)
    return program(graph("program", (), tuple(nodes)), *(of(count) for count in range(4)), *units, plans=())


AT = "at flow.py:12"
EACH, ROUND = f"an item of the map {AT}", f"a round of the while {AT}"


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (calling(own=3), 3),
        (calling(choice("a", 2, 2)), 3),
        (calling(choice("a", 1, 3, 2)), f"2 + 0 to 2 in the if {AT}"),
        (calling(choice("a", 1, None)), f"1 + 0 to 1 in the if {AT}"),
        (calling(choice("a", None, None)), 1),
        (calling(loop("a", "r2"), own=0), f"2 {ROUND}"),
        (calling(loop("a", "r0")), 1),
        (calling(mapped("a", "r3")), f"1 + 3 {EACH}"),
        (calling(choice("a", 1, None), mapped("b", "a")), f"1 + 0 to 1 in the if {AT} + 0 to 1 {EACH}"),
        (calling(mapped("a", "r1"), loop("b", "a")), f"1 + 1 {EACH} + 0 or more {ROUND}"),
    ],
)  # fmt: skip
def test_pods_are_counted_or_told(made: Program, wanted: int | str) -> None:
    assert count_pods(made) == wanted


def test_only_a_few_of_many_are_told() -> None:
    many = [replace(choice(f"s{index}", 1, None), title=f"if {index}") for index in range(5)]
    told = " + ".join(f"0 to 1 in the if {index} {AT}" for index in range(3))
    assert count_pods(calling(*many)) == f"1 + {told} + ..."
