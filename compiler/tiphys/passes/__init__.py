"""Third stage: passes over the program, each a plain function, listed in order. Read by argo."""

from __future__ import annotations

from collections.abc import Callable

from tiphys.diagnostics import UsageError, nearest
from tiphys.ir import Program
from tiphys.passes.check import check
from tiphys.passes.drop_unread import drop_unread
from tiphys.passes.move_glue import move_glue
from tiphys.passes.place_glue import place_glue
from tiphys.passes.place_items import place_items
from tiphys.passes.separate_tried import separate_tried
from tiphys.passes.specialise_tasks import specialise_tasks
from tiphys.passes.split_wide_graphs import split_wide_graphs

Pass = Callable[[Program], Program]
PIPELINE: tuple[Pass, ...] = (
    drop_unread, move_glue, place_items, separate_tried, place_glue, specialise_tasks, split_wide_graphs,
)  # fmt: skip


def run(program: Program, *, after: str | None = None) -> Program:
    """Run the passes in order, the checker after each; `after` stops behind the pass of that name.

    Raises UsageError for a name that no pass has.
    """
    names = ["trace", *(step.__name__ for step in PIPELINE)]
    if after is not None and after not in names:
        message = f"there is no pass `{after}`. {nearest(after, names)}"
        raise UsageError(message)
    check(program)
    if after == "trace":
        return program
    for step in PIPELINE:
        program = check(step(program))
        if step.__name__ == after:
            break
    return program
