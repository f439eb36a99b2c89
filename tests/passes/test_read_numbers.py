"""Numbers that Argo reads itself: what a round or an item begins with, and what is asked of the program's inputs."""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType
from typing import Any

import pytest

from tests.passes.building import HERE, call, fan, glue, graph, loop, program, region, sub, switch
from tiphys.compiling import trace_task
from tiphys.ir import Code, Entry, Glue, Graph, Input, Pod, Program, Question, Reading, Ref
from tiphys.passes import run
from tiphys.passes.check import check
from tiphys.passes.questions import question_of
from tiphys_runtime.objects import MOST_NUMBERS, numbers_of

THEN = region("then", "", call("a"), after=("a",))
IF = switch("if", "which", "which", sub("x", "then"), None)


def readings(whole: Program) -> list[Reading]:
    return [unit for unit in run(check(whole)).graphs.values() if isinstance(unit, Reading)]


def pods(whole: Program) -> list[str]:
    """Name the pods of all units, those aside that compute what Argo did not read."""
    made = run(check(whole)).graphs
    spare = {unit.otherwise.graph for unit in made.values() if isinstance(unit, Reading)}
    return sorted(
        node.name
        for name, unit in made.items()
        if isinstance(unit, Graph) and name not in spare
        for node in unit.nodes
        if isinstance(node, Pod)
    )


def item(**more: Any) -> Graph:
    """Make the body of a round or an item: it begins with a test of the item's number and of what is around."""
    return region("body", "i v", glue("g", "%i", "%v", **more), sub("s", "if", which="%g"), gives=("%s",) * 0)


MAIN = graph("main", "n", call("c", x="%n"), glue("m", "%c"), sub("l", "loop", m="%m", v="%c"), gives=("%c",))
LOOP = loop("loop", "m v", sub("b", "body", i="%i", v="%v"), count="%m", index="i")


def test_what_a_round_begins_with_is_computed_ahead() -> None:
    """By the pod that makes what it reads."""
    whole = program(THEN, IF, item(), LOOP, MAIN)

    assert pods(whole) == ["a", "c"]
    (found,) = readings(whole)
    assert isinstance(found.number, Entry)


def test_what_may_raise_is_computed_ahead_too() -> None:
    """Where it does raise, nothing is known, and the pod that then computes it raises it."""
    assert pods(program(THEN, IF, item(total=False), LOOP, MAIN)) == ["a", "c"]


@pytest.mark.parametrize("more", [{"pure": False}, {"kind": str}])
def test_what_is_no_number_or_another_each_time_is_computed_in_the_round(more: dict[str, Any]) -> None:
    assert pods(program(THEN, IF, item(**more), LOOP, MAIN)) == ["a", "c", "g"]


def test_what_is_carried_is_not_known_ahead() -> None:
    """It changes from round to round."""
    carrying = loop("loop", "m v", sub("b", "body", i="%i", v="%v"), count="%m", index="i", carried={"v": "%v"})
    assert pods(program(THEN, IF, item(), carrying, MAIN)) == ["a", "c", "g"]


def test_a_loop_without_a_count_has_no_list() -> None:
    endless = loop("loop", "m v", sub("b", "body", i="%i", v="%v"), index="i")
    assert pods(program(THEN, IF, item(), endless, MAIN)) == ["a", "c", "g"]


def test_an_item_of_a_map_reads_its_entry() -> None:
    body = region("body", "i v", glue("g", "%i", "%v"), sub("s", "if", which="%g"), call("d"), gives=("%d",))
    mapped = fan("loop", "m v", "m", "i", sub("b", "body", i="%i", v="%v"))
    assert pods(program(THEN, IF, body, mapped, MAIN)) == ["a", "c", "d"]


