"""`try`: a guard around the body, and a catch that reads what the pods of the body left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.argo.handmade import (
    HERE,
    body,
    code_of,
    env,
    glue,
    graph,
    inputs,
    lowered,
    phases,
    planned,
    pod,
    pods,
    program,
    ran,
    ref,
    result,
    sub,
)
from tests.argo.test_loops import START
from tiphys.argo.report import Manifest
from tiphys.engine import LocalRun
from tiphys.ir import Attempt, Graph, Literal, Loop, Map, Plan, Program, Step, Sub, Switch, Unit


@env.task
async def check(x: int) -> int:
    if x == 3:
        message = "three"
        raise ValueError(message)
    if x == 4:
        raise KeyError(x)
    return x


@env.task
async def triple(x: int) -> int:
    return 3 * x


def length(values: list[object]) -> int:
    return len(values)


def reraise(error: BaseException) -> None:
    raise error


def caught(name: str, kind: type[BaseException], *, records: bool = False) -> Plan:
    """Plan a catch: the exception, the one value of the frame, and 0 where the exception is of the kind."""

    def other(error: object) -> int:
        return int(not isinstance(error, kind))

    return planned(
        name,
        (),
        after=(Step(code_of(name, other), ("v",), HERE),),
        outputs=("v", ("f", 0), 0),
        catch=1,
        records=records,
    )


def handler(name: str, plan: str, handled: object, *, again: str = "reraise") -> tuple[Unit, ...]:
    """Make a catch region: the pod that catches, then a branch: a value, or the exception once more."""
    raising = graph(f"{name}-raising", ("error",), (pod("reraise", again, ref("error")),))
    switch = Switch(
        f"{name}-match",
        inputs("error", "test"),
        ref("test"),
        (None, sub("raising", raising.name, error=ref("error"))),
        ((Literal(handled), Literal(None)),),
        HERE,
    )
    match = sub("match", switch.name, error=ref("caught"), test=ref("caught", 2))
    region = graph(name, (), (pod("caught", plan), match), ref("match"), ref("caught", 1))
    return raising, switch, region


def whole(tried: Sub, *units: Unit, plans: tuple[Plan, ...]) -> Program:
    """Run something with `x`, of which two values are the result."""
    nodes = (pod("start", "start", ref("n")), tried, pod("end", "end", ref(tried.name), ref(tried.name, 1)))
    entry = graph("program", ("n",), nodes, ref("end"))
    last = glue("end", lambda a, b: [a, b], takes=("a", "b"), result=0)
    both = glue("reraise", reraise, takes=("error",), large=True)
    inner = glue("reraise-inside", reraise, takes=("error",), large=True, records=True)
    return program(entry, *units, plans=(START, last, both, inner, *plans))


TRIPLE = body(triple, takes=("x",), records=True)
CHECK = body(check, takes=("x",), records=True, frame=(0,))


def trying(name: str, region: Graph, handled: object, plan: str, again: str = "reraise") -> tuple[Unit, ...]:
    """Make an attempt at a region of one value, with `x` as input; what is handled has the frame's value beside it."""
    made = Attempt(
        name,
        inputs("x"),
        sub("body", region.name, x=ref("x")),
        sub("catch", f"{name}-catch"),
        ((ref("body"), ref("catch")), (Literal("fine"), ref("catch", 1))),
        HERE,
    )
    return (region, *handler(f"{name}-catch", plan, handled, again=again), made)


def plain() -> Program:
    """Check `n`, then triple it; a ValueError becomes "caught" and the value that was checked."""
    nodes = (pod("check", "e.check", ref("x")), pod("triple", "e.triple", ref("check")))
    units = trying("try", graph("body", ("x",), nodes, ref("triple")), "caught", "caught")
    return whole(sub("tried", "try", x=ref("start")), *units, plans=(TRIPLE, CHECK, caught("caught", ValueError)))


@pytest.fixture(scope="module")
def made() -> Manifest:
    return lowered(plain())


def test_a_body_that_succeeds_gives_its_values_and_nothing_is_caught(made: Manifest) -> None:
    run = ran(made, n=2)
    assert result(run) == [6, "fine"]
    assert phases(run)["tried.catch"] == "Skipped"
    assert [name for name in pods(run) if "catch" in name] == []


def test_a_body_that_fails_is_caught_with_the_frame_of_what_failed(made: Manifest) -> None:
    run = ran(made, n=3)
    assert result(run) == ["caught", 3]
    found = phases(run)
    assert found["tried.guard.body"] == "Failed"
    assert found["tried.guard"] == found["tried"] == found["tried.catch"] == "Succeeded"
    assert found["tried.guard.body.triple"] == "Omitted"


def test_what_no_clause_takes_is_raised_again(made: Manifest) -> None:
    run = ran(made, n=4)
    assert run.phase == "Failed"
    (node,) = [node for node in run.nodes.values() if node["template"] == "reraise"]
    assert '"type":"builtins.KeyError"' in node["outputs"]["v"]
    assert phases(run)["end"] == "Omitted"


def test_pods_are_counted_where_they_are_certain(made: Manifest) -> None:
    assert made.report.pods == "4 + 1 to 2 if the try at flow.py:12 fails"
    # program, try, guard, body, check; or program, try, catch, match, raising
    assert made.report.depth == 5


def nested() -> Program:
    """Put the same into another `try`, which takes a KeyError; the inner one raises what it does not take."""
    nodes = (pod("check", "e.check", ref("x")), pod("triple", "e.triple", ref("check")))
    inner = trying("inner", graph("inner-body", ("x",), nodes, ref("triple")), "inner", "caught", "reraise-inside")
    around = graph("outer-body", ("x",), (sub("inside", "inner", (Literal("frame"),), x=ref("x")),), ref("inside"))
    units = (*inner, *trying("outer", around, "outer", "caught-outside"))
    plans = (TRIPLE, CHECK, caught("caught", ValueError, records=True), caught("caught-outside", KeyError))
    return whole(sub("tried", "outer", x=ref("start")), *units, plans=plans)


