"""`tiphys explain`: what a run costs, before it is submitted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Command

CONTROL = """
env = tiphys.TaskEnvironment("shop")

@env.task
async def step(x: int) -> int:
    return x + 1

@env.task
async def main(n: int) -> int:
    first = x = await step(n)
    while x < 10:
        x = await step(x)
    if first > 11:
        x = await step(x)
    return x
"""


@pytest.fixture
def looping(program: Callable[[str], str]) -> str:
    """Give a program with a loop and a branch."""
    return program(CONTROL)


def test_pods_are_a_number_where_every_run_has_as_many(tiphys: Command, flow: str) -> None:
    assert json.loads(tiphys("explain", flow, "main", "--json").out)["pods"] == 3
    assert "  pods       3\n" in tiphys("explain", flow, "main").out


def test_pods_are_a_formula_where_they_depend_on_the_data(tiphys: Command, looping: str) -> None:
    """The first step also decides whether the loop begins, and which arm is taken."""
    pods = json.loads(tiphys("explain", looping, "--json").out)["pods"]

    assert pods == f"1 + 1 a round of the loop at {looping}:13 + 0 to 1 in the branch at {looping}:15"
    assert json.loads(tiphys("compile", looping, "--json").out)["pods"] == pods
    assert f"  pods       {pods}\n" in tiphys("explain", looping).out


def test_each_loop_is_told_with_its_rounds(tiphys: Command, looping: str) -> None:
    (loop,) = json.loads(tiphys("explain", looping, "--json").out)["loops"]

    assert loop["where"] == f"{looping}:13"
    assert loop["rounds"] >= 2048
    assert (
        f"  rounds     up to {loop['rounds']:,} of the loop at {looping}:13\n" in tiphys("explain", looping).out + "\n"
    )


def test_what_calls_itself_is_told_with_how_deep_it_may_go(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program("""
        env = tiphys.TaskEnvironment("shop")

        @env.task
        async def step(x: int) -> int:
            return x + 1

        @env.task
        async def main(n: int) -> int:
            x = await step(n)
            return await main(x) if x < 9 else x
    """)
    (found,) = json.loads(tiphys("explain", name, "--json").out)["recursions"]

    assert found["title"] == "main"
    assert 40 <= found["calls"] < 95 / 2
    assert f"  calls      up to {found['calls']} of main inside each other\n" in tiphys("explain", name).out


def test_sizes_and_counts_stand_beside_what_argo_takes(tiphys: Command, flow: str) -> None:
    told = json.loads(tiphys("explain", flow, "main", "--json").out)
    lines = tiphys("explain", flow, "main").out.splitlines()

    assert lines[0] == "shop.main"
    assert f"  templates  {told['templates']} of 200" in lines
    assert f"  depth      {told['depth']} of 95" in lines
    for item in told["objects"]:
        assert f"  bytes      {item['bytes']:,} of 1,048,576 in {item['kind']}/{item['name']}" in lines


def test_a_bound_input_counts(tiphys: Command, looping: str) -> None:
    """The comparison of what a task gives stays; so does the loop."""
    assert json.loads(tiphys("explain", looping, "--bind", "n=3", "--json").out)["loops"]


def test_a_task_that_is_not_there(tiphys: Command, flow: str) -> None:
    done = tiphys("explain", flow, "mian")

    assert (done.code, done.out) == (2, "")
    assert "Did you mean `main`?" in done.err
