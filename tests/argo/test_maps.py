"""Maps over lists of the run: an item a number, its value a file where the reader of the list finds it."""

from __future__ import annotations

import json
from pathlib import Path

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
from tests.argo.test_loops import START
from tests.argo.test_switch import add
from tiphys.argo import maps, packing
from tiphys.argo.packing import pack_program
from tiphys.ir import Literal, Loop, Map, Program


@env.task
async def half(x: int) -> int:
    if x % 2:
        message = f"{x} is odd"
        raise ValueError(message)
    return x // 2


def as_list(values: list[object]) -> list[object]:
    return list(values)


def total(values: list[int]) -> int:
    return sum(values)


def text(values: list[object]) -> list[str]:
    return [repr(value) for value in values]


def adding(*, limit: int | None = None) -> Program:
    """Add `by` to each number below `n`; twice, so that the item's value is that of the second pod."""
    item = graph(
        "item",
        ("i", "by"),
        (pod("add", "e.add", ref("i"), ref("by")), pod("again", "item", ref("add"), ref("by"), item="@")),
        ref("again"),
    )
    each = Map(
        "program-map", inputs("by", "n"), ref("n"), "i", sub("item", "item", i=ref("i"), by=ref("by")), HERE, limit
    )
    entry = graph(
        "program",
        ("n",),
        (
            pod("start", "start", ref("n")),
            sub("all", "program-map", by=10, n=ref("start")),
            pod("end", "last", ref("all")),
        ),
        ref("end"),
    )
    second = glue("item", lambda x, y: x + y, takes=("x", "y"), item=0)
    last = glue("last", as_list, takes=("xs",), result=0, large=True)
    return program(entry, item, each, plans=(START, body(add, takes=("x", "y")), second, last))


@pytest.mark.parametrize("n", [0, 1, 3, 12])
def test_a_map_gives_a_list_in_the_order_of_the_items(n: int) -> None:
    assert result(ran(lowered(adding()), n=n)) == [20 + i for i in range(n)]


def test_the_value_of_a_map_says_where_its_items_are() -> None:
    run = ran(lowered(adding()), n=3)
    (node,) = [node for node in run.nodes.values() if node["name"] == "all"]
    found = json.loads(node["outputs"]["v"])
    assert found["c"] == 3
    assert found["k"].endswith("/m/all")
    assert [(run.store / found["k"] / str(i) / "_").is_file() for i in range(4)] == [True, True, True, False]


def test_a_limit_is_the_parallelism_of_the_map() -> None:
    made = lowered(adding(limit=2))
    (found,) = [item["parallelism"] for item in made.objects[1]["spec"]["templates"] if "parallelism" in item]
    assert found == 2
    assert result(ran(made, n=5)) == [20, 21, 22, 23, 24]
    assert made.report.pods == "2 + 2 an item of the map at flow.py:12"


def test_all_of_a_construct_is_in_the_fingerprint(tmp_path: Path) -> None:
    made = [pack_program(item, root=tmp_path).fingerprint for item in (adding(), adding(), adding(limit=2), halving())]
    assert made[0] == made[1]
    assert len(set(made)) == 3


def halving(*, keeps_errors: bool = False) -> Program:
    item = graph("item", ("i",), (pod("half", "e.half", ref("i"), item="@"),), ref("half"))
    each = Map("program-map", inputs("n"), ref("n"), "i", sub("item", "item", i=ref("i")), HERE, None, keeps_errors)
    entry = graph(
        "program",
        ("n",),
        (pod("start", "start", ref("n")), sub("all", "program-map", n=ref("start")), pod("end", "last", ref("all"))),
        ref("end"),
    )
    last = glue("last", text, takes=("xs",), result=0, large=True)
    return program(entry, item, each, plans=(START, body(half, takes=("x",), item=0), last))


def test_a_failing_item_fails_the_map_after_the_others() -> None:
    run = ran(lowered(halving(keeps_errors=False)), n=3)
    assert run.phase == "Failed"
    found = phases(run)
    assert found["all.half(2:2)"] == "Succeeded"
    assert found["all.half"] == found["all"] == "Failed"
    assert found["end"] == "Omitted"