def test_a_list_of_numbers_says_where_there_is_none() -> None:
    """-1 stands for what raises, for what is no number, and for one that a number of 31 bits cannot hold."""
    given = [1, True, -1, 2**31, "x", 0]
    pieces = ((lambda values, index: 10 // values[index] * values[index], (1, 0)),)

    assert numbers_of(6, ((lambda values, index: values[index], (1, 0)),), given) == [1, -1, -1, -1, -1, 0]
    assert numbers_of(2, pieces, [2, 0]) == [10, -1]
    assert len(numbers_of(10**6, ((lambda index: index, (0,)),))) == MOST_NUMBERS


def asked(text: str, types: dict[str, type], **known: object) -> Question | None:
    """Ask what an expression asks, over inputs of these types."""
    names = ", ".join(types)
    function = eval(f"lambda {names}: {text}", dict(known))
    assert isinstance(function, FunctionType)
    operands = tuple((name, Ref(name)) for name in types)
    piece = Glue("g", Code(text, function, pure=True, total=True), operands, int, (), HERE)
    return question_of([piece], {Ref(name): Ref(name) for name in types}, types)


@pytest.mark.parametrize(
    ("text", "types", "inputs", "wanted"),
    [
        ("0 if n > 3 else 1", {"n": int}, {"n": 4}, 0),
        ("0 if n > LIMIT else 1", {"n": int}, {"n": 3}, 1),
        ("0 if n else 1", {"n": int}, {"n": 0}, 1),
        ("0 if flag and not n == -1 else 1", {"flag": bool, "n": int}, {"flag": True, "n": 1}, 0),
        ("0 if mode == 'fast' or mode in ('a', 'b') else 1", {"mode": str}, {"mode": "b"}, 0),
        ("0 if mode not in NAMES else 1", {"mode": str}, {"mode": "x"}, 1),
        ("0 if 1 < n <= 3 else 1 if n > 7 else 2", {"n": int}, {"n": 5}, 2),
        ("0 if bool(mode) else 1", {"mode": str}, {"mode": ""}, 1),
    ],
)
def test_a_simple_condition_is_a_question(
    text: str, types: dict[str, type], inputs: dict[str, Any], wanted: int
) -> None:
    found = asked(text, types, LIMIT=3, NAMES={"x", "y"})
    assert found is not None
    assert found.answer(inputs) == wanted


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("0 if x > 3 else 1", {"x": float}),
        ("0 if n % 2 else 1", {"n": int}),
        ("0 if mode > 'a' else 1", {"mode": str}),
        ('0 if mode == "it\'s" else 1', {"mode": str}),
        ("0 if mode == '{{a}}' else 1", {"mode": str}),
        ("0 if n == 10**15 else 1", {"n": int}),
        ("0 if flag == 1 else 1", {"flag": bool}),
        ("0 if mode == n else 1", {"mode": str, "n": int}),
        ("n", {"n": int}),
        ("0 if names else 1", {"names": list}),
    ],
)
def test_more_than_that_is_none(text: str, types: dict[str, type]) -> None:
    assert asked(text, types) is None


def test_a_question_is_asked_wherever_the_inputs_are_passed_on() -> None:
    """Through regions and rounds; what is known is not asked for."""
    main = graph("main", "n", call("c"), glue("m", "%c"), sub("l", "loop", m="%m", v="%n"), gives=("%c",))
    whole = program(THEN, IF, region("body", "v", typed("0 if v > 3 else 1"), sub("s", "if", which="%g")),
                    loop("loop", "m v", sub("b", "body", v="%v"), count="%m"),
                    replace(main, inputs=(Input("n", int, HERE),)))  # fmt: skip

    assert pods(whole) == ["a", "c"]
    (found,) = readings(whole)
    assert str(found.number) == "0 if n > 3 else 1"


def typed(text: str) -> Glue:
    code = Code(text, eval(f"lambda v: {text}"), pure=True, total=True)
    return Glue("g", code, (("v", Ref("v")),), int, (), HERE)


def test_the_print_says_what_is_read(tmp_path: Any) -> None:
    """As everything that a pass makes."""
    import tiphys

    env = tiphys.TaskEnvironment("reads")

    @env.task
    async def leaf(n: int) -> int:
        return n

    @env.task
    async def main(n: int) -> int:
        return await leaf(n) if n > 3 else 0

    text = str(trace_task(main, after="move_glue"))
    assert '%which  = reading "0 if n > 3 else 1":' in text
