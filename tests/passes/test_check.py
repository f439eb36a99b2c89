"""The checker refuses broken graphs: a bug of ours must not reach a cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tiphys.diagnostics import InternalError, Span
from tiphys.ir import Call, Graph, Input, Join, Literal, Program, Ref, Sub, Yield
from tiphys.passes.check import check

HERE = Span("flow.py", 1)


class Leaf:
    """A task, as far as graphs look at one."""

    name = "flow.leaf"
    function = staticmethod(lambda x: x)


def call(name: str, *, x: Any = 1, after: tuple[str, ...] = ()) -> Call:
    atom = x if isinstance(x, Ref) else Literal(x)
    return Call(name, Leaf(), (("x", atom),), int, after, HERE)


def program(*nodes: Any, result: tuple[Any, ...] = (), after: tuple[str, ...] = (), **graphs: Graph) -> Program:
    main = Graph("main", (Input("n", int, HERE),), nodes, Yield(result, after, HERE))
    return Program("main", {**graphs, "main": main})


BROKEN = {
    "two nodes of one name": (program(call("a"), call("a")), "has two nodes %a"),
    "a node named as an input": (program(call("n")), "has two nodes %n"),
    "data from nowhere": (program(call("a", x=Ref("b"))), "%a refers to %b, which does not come before it"),
    "data from later": (program(call("a", x=Ref("b")), call("b")), "%a refers to %b, which does not come before it"),
    "order from nowhere": (program(call("a", after=("b",))), "%a refers to %b, which does not come before it"),
    "a result from nowhere": (program(call("a"), result=(Ref("b"),)), "ends with %b, which does not exist"),
    "an end after nothing": (program(call("a"), after=("c",)), "ends with %c, which does not exist"),
    "a graph that is missing": (program(Sub("s", "gone", (), int, (), HERE)), "%s calls gone, which is missing"),
    "an argument too few": (
        program(
            Sub("s", "child", (), int, (), HERE),
            child=Graph("child", (Input("x", int, HERE),), (), Yield((Ref("x"),), (), HERE)),
        ),
        "%s does not pass what child takes: ['x']",
    ),
    "an output too many": (
        program(
            Sub("s", "child", (), int, (), HERE), call("a", x=Ref("s", 3)),
            child=Graph("child", (), (call("b"),), Yield((Ref("b"),), (), HERE)),
        ),
        "reads %s.3, but %s gives fewer values",
    ),
    "a result too many": (program(call("a"), result=(Ref("a", 1),)), "gives %a.1, but %a gives fewer values"),
    "a region that a graph calls": (
        program(
            Sub("s", "arm", (), int, (), HERE),
            arm=Graph("arm", (), (), Yield((), (), HERE), is_region=True),
        ),
        "%s calls arm, which is a region of a construct",
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", BROKEN)
def test_a_broken_graph_is_refused(title: str) -> None:
    """With the name of the node, and the graph printed."""
    broken, text = BROKEN[title]

    with pytest.raises(InternalError) as caught:
        check(broken)

    assert text in str(caught.value)


def test_a_sound_graph_passes() -> None:
    """Unchanged."""
    sound = program(call("a", x=Ref("n")), Join("j", ("a",), HERE), call("b", after=("j",)), result=(Ref("b"),))

    assert check(sound) is sound


def test_a_graph_listed_under_another_name_is_refused() -> None:
    """The names that calls use are the keys."""
    sound = program(call("a"))
    wrong = replace(sound, graphs={"main": replace(sound.main, name="other")})

    with pytest.raises(InternalError, match="is listed as main"):
        check(wrong)
