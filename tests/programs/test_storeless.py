"""A choice of the programs gives the same as plain Python where there is no artifact repository, with the same pods."""

from __future__ import annotations

from typing import Any

import pytest

from tests.programs.test_programs import MODULES
from tiphys.profile import Profile

PROFILE = Profile.model_validate({"storage": "none"})
CHOSEN = {
    "fan_out": (
        "argument_from_outside", "body_of_two_steps", "body_that_branches", "body_that_loops", "fan_out_in_a_loop",
        "items_are_text", "nested_fan_out", "sub_orchestrators", "unpacked_results",
    ),
    "fan_out_appended": ("in_some_of_three_arms", "mapped_one_after_the_other"),
    "fan_out_arguments": ("names_of_its_own",),
    "loops_nested": ("over_groups",),
    "wide_graphs": ("objects",),
}  # fmt: skip
"""The tasks of each module."""
CASES = [
    pytest.param(getattr(MODULES[name], case[0]), case[1], case[2] if len(case) > 2 else 0, id=f"{name}-{case[0]}")
    for name, chosen in CHOSEN.items()
    for case in MODULES[name].CASES
    if case[0] in chosen
]


@pytest.mark.slow
@pytest.mark.parametrize(("task", "inputs", "glue_pods"), CASES)
def test_a_run_without_a_repository_gives_what_plain_python_gives(
    task: Any, inputs: dict[str, Any], glue_pods: int, plainly: Any, here: Any, agree: Any
) -> None:
    expected = plainly(task, inputs)

    actual = here(task, inputs, profile=PROFILE)

    agree(expected.value, actual.value)
    if not isinstance(expected.value, BaseException):
        assert actual.pods == expected.pods + glue_pods
