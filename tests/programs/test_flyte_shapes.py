"""Which shapes of program, seen in Flyte 2's own public examples, compile; what is said to the others.

Each shape stands in `flyte_shapes/`, written anew and small; its first line names the folder of the examples where such
programs are found.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

FOLDER = Path(__file__).parent / "flyte_shapes"
COMPILES = "compiles"
SHAPES: dict[str, tuple[str, str]] = {
    # name: what happens, and what it still waits for
    "agent_that_calls_tools": (COMPILES, "`try` around run-time values, tasks chosen at run time"),
    "agent_with_subagents": (COMPILES, ""),
    "anyio_task_group": ("this context manager cannot be used in an orchestrator", ""),
    "batches_and_items": (COMPILES, "fan-outs over run-time lists, `group`"),
    "batches_of_known_items": (COMPILES, "`group`"),
    "cached_parent": (COMPILES, "`cache`"),
    "cancels_what_still_runs": ("`cancel` of a task has no meaning", "fan-outs over run-time lists"),
    "chain_of_approvals": ("`tiphys.new_condition` is not supported yet", ""),
    "context_in_a_loop": (COMPILES, "`custom_context`"),
    "crashes_and_goes_on": ("reading `os.environ` in an orchestrator", "`group`"),
    "driver_and_workers": (COMPILES, "`group`"),
    "durable_time": ("`tiphys.durable` is not supported yet", ""),
    "either_error_then_bigger": (COMPILES, "`try` around run-time values"),
    "environments_of_several_images": (COMPILES, ""),
    "error_by_code_tried_again": (COMPILES, "`try` around run-time values"),
    "fallback_for_classes": (COMPILES, "`try` around run-time values"),
    "feature_elimination": (COMPILES, "`group`, loops over run-time lists"),
    "forest_of_trees": (COMPILES, "`group`, fan-outs over run-time lists"),
    "forwarded": (COMPILES, ""),
    "functions_as_inputs": (COMPILES, "tasks as arguments of tasks"),
    "gather_with_failures": (COMPILES, "`group`, fan-outs over run-time lists"),
    "grid_search": ("short_name", "a refusal of settings that are known only at run time"),
    "grid_search_without_names": (COMPILES, "fan-outs over run-time lists"),
    "jobs_sorted_into_lists": (COMPILES, "`group`, fan-outs over run-time lists"),
    "leaks_a_task": ("`work` is called but never awaited", ""),
    "map_errors_as_values": (COMPILES, "`map`"),
    "map_in_sync_code": (COMPILES, "`map`"),
    "map_over_a_range": (COMPILES, "`map`"),
    "map_with_a_limit": (COMPILES, "`map`"),
    "map_with_a_partial": (COMPILES, "`map`"),
    "memory_until_it_fits": (COMPILES, "`try` around run-time values"),
    "more_memory_each_time": (COMPILES, "`try` around run-time values, `group`"),
    "names_for_display": (COMPILES, ""),
    "not_recoverable": (COMPILES, "`try` around run-time values"),
    "nothing_returned": (COMPILES, ""),
    "one_after_the_other": (COMPILES, "loops over run-time lists"),
    "polls_a_running_task": ("`asyncio.sleep` in an orchestrator is not supported yet", ""),
    "races_a_signal": ("`tiphys.new_condition` is not supported yet", ""),
    "reads_a_file": ("`open` in an orchestrator reads or writes a file", ""),
    "recovery_by_code": (COMPILES, "`try` around run-time values"),
    "recovery_with_finally": (COMPILES, "`try` around run-time values"),
    "recursion_by_an_input": (COMPILES, "recursion by a run-time value"),
    "report_while_it_runs": ("`report` is not supported yet", ""),
    "retried_orchestrator": (COMPILES, "loops over run-time lists"),
    "square_and_sum": (COMPILES, "fan-outs over run-time lists"),
    "starts_other_runs": ("`tiphys.run`", "a refusal of runs that an orchestrator starts"),
    "the_same_task_often": (COMPILES, ""),
    "traced_steps": ("`tiphys.trace` is not supported yet", ""),
    "tree_of_tasks": (COMPILES, "recursion by a run-time value"),
    "two_groups": (COMPILES, "`group`, fan-outs over run-time lists"),
    "waits_for_the_first": ("FIRST_COMPLETED", "loops over run-time lists"),
}


@pytest.mark.parametrize(("name", "verdict", "waits"), [(name, *row) for name, row in SHAPES.items()])
def test_a_shape_compiles_or_is_refused_with_a_sentence(name: str, verdict: str, waits: str) -> None:
    """A shape that waits for a feature says for which, until it has it."""
    try:
        found = verdict_on(FOLDER / f"{name}.py")
    except Exception as error:
        if waits:
            pytest.xfail(f"waits for {waits}: {type(error).__name__}")
        raise
    if waits and verdict not in found:
        pytest.xfail(f"waits for {waits}: {found}")
    assert verdict in found


def test_every_shape_has_a_row() -> None:
    """A file without a row would be no statement at all."""
    assert sorted(SHAPES) == sorted(path.stem for path in FOLDER.glob("*.py"))


def verdict_on(path: Path) -> str:
    """Compile a file's `main`: "compiles", or what was said against it."""
    try:
        compile_task(load_module(path).main, image="python:3.11-slim")
    except ProgramError as error:
        return " / ".join(mistake.message for mistake in error.mistakes)
    return COMPILES