@pytest.mark.parametrize(("n", "wanted"), [(2, [6, "fine"]), (3, ["inner", "fine"]), (4, ["outer", "frame"])])
def test_an_inner_try_hands_on_what_it_does_not_take(n: int, wanted: list[object]) -> None:
    assert result(ran(lowered(nested()), n=n)) == wanted


def mapping() -> Program:
    """Check each number below `n` in a map, all of which run."""
    item = graph("item", ("i",), (pod("check", "e.check", ref("i"), item="@"),), ref("check"))
    each = Map("each", inputs("x"), ref("x"), "i", sub("item", "item", i=ref("i")), HERE)
    region = graph("body", ("x",), (sub("all", "each", x=ref("x")), pod("len", "len", ref("all"))), ref("len"))
    units = (item, each, *trying("try", region, "caught", "caught"))
    counted = glue("len", length, takes=("xs",), large=True, records=True)
    checked = body(check, takes=("x",), records=True, frame=(0,), item=0)
    return whole(sub("tried", "try", x=ref("start")), *units, plans=(checked, counted, caught("caught", ValueError)))


def count_of(run: LocalRun, template: str) -> int:
    """Count the calls of a template."""
    return sum(node["template"] == template and node["kind"] == "Retry" for node in run.nodes.values())


@pytest.mark.parametrize(("n", "wanted"), [(3, [3, "fine"]), (5, ["caught", 3])])
def test_the_earliest_exception_of_a_map_is_caught(n: int, wanted: list[object]) -> None:
    run = ran(lowered(mapping()), n=n)
    assert result(run) == wanted
    assert count_of(run, "e-check") == n


def looping() -> Program:
    """Check 0, 1, 2, ... below `n`; what was caught in a round of the loop has its own number as frame."""
    once = graph("round", ("i",), (pod("check", "e.check", ref("i")),), ref("check"))
    loop = Loop(
        "for", inputs("x", "last"), Literal(0), ref("x"), "i", sub("round", "round", i=ref("i")), Literal(0), ("last",),
        (ref("round"),), HERE, "for",
    )  # fmt: skip
    region = graph("body", ("x",), (sub("all", "for", x=ref("x"), last=-1),), ref("all", 1))
    units = (once, loop, *trying("try", region, "caught", "caught"))
    return whole(sub("tried", "try", x=ref("start")), *units, plans=(CHECK, caught("caught", ValueError)))


@pytest.mark.parametrize(("n", "wanted"), [(0, [-1, "fine"]), (3, [2, "fine"]), (9, ["caught", 3])])
def test_a_loop_ends_with_the_round_that_fails(n: int, wanted: list[object]) -> None:
    run = ran(lowered(looping()), n=n)
    assert result(run) == wanted
    assert count_of(run, "e-check") == min(n, 4)


def test_a_graph_that_is_called_inside_and_outside_records_only_inside() -> None:
    shared = graph("shared", ("x",), (pod("check", "e.check", ref("x")),), ref("check"), is_region=False)
    region = graph("body", ("x",), (sub("call", "shared", x=ref("x")),), ref("call"))
    around = graph(
        "around", ("x",),
        (sub("first", "shared", x=1), sub("tried", "try", (), ("first",), x=ref("x"))), ref("tried"), ref("tried", 1),
    )  # fmt: skip
    units = (shared, *trying("try", region, "caught", "caught"), around)
    made = lowered(whole(sub("all", "around", x=ref("start")), *units, plans=(CHECK, caught("caught", ValueError))))
    run = ran(made, n=3)
    assert result(run) == ["caught", 3]
    records: list[Any] = [node["artifacts"].get("record") for node in run.nodes.values() if "artifacts" in node]
    (record,) = {str(key) for key in records if key}
    assert record.endswith("/o/all/tried/!/all/tried/body/call/check/_")


def test_what_records_is_told_how_the_attempt_before_ended_and_has_one_more(made: Manifest) -> None:
    templates = {item["name"]: item for item in made.objects[1]["spec"]["templates"]}
    found = templates["e-check"]
    variables = {item["name"]: item["value"] for item in found["container"]["env"]}
    assert variables["TIPHYS_LAST"] == "{{lastRetry.status}} {{lastRetry.exitCode}} {{lastRetry.message}}"
    assert variables["TIPHYS_ATTEMPT"] == "{{retries}}"
    assert found["retryStrategy"]["limit"] == "1"
    assert found["container"]["args"][-2:] == ["{{inputs.parameters.try-at}}", "{{inputs.parameters.try-frame}}"]
    (record,) = [item for item in found["outputs"]["artifacts"] if item["name"] == "record"]
    assert record["s3"]["key"] == "tiphys/{{workflow.uid}}/o/{{inputs.parameters.try-at}}/!/{{inputs.parameters.at}}/_"
    # outside of the body nothing is recorded, and nothing tried again
    assert "retryStrategy" not in templates["start"]


def test_a_catch_reads_the_records_of_its_own_try(made: Manifest) -> None:
    templates = {item["name"]: item for item in made.objects[1]["spec"]["templates"]}
    (records,) = [item for item in templates["caught"]["inputs"]["artifacts"] if item["name"] == "records"]
    assert records["path"] == "/tiphys/in/records"
    assert records["s3"]["key"] == "tiphys/{{workflow.uid}}/o/{{inputs.parameters.try-caught}}/!"
    assert templates["caught"]["container"]["args"][4:] == ["{}"]
