"""Branches on values of the run: one arm runs, the others cost nothing."""

from __future__ import annotations

import pytest

from tests.argo.handmade import (
    HERE,
    body,
    env,
    glue,
    graph,
    inputs,
    lowered,
    phases,
    pod,
    program,
    ran,
    ref,
    result,
    sub,
)
from tiphys.argo.report import Manifest
from tiphys.ir import Literal, Switch


@env.task
async def double(x: int) -> int:
    return 2 * x


@env.task
async def add(x: int, y: int) -> int:
    return x + y


@pytest.fixture(scope="module")
def three() -> Manifest:
    """Double `n` if it is 0, double it and add 1 if it is 1; else keep it.  The first gives `a` too."""
    first = graph("first", ("x",), (pod("double", "e.double", ref("x")),), ref("double"), ref("double"))
    second = graph(
        "second",
        ("x",),
        (pod("double", "e.double", ref("x")), pod("add", "e.add", ref("double"), 1)),
        ref("add"),
    )
    switch = Switch(
        "program-if",
        inputs("x", "test"),
        ref("test"),
        (sub("then", "first", x=ref("x")), sub("other", "second", x=ref("x")), None),
        ((ref("then"), ref("other"), ref("x")), (ref("then", 1), Literal("none"), Literal("none"))),
        HERE,
    )
    entry = graph(
        "program",
        ("n",),
        (
            pod("start", "start", ref("n")),
            sub("branch", "program-if", x=ref("start"), test=ref("start", 1)),
            pod("end", "end", ref("branch"), ref("branch", 1)),
        ),
        ref("end"),
    )
    plans = (
        glue("start", lambda n: n, lambda n: min(n, 2), takes=("n",)),
        glue("end", lambda x, a: [x, a], takes=("x", "a"), result=0),
        body(double, takes=("x",)),
        body(add, takes=("x", "y")),
    )
    return lowered(program(entry, first, second, switch, plans=plans))


@pytest.mark.parametrize(("n", "wanted"), [(0, [0, 0]), (1, [3, "none"]), (2, [2, "none"]), (7, [7, "none"])])
def test_the_value_is_that_of_the_arm_that_ran(three: Manifest, n: int, wanted: list[object]) -> None:
    assert result(ran(three, n=n)) == wanted


def test_an_arm_that_does_not_run_is_one_node_and_one_with_one_pod_is_that_pod(three: Manifest) -> None:
    found = phases(ran(three, n=0))
    assert {name: phase for name, phase in found.items() if name.startswith("branch")} == {
        "branch": "Succeeded",
        "branch.double": "Succeeded",
        "branch.other": "Skipped",
    }


def test_a_failure_in_an_arm_is_that_of_the_run(three: Manifest) -> None:
    assert ran(three, n="x").phase == "Failed"


def test_the_report_says_what_varies(three: Manifest) -> None:
    assert three.report.pods == "2 + 0 to 2 in the if at flow.py:12"
    # program, if, second, its pod
    assert three.report.depth == 4


def test_a_branch_with_nothing_to_run_is_a_dag_whose_task_never_runs() -> None:
    choice = Switch("program-if", inputs("test"), ref("test"), (None, None), ((Literal(5), Literal(6)),), HERE)
    entry = graph(
        "program",
        ("n",),
        (
            pod("start", "start", ref("n")),
            sub("branch", "program-if", test=ref("start")),
            pod("end", "end", ref("branch")),
        ),
        ref("end"),
    )
    plans = (glue("start", lambda n: n, takes=("n",)), glue("end", lambda x: x, takes=("x",), result=0))
    made = lowered(program(entry, choice, plans=plans))
    assert [result(ran(made, n=n)) for n in (0, 1)] == [5, 6]
    assert made.report.pods == 2
