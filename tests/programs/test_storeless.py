"""A choice of the programs gives the same as plain Python where there is no artifact repository, with the same pods."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.programs.test_programs import MODULES
from tiphys.profile import Profile

PROFILE = Profile.model_validate({"storage": "none"})
CHOSEN = {
    "errors_caught": ("bound_in_the_try", "from_a_sub_orchestrator"),
    "errors_finally": ("all_four_clauses",),
    "errors_gather": ("first_error_is_raised", "inner_gather_keeps_errors"),
    "errors_nested": ("error_passes_a_loop_and_a_branch", "variables_of_both_tries"),
    "except_star": ("in_a_loop",),
    "fan_out": (
        "argument_from_outside", "body_of_two_steps", "body_that_branches", "body_that_loops", "fan_out_in_a_loop",
        "items_are_text", "nested_fan_out", "sub_orchestrators", "task_group", "unpacked_results",
    ),
    "fan_out_appended": ("in_some_of_three_arms", "mapped_one_after_the_other"),
    "fan_out_arguments": ("division_that_may_fail", "names_of_its_own"),
    "fan_out_filtered": ("each_item_has_a_try", "failures_as_values", "one_failure_is_caught"),
    "loops_nested": ("over_groups", "loop_in_a_try"),
    "map_api": ("concurrency_at_run_time", "exceptions_are_values"),
    "nasty_combinations": ("gather_inside_try_inside_loop",),
    "recursion": ("caught_around_it",),
    "retries_and_timeouts": ("retried_on_some", "within_limits"),
    "task_groups_failing": ("many_and_one",),
    "timeouts": ("too_slow_is_caught",),
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
    task: Any, inputs: dict[str, Any], glue_pods: int, same_as_plainly: Any, here: Any
) -> None:
    same_as_plainly(task, inputs, partial(here, profile=PROFILE), glue_pods)
