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
    "agent_that_calls_tools": (COMPILES, ""),
    "agent_with_subagents": (COMPILES, ""),
    "anyio_task_group": (COMPILES, ""),
    "batches_and_items": (COMPILES, ""),
    "batches_of_known_items": (COMPILES, ""),
    "cached_parent": (COMPILES, ""),
    "cancels_what_still_runs": ("`cancel` of a task has no meaning where tasks are pods", ""),
    "chain_of_approvals": (COMPILES, ""),
    "context_in_a_loop": (COMPILES, ""),
    "crashes_and_goes_on": ("reading `os.environ` in an orchestrator", ""),
    "driver_and_workers": (COMPILES, ""),
    "durable_time": (COMPILES, ""),
    "either_error_then_bigger": (COMPILES, ""),
    "environments_of_several_images": (COMPILES, ""),
    "error_by_code_tried_again": (COMPILES, ""),
    "fallback_for_classes": (COMPILES, ""),
    "feature_elimination": (COMPILES, ""),
    "forest_of_trees": (COMPILES, ""),
    "forwarded": (COMPILES, ""),
    "functions_as_inputs": (COMPILES, ""),
    "gather_with_failures": (COMPILES, ""),
    "grid_search": (COMPILES, ""),
    "grid_search_without_names": (COMPILES, "coroutines of a run-time loop in a list"),
    "jobs_sorted_into_lists": (COMPILES, "coroutines of a run-time loop in lists"),
    "leaks_a_task": ("`work` is called but never awaited", ""),
    "map_errors_as_values": (COMPILES, ""),
    "map_in_sync_code": (COMPILES, ""),
    "map_over_a_range": (COMPILES, ""),
    "map_with_a_limit": (COMPILES, ""),
    "map_with_a_partial": ("`label` is given `batch` twice", ""),
    "memory_until_it_fits": (COMPILES, ""),
    "more_memory_each_time": (COMPILES, ""),
    "names_for_display": (COMPILES, ""),
    "not_recoverable": (COMPILES, ""),
    "nothing_returned": (COMPILES, ""),
    "one_after_the_other": (COMPILES, ""),
    "polls_a_running_task": (COMPILES, ""),
    "races_a_signal": ("`asyncio.wait(..., FIRST_COMPLETED)` has no meaning here", ""),
    "reads_a_file": ("`open` in an orchestrator reads or writes a file", ""),
    "recovery_by_code": (COMPILES, ""),
    "recovery_with_finally": (COMPILES, ""),
    "recursion_by_an_input": (COMPILES, ""),
    "report_while_it_runs": ("in an orchestrator would belong to a pod, and it runs in none", ""),
    "retried_orchestrator": (COMPILES, ""),
    "square_and_sum": (COMPILES, ""),
    "starts_other_runs": ("starts another run", ""),
    "the_same_task_often": (COMPILES, ""),
    "traced_steps": ("`tiphys.trace` is not supported yet", ""),
    "tree_of_tasks": (COMPILES, "recursion through a `partial`"),
    "two_groups": (COMPILES, ""),
    "waits_for_the_first": ("`asyncio.wait(..., FIRST_COMPLETED)` has no meaning here", ""),
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
        compile_task(load_module(path).main, image="python:3-slim")
    except ProgramError as error:
        return " / ".join(mistake.message for mistake in error.mistakes)
    return COMPILES
