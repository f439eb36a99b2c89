"""The checker refuses constructs that Argo could not run, or that give what nobody makes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.passes.building import attempt, call, caught, fan, graph, loop, program, region, sub, switch
from tiphys.diagnostics import InternalError
from tiphys.passes.check import check


def around(unit: Any, *regions: Any) -> Any:
    """Put a construct into a program that calls it; it takes `n`."""
    return program(*regions, unit, graph("main", "n", sub("it", unit.name, n="%n")))


ARM = region("arm", "x", call("a", x="%x"), gives=("%a",))
ROUND = region("round", "x", call("a", x="%x"), gives=("%a", "%a"))
CATCH = region("catch", "", caught("error", Exception), gives=("%error",))
SOUND = {
    "a switch": around(switch("if", "n", "n", sub("s", "arm", x="%n"), None, outputs=(("%s", "%n"), (1, 2))), ARM),
    "a loop": around(
        loop("while", "n", sub("s", "round", x="%i"), start=0, count="%n", index="i", ends="%s", carried={"n": "%s.1"}),
        ROUND,
    ),
    "a map": around(fan("map", "n", "n", "i", sub("s", "arm", x="%i")), ARM),
    "an attempt": around(
        attempt("try", "n", sub("s", "arm", x="%n"), sub("c", "catch"), outputs=(("%s", "%c"), ("%n", None))),
        ARM,
        CATCH,
    ),
}
BROKEN = {
    "a test that is no input": (around(switch("if", "n", "m", None), ARM), "switch if tests %m, which is no input"),
    "a test of another output": (around(switch("if", "n", "n.1", None)), "tests %n.1, which is no input"),
    "a region that is missing": (around(switch("if", "n", "n", sub("s", "gone"))), "%s calls gone, which is missing"),
    "an orchestrator as region": (
        around(switch("if", "n", "n", sub("s", "child")), graph("child", "")),
        "%s calls child, which is no region",
    ),
    "an argument too few": (
        around(switch("if", "n", "n", sub("s", "arm")), ARM),
        "%s does not pass what arm takes: ['x']",
    ),
    "an argument from nowhere": (
        around(switch("if", "n", "n", sub("s", "arm", x="%m")), ARM),
        "%s reads %m, which is no input",
    ),
    "an index that a switch has not": (
        around(switch("if", "n", "n", sub("s", "arm", x="%i")), ARM),
        "%s reads %i, which is no input",
    ),
    "two parts of one name": (around(switch("if", "n", "n", sub("n", "arm", x="%n")), ARM), "has two parts of one name"),
    "an arm without a value": (
        around(switch("if", "n", "n", sub("s", "arm", x="%n"), None, outputs=(("%s",),)), ARM),
        "does not give a value for each arm",
    ),
    "the value of another arm": (
        around(switch("if", "n", "n", sub("s", "arm", x="%n"), None, outputs=((1, "%s"),)), ARM),
        "gives %s, which is no value of its region and no input",
    ),
    "a value too many": (
        around(switch("if", "n", "n", sub("s", "arm", x="%n"), None, outputs=(("%s.1", 1),)), ARM),
        "gives %s.1, which is no value of its region and no input",
    ),
    "one region for two arms": (
        around(switch("if", "n", "n", sub("s", "arm", x="%n"), sub("t", "arm", x="%n")), ARM),
        "graph arm is a region, and called more than once",
    ),
    "a loop that counts to nothing": (
        around(loop("while", "n", sub("s", "round", x=1), count="%m"), ROUND),
        "starts with %m, which is no input",
    ),
    "a loop that carries nothing": (
        around(loop("while", "n", sub("s", "round", x=1), carried={"m": "%s"}), ROUND),
        "carries %m, which is no input",
    ),
    "an index that is an input": (
        around(loop("while", "n", sub("s", "round", x=1), index="n"), ROUND),
        "has an input %n, as its index is called",
    ),
    "an exit from nowhere": (
        around(loop("while", "n", sub("s", "round", x=1), ends="%t"), ROUND),
        "gives %t, which is no value of its region and no input",
    ),
    "a map that counts to nothing": (
        around(fan("map", "n", "m", "i", sub("s", "arm", x=1)), ARM),
        "counts to %m, which is no input",
    ),
    "a map of two values": (
        around(fan("map", "n", "n", "i", sub("s", "round", x=1)), ROUND),
        "needs one value of its region",
    ),
    "an attempt without a catch": (
        around(attempt("try", "n", sub("s", "arm", x=1), sub("c", "catch")), ARM, region("catch", "", call("a"))),
        "handles exceptions by catch, which does not begin with a catch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", SOUND)
def test_a_sound_construct_passes(title: str) -> None:
    """Unchanged."""
    assert check(SOUND[title]) is SOUND[title]


@pytest.mark.parametrize("title", BROKEN)
def test_a_broken_construct_is_refused(title: str) -> None:
    """With the name of the construct."""
    broken, text = BROKEN[title]

    with pytest.raises(InternalError) as caught:
        check(broken)

    assert text in str(caught.value)
