"""`depends` expressions and `when` conditions."""

from __future__ import annotations

import pytest

from tiphys.diagnostics import UsageError
from tiphys.engine.depends import Outcome, parse_depends
from tiphys.engine.functions import Unevaluable
from tiphys.engine.phases import Phase
from tiphys.engine.when import is_met

S, F, E, K, O = Phase.SUCCEEDED, Phase.FAILED, Phase.ERROR, Phase.SKIPPED, Phase.OMITTED  # noqa: E741


@pytest.mark.parametrize(
    ("text", "phases", "holds"),
    [
        ("a", {"a": S}, True),
        ("a", {"a": K}, True),
        ("a", {"a": O}, False),
        ("a", {"a": F}, False),
        ("a.Succeeded", {"a": K}, False),
        ("a.Failed || a.Errored", {"a": E}, True),
        ("a.Skipped", {"a": K}, True),
        ("a.Omitted", {"a": O}, True),
        ("a.Daemoned", {"a": S}, False),
        ("!a.Succeeded", {"a": F}, True),
        ("a.Succeeded && b.Succeeded", {"a": S, "b": F}, False),
        ("a.Failed || b.Failed && c.Failed", {"a": F, "b": S, "c": S}, True),
        ("(a.Failed || b.Failed) && c.Failed", {"a": F, "b": S, "c": S}, False),
        ("(a.Succeeded||a.Failed||a.Errored||a.Skipped||a.Omitted)&&try-1", {"a": O, "try-1": S}, True),
        ("9d-x.Succeeded", {"9d-x": S}, True),
    ],
)
def test_a_condition_is_asked_of_phases(text: str, phases: dict[str, Phase], holds: bool) -> None:
    depends = parse_depends(text)

    assert depends.tasks == tuple(phases)
    assert depends.holds(lambda name: Outcome(phases[name])) is holds


@pytest.mark.parametrize(
    ("text", "children", "holds"),
    [
        ("m.AnySucceeded", (F, S), True),
        ("m.AnySucceeded", (), False),
        ("m.AllFailed", (F, F), True),
        ("m.AllFailed", (F, E), False),
        ("m.AllFailed", (), False),
    ],
)
def test_the_children_of_a_fan_out_can_be_asked(text: str, children: tuple[Phase, ...], holds: bool) -> None:
    assert parse_depends(text).holds(lambda _: Outcome(F, children)) is holds


@pytest.mark.parametrize("text", ["a &&", "a b", "(a", "a.Done", "a & b", "in.Failed", "&& a", "a)"])
def test_a_broken_condition_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="depends"):
        parse_depends(text)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("true", True),
        ("false", False),
        ("3 > 2", True),
        ("10 > 9", True),
        ("heads == heads", True),
        ("heads == tails", False),
        ("\"a b\" == 'a b'", True),
        ("5 == '5'", False),
        ("( a == a && b != b ) || !(x == y)", True),
        ("hello =~ '^h'", True),
        ("Succeeded != Failed", True),
        ("true == true", True),
    ],
)
def test_a_when_is_read_like_govaluate(text: str, met: bool) -> None:
    assert is_met(text) is met


@pytest.mark.parametrize("text", ["", "a", "1", "a ==", "a == b c", "'a' > 1", "{{x}} == 1"])
def test_a_when_that_is_no_condition_is_an_error(text: str) -> None:
    with pytest.raises(Unevaluable):
        is_met(text)