def test_a_map_that_keeps_errors_has_them_as_items() -> None:
    run = ran(lowered(halving(keeps_errors=True)), n=3)
    assert result(run) == ["0", "ValueError('1 is odd')", "1"]
    assert phases(run)["all"] == "Succeeded"


def nested() -> Program:
    """Make, for each i below n, the list of i + j for each j below n, in a map in a map; the lists are summed."""
    cell = graph("cell", ("i", "j"), (pod("add", "e.add", ref("i"), ref("j"), item="@"),), ref("add"))
    inner = Map("row-map", inputs("i", "n"), ref("n"), "j", sub("cell", "cell", i=ref("i"), j=ref("j")), HERE)
    row = graph(
        "row",
        ("i", "n"),
        (sub("cells", "row-map", i=ref("i"), n=ref("n")), pod("sum", "sum", ref("cells"), item="@")),
        ref("sum"),
    )
    outer = Map("program-map", inputs("n"), ref("n"), "i", sub("row", "row", i=ref("i"), n=ref("n")), HERE)
    entry = graph(
        "program",
        ("n",),
        (pod("start", "start", ref("n")), sub("rows", "program-map", n=ref("start")), pod("end", "last", ref("rows"))),
        ref("end"),
    )
    plans = (
        START,
        body(add, takes=("x", "y"), item=0),
        glue("sum", total, takes=("xs",), large=True, item=0),
        glue("last", as_list, takes=("xs",), result=0, large=True),
    )
    return program(entry, cell, inner, row, outer, plans=plans)


def test_a_map_in_a_map_has_items_of_its_own() -> None:
    assert result(ran(lowered(nested()), n=3)) == [3, 6, 9]


def looping() -> Program:
    """Double 1 as often as the item's number, in a loop in a map; a pod after the loop makes the item."""
    once = graph("round", ("x",), (pod("add", "e.add", ref("x"), ref("x")),), ref("add"))
    body_ = sub("round", "round", x=ref("x"))
    known = Literal(0)
    loop = Loop("item-for", inputs("x", "i"), known, ref("i"), None, body_, known, ("x",), (ref("round"),), HERE, "for")
    item = graph(
        "item",
        ("i",),
        (sub("loop", "item-for", x=1, i=ref("i")), pod("keep", "keep", ref("loop", 1), item="@")),
        ref("keep"),
    )
    each = Map("program-map", inputs("n"), ref("n"), "i", sub("item", "item", i=ref("i")), HERE)
    entry = graph(
        "program",
        ("n",),
        (pod("start", "start", ref("n")), sub("all", "program-map", n=ref("start")), pod("end", "last", ref("all"))),
        ref("end"),
    )
    plans = (
        START,
        body(add, takes=("x", "y")),
        glue("keep", lambda x: x, takes=("x",), item=0),
        glue("last", as_list, takes=("xs",), result=0, large=True),
    )
    return program(entry, once, loop, item, each, plans=plans)


def test_a_loop_in_an_item() -> None:
    assert result(ran(lowered(looping()), n=4)) == [1, 2, 4, 8]


@pytest.mark.parametrize("keeps_errors", [True, False])
def test_a_list_that_is_too_long_is_refused_before_an_item_starts(
    monkeypatch: pytest.MonkeyPatch, keeps_errors: bool
) -> None:
    monkeypatch.setattr(maps, "ITEMS", 3)
    monkeypatch.setattr(packing, "ITEMS", 3)
    made = lowered(halving(keeps_errors=keeps_errors))
    assert len(result(ran(made, n=3))) == 3 if keeps_errors else ran(made, n=1).phase == "Succeeded"
    run = ran(made, n=4)
    assert run.phase == "Failed"
    assert {name: phase for name, phase in phases(run).items() if name.startswith("all.")} == {
        "all.half": "Skipped",
        "all.too-many": "Failed",
        **({"all.end": "Succeeded", "all.end.never": "Skipped"} if keeps_errors else {}),
    }
    (stop,) = [node for node in run.nodes.values() if node["name"] == "too-many"]
    error = json.loads(stop["outputs"]["v"])["e"]
    assert (error["type"], error["where"]) == ("builtins.RuntimeError", "flow.py:12")
    assert error["message"].startswith("the list that is gone through at flow.py:12 has more than 3 items")
