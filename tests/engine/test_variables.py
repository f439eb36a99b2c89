"""Variables that name others, as Kubernetes puts them in."""

from __future__ import annotations

import pytest

from tiphys.engine.folders import expanded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$(A)-$(A)", "1-1"),
        ("$(B)", "$(B)"),
        ("$$(A)", "$(A)"),
        ("$A ${A} $", "$A ${A} $"),
        ("cost: 5$$", "cost: 5$"),
    ],
)
def test_a_variable_may_name_those_before_it(text: str, expected: str) -> None:
    assert expanded(text, {"A": "1"}) == expected
