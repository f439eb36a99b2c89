"""Numbers that Argo reads: from a list that a pod gave, and from the texts that people typed for the inputs."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.argo.handmade import (
    HERE,
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
from tiphys.argo.questions import answer
from tiphys.argo.report import Manifest
from tiphys.engine.expressions import parse
from tiphys.ir import Entry, Numbers, Question, Reading


@pytest.fixture(scope="module")
def listed() -> Manifest:
    """Give entry `i` of a list, or 100 times `i` where that is not known."""
    otherwise = graph("otherwise", ("i",), (pod("spare", "spare", ref("i")),), ref("spare"))
    entry = Entry(ref("numbers"), ref("i"))
    reading = Reading("read", inputs("numbers", "i"), entry, sub("other", "otherwise", i=ref("i")), HERE)
    main = graph(
        "program",
        ("values", "i"),
        (
            pod("start", "start", ref("values"), ref("i")),
            sub("read", "read", numbers=ref("start"), i=ref("start", 1)),
            pod("end", "end", ref("read")),
        ),
        ref("end"),
    )
    start = glue("start", lambda values, i: values, lambda values, i: i, takes=("values", "i"))
    plans = (
        start.__class__(**{**{name: getattr(start, name) for name in start.__slots__}, "types": (Numbers, int)}),
        glue("spare", lambda i: i * 100, takes=("i",)),
        glue("end", lambda x: x, takes=("x",), result=0),
    )
    return lowered(program(main, otherwise, reading, plans=plans))


@pytest.mark.parametrize(
    ("values", "i", "wanted", "count"),
    [([4, 5, 6], 0, 4, 2), ([4, 5, 6], 2, 6, 2), ([4, -1, 6], 1, 100, 3), ([4], 3, 300, 3), ([], 0, 0, 3)],
)
def test_an_entry_is_read_where_there_is_one(
    listed: Manifest, values: list[int], i: int, wanted: int, count: int
) -> None:
    run = ran(listed, values=values, i=i)
    assert result(run) == wanted
    assert len(pods(run)) == count


def test_a_long_list_is_not_kept_in_a_file(listed: Manifest) -> None:
    """Argo could not read it there."""
    run = ran(listed, values=[1000 + n for n in range(512)], i=511)
    assert result(run) == 1511


def test_the_report_counts_the_pod_that_may_be_needed(listed: Manifest) -> None:
    assert listed.report.pods == "2 + 1 if Argo cannot decide at flow.py:12"


# ---- asked of the inputs

CONDITIONS = [
    "n > 3", "n", "not n", "n == -1 or n in (1, 2)", "0 <= n < 10", "n not in (3,)", "flag and n != 2",
    "mode == 'fast'", "mode != 'a b'", "mode", "not (flag or mode in ('x', 'y'))",
    "n + 1 > 3", "0 < n - 2 + n <= 7 - n",
]  # fmt: skip
KINDS = {"n": int, "flag": bool, "mode": str}


def question(text: str) -> Question:
    tree = ast.parse(f"0 if {text} else 1 if flag else 2", mode="eval").body
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return Question(tree, tuple((name, KINDS[name]) for name in sorted(used)))


def answered(asked: Question, texts: dict[str, str]) -> object:
    """Answer a question as Argo does."""
    scope: dict[str, Any] = {"workflow": {"parameters": texts}}
    return parse(answer(asked)).value(lambda name: scope[name])


@pytest.mark.parametrize("text", CONDITIONS)
@given(n=st.integers(-5, 12), flag=st.booleans(), mode=st.sampled_from(["", "fast", "a b", "x", "é", "fasten"]))
def test_argo_answers_as_python_does(text: str, n: int, flag: bool, mode: str) -> None:
    """Whether a `str` was typed bare or as JSON."""
    asked = question(text)
    wanted = asked.answer({"n": n, "flag": flag, "mode": mode})
    for typed in (mode, f'"{mode}"'):
        found = answered(asked, {"n": str(n), "flag": json.dumps(flag), "mode": typed})
        is_plain = mode != "é" or typed == mode
        assert found == wanted if is_plain or "mode" not in dict(asked.kinds) else found == -1


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("n > 3", {"n": " 4"}),
        ("n > 3", {"n": "4.0"}),
        ("n > 3", {"n": "1e3"}),
        ("n > 3", {"n": "04"}),
        ("n > 3", {"n": "9" * 16}),
        ("n > 3", {"n": "true"}),
        ("n > 3", {"n": ""}),
        ("n > 3", {"n": "4\n"}),
        ("flag and n > 3", {"n": "5", "flag": "True"}),
        ("mode == 'fast'", {"mode": '"f\\u0061st"'}),
        ("mode == 'fast'", {"mode": ' "fast"'}),
        ("mode == 'fast'", {"mode": '"fast'}),
    ],
)
def test_what_is_written_in_another_way_is_left_to_a_pod(text: str, texts: dict[str, str]) -> None:
    assert answered(question(text), {"flag": "true", **texts}) == -1
