"""Graphs that call themselves: what they cost, how deep they go, and that their items are copied once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiphys.argo.report import Manifest
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module
from tiphys.passes import PIPELINE
from tiphys.tracing.program import trace

FLOW = """\
import asyncio
import tiphys

env = tiphys.TaskEnvironment("flow")

@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b

@env.task
async def parts(n: int) -> list[int]:
    return list(range(n))

@env.task
async def down(n: int) -> int:
    a = await add(n, -1)
    if a <= 0:
        return a
    return await down(a)

@env.task
async def fan(n: int) -> int:
    if n <= 0:
        return await add(n)
    found = await asyncio.gather(*[fan(x) for x in await parts(n)])
    return await add(sum(found))

@env.task
async def endless(n: int) -> int:
    return await endless(await add(n))

@env.task
async def by_name(n: int) -> list[int]:
    seen: list[int] = []

    async def go(m: int, out: list[int]) -> list[int]:
        if m > 3:
            return out
        out.append(m)
        return await go(await add(m), out)

    return await go(n, seen)
"""


@pytest.fixture
def compiled(tmp_path: Path) -> dict[str, Manifest]:
    module = load_module(write(tmp_path))
    return {name: compile_task(getattr(module, name), image="python:3-slim") for name in ("down", "fan")}


def write(folder: Path) -> Path:
    path = folder / "flow.py"
    path.write_text(FLOW)
    return path


def test_a_recursion_costs_so_many_pods_a_call(compiled: dict[str, Manifest]) -> None:
    """The entry is a graph of its own: its one pod, then as many as the data say."""
    assert str(compiled["down"].report.pods).startswith("1 + 0 or more in the branch at flow.py:17")


def test_how_deep_a_recursion_can_go_is_reported(compiled: dict[str, Manifest]) -> None:
    """A call takes two templates: the graph, and the switch, which runs the graph itself.

    Of 95, two stand above the first call, and three are the last one's own: its graph, its switch and a pod.
    """
    assert compiled["down"].report.recursions == (("down", 1 + (95 - 2 - 3) // 2),)


def test_a_template_calls_itself_under_a_condition(compiled: dict[str, Manifest]) -> None:
    template = compiled["down"].objects[-1]
    tasks = [task for item in template["spec"]["templates"] for task in item.get("dag", {}).get("tasks", ())]

    assert any("when" in task for task in tasks)


def test_the_items_of_a_graph_that_calls_itself_are_copied_once(tmp_path: Path) -> None:
    """What gathers itself is once the run's own and once an item; the items inside an item are the same copy."""
    program, _ = trace(load_module(write(tmp_path)).fan)
    for step in PIPELINE:
        program = step(program)

    assert sum(name.startswith("flow.fan") and "." not in name[8:] for name in program.graphs) <= 3


def test_a_call_that_leads_back_to_itself_whatever_happens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="leads back to itself whatever happens"):
        trace(load_module(write(tmp_path)).endless)


def test_a_helper_that_calls_itself_must_not_change_its_arguments(tmp_path: Path) -> None:
    """Each call of its graph has a copy of them."""
    with pytest.raises(ProgramError, match="changes a value that it was given"):
        trace(load_module(write(tmp_path)).by_name)
