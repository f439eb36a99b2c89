"""Loops on values of the run: templates that call themselves, in levels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.argo.handmade import (
    HERE,
    body,
    glue,
    graph,
    inputs,
    lowered,
    pod,
    pods,
    program,
    ran,
    ref,
    result,
    sub,
)
from tests.argo.test_switch import add, double
from tiphys.argo import rounds
from tiphys.argo.packing import pack_program
from tiphys.argo.report import Manifest
from tiphys.argo.rounds import DEEPEST, Rounds, divide, rounds_of
from tiphys.diagnostics import ProgramError
from tiphys.ir import Literal, Loop, Program, Unit

START = glue("start", lambda n: n, lambda n: int(n >= 20), takes=("n",))
END = glue("end", lambda *values: list(values), takes=("a", "b"), result=0)


def doubling() -> Program:
    """Double `x` while it is below 20, at least once unless `n` is 20 or more; say how it ended, and what it is."""
    once = graph("round", ("x",), (pod("double", "e.double", ref("x")),), ref("double"), ref("double", 1))
    loop = Loop(
        "program-while",
        inputs("x", "start"),
        ref("start"),
        None,
        None,
        sub("round", "round", x=ref("x")),
        ref("round", 1),
        ("x",),
        (ref("round"),),
        HERE,
    )
    entry = graph(
        "program",
        ("n",),
        (
            pod("start", "start", ref("n")),
            sub("loop", "program-while", x=ref("start"), start=ref("start", 1)),
            pod("end", "end", ref("loop"), ref("loop", 1)),
        ),
        ref("end"),
    )
    plans = (START, END, body(double, lambda x: 0 if x < 20 else 1, takes=("x",)))
    return program(entry, once, loop, plans=plans)


def counting(*, count: object, by: object = 1) -> Program:
    """Add to `total` the index of each round below `count`, no pod in a round but that; swap `a` and `b` each time."""
    once = graph("round", ("total", "i"), (pod("add", "e.add", ref("total"), ref("i")),), ref("add"))
    loop = Loop(
        "program-for",
        inputs("a", "b", "total", "n"),
        Literal(0),
        ref("n") if count is None else Literal(count),
        "i",
        sub("round", "round", total=ref("total"), i=ref("i")),
        Literal(0),
        ("total", "a", "b"),
        (ref("round"), ref("b"), ref("a")),
        HERE,
        "for",
    )
    entry = graph(
        "program",
        ("n",),
        (
            pod("start", "start", ref("n")),
            sub("loop", "program-for", a="a", b="b", total=by, n=ref("start")),
            pod("end", "end", ref("loop", 1), ref("loop", 2)),
        ),
        ref("end"),
    )
    return program(entry, once, loop, plans=(START, END, body(add, takes=("x", "y"))))


@pytest.fixture(scope="module")
def doubled() -> Manifest:
    return lowered(doubling())


@pytest.fixture(scope="module")
def counted() -> Manifest:
    return lowered(counting(count=None))


@pytest.mark.parametrize(("n", "wanted"), [(10, [1, 20]), (3, [1, 24]), (1, [1, 32]), (20, [1, 20])])
def test_a_loop_ends_with_its_exit(doubled: Manifest, n: int, wanted: list[int]) -> None:
    assert result(ran(doubled, n=n)) == wanted


def test_a_loop_that_does_not_begin_costs_no_pod(doubled: Manifest) -> None:
    assert pods(ran(doubled, n=20)) == ["start", "end"]


@pytest.mark.parametrize("n", [0, 1, 2, 5, 100])
def test_a_loop_by_count_gives_each_round_its_number(counted: Manifest, n: int) -> None:
    assert result(ran(counted, n=n)) == [1 + n * (n - 1) // 2, "b" if n % 2 else "a"]


def test_a_known_count_needs_no_pod_that_stops_it() -> None:
    made = lowered(counting(count=7))
    assert result(ran(made, n=0)) == [22, "b"]
    assert made.report.loops == (("flow.py:12", 7),)
    assert not any("too-many" in item["name"] for item in made.objects[1]["spec"]["templates"])
    # program, seven rounds, the pod of a round
    assert made.report.depth == 9


def test_each_round_has_its_own_place(doubled: Manifest) -> None:
    run = ran(doubled, n=3)
    places = {node["inputs"]["at"] for node in run.nodes.values() if node["template"] == "e-double"}
    assert places == {"loop/0/double", "loop/1/double", "loop/2/double"}


def test_many_rounds_are_possible(counted: Manifest) -> None:
    assert counted.report.loops[0][1] >= 2000
    assert counted.report.depth <= DEEPEST
    assert result(ran(counted, n=300)) == [1 + 300 * 299 // 2, "a"]


def test_a_loop_that_wants_more_rounds_than_there_are_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "DEEPEST", 9)
    made = lowered(counting(count=None))
    # what the entry and the pod of a round leave of the depth is 7: one level of 7 rounds, two of 3, three of 2
    assert made.report.loops == (("flow.py:12", 9),)
    assert result(ran(made, n=9)) == [37, "b"]
    run = ran(made, n=10)
    assert run.phase == "Failed"
    (stop,) = [node for node in run.nodes.values() if node["name"] == "too-many" and node["phase"] == "Failed"]
    assert stop["exit_code"] == 3
    error = json.loads(stop["outputs"]["v"])["e"]
    assert error["type"] == "builtins.RuntimeError"
    assert error["where"] == "flow.py:12"
    assert error["message"].startswith("the loop at flow.py:12 took 9 rounds, the most that Argo can nest here")


def test_a_known_count_that_is_too_large_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="the loop takes 5,000 rounds, and a run can have 4,096 here"):
        pack_program(counting(count=5000), root=tmp_path)


def nested(levels: int) -> Program:
    """Count up, in loops around loops of `n` rounds each."""
    units: list[Unit] = []
    inner = "round-0"
    units.append(graph(inner, ("total", "n"), (pod("add", "e.add", ref("total"), 1),), ref("add")))
    for level in range(1, levels + 1):
        loop = Loop(
            f"loop-{level}",
            inputs("total", "n"),
            Literal(0),
            ref("n"),
            "i",
            sub("round", inner, total=ref("total"), n=ref("n")),
            Literal(0),
            ("total",),
            (ref("round"),),
            HERE,
        )
        inner = f"round-{level}"
        around = sub("inside", loop.name, total=ref("total"), n=ref("n"))
        units += [loop, graph(inner, ("total", "n"), (around,), ref("inside", 1))]
    entry = graph(
        "program",
        ("n",),
        (pod("start", "start", ref("n")), sub("all", inner, total=0, n=ref("start")), pod("end", "end", ref("all"), 0)),
        ref("end"),
    )
    return program(entry, *units, plans=(START, END, body(add, takes=("x", "y"))))


def test_loops_in_loops_share_the_depth() -> None:
    made = lowered(nested(2))
    assert result(ran(made, n=3)) == [9, 0]
    assert made.report.depth <= DEEPEST
    assert all(bound >= 500 for _, bound in made.report.loops)


def test_the_last_round_of_all_is_as_deep_as_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "DEEPEST", 19)
    made = lowered(nested(2))
    # the entry, the graph around the loops and a pod leave 16; each loop has 8 of it: two levels of 4
    assert [bound for _, bound in made.report.loops] == [16, 16]
    run = ran(made, n=16)
    assert result(run) == [256, 0]
    assert max(name.count(".") + 1 for name in run.nodes) == made.report.depth == 19


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6])
def test_every_loop_gets_its_part(levels: int) -> None:
    made = nested(levels)
    found = rounds_of(made)
    assert len(found) == levels
    assert rounds.depth_of(made, found) <= DEEPEST
    assert min(item.bound for item in found.values()) >= (2000 if levels <= 3 else 100)


@pytest.mark.parametrize(
    ("share", "enough", "most", "wanted"),
    [
        (90, 50, 50, Rounds(1, 50)),
        (90, 91, 91, Rounds(2, 10)),
        (93, 2048, 4096, Rounds(2, 46)),
        (46, 2048, 4096, Rounds(3, 15)),
        (32, 2048, 4096, Rounds(4, 8)),
        (3, 2048, 4096, Rounds(1, 3)),
        (1, 2048, 4096, Rounds(1, 1)),
    ],
)
def test_a_share_of_the_depth_is_used_with_few_levels(share: int, enough: int, most: int, wanted: Rounds) -> None:
    assert divide(share, enough, most) == wanted
