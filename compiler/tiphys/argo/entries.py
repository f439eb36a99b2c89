"""What the shim does in the pods of a plan: an entry of the bundle each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiphys.argo.expressions import parameter_of
from tiphys.argo.people import leaves_artifact, leaves_report
from tiphys.argo.pods import INLINE, INLINE_RESULT, INLINE_SMALL, is_small_output, output_names, shim_variables
from tiphys.argo.tries import is_counted, lost_of, retries_said, timeout_said
from tiphys.bundle import Entry, Operand, Output, Step
from tiphys.ir import Plan
from tiphys.ir import Step as PlannedStep
from tiphys.profile import Profile
from tiphys.settings import Settings
from tiphys.tracing.values import is_scalar


def entry_of(plan: Plan, name: str, settings: Settings, profile: Profile) -> Entry:
    """Describe a plan for the shim."""
    retries, timeout = retries_said(settings), timeout_said(settings)
    outputs = []
    for index, output in enumerate(output_names(plan)):
        is_result = output == "r"
        value = plan.outputs[plan.result if is_result and plan.result is not None else index]
        slot = not is_small_output(plan, output)
        outputs.append(
            Output(
                name=output,
                value=value,
                inline=INLINE_RESULT if is_result else INLINE if slot else INLINE_SMALL,
                slot=slot,
                repr=is_result,
                shared=plan.shares and not is_result and not is_scalar(plan.types[index]),
            )
        )
    task = plan.task
    return Entry(
        name=name,
        task=task.name if task is not None else None,
        function=task.body if task is not None else None,
        title=task.name if task is not None else "orchestrator",
        operands=tuple(
            Operand(
                name=parameter_of(item.name),
                slot=item.items is None and not item.small,
                directory=item.items,
            )
            for item in plan.operands
        ),
        before=tuple(step_of(step) for step in plan.before),
        args=plan.positional,
        kwargs=dict(plan.keywords),
        after=tuple(step_of(step) for step in plan.after),
        outputs=tuple(outputs),
        item=output_names(plan)[plan.item] if plan.item is not None else None,
        records=plan.records,
        is_told=plan.is_storeless,
        shares=plan.shares,
        frame=plan.frame,
        catch=plan.catch,
        attempts=1 + retries.count,
        on=retries.on,
        lost=lost_of(settings, profile),
        tries=is_counted(settings, profile),
        timeout=timeout.seconds,
        queued=timeout.queued_seconds,
        deadline=timeout.deadline_seconds,
        most=settings.max_inline_io_bytes,
        within=plan.within,
        context=plan.context,
        variables=plan.variables,
        retries=plan.retries,
        kept=kept_of(plan, settings),
        report=leaves_report(plan, settings),
        artifact=leaves_artifact(plan, settings),
        env=shim_variables(settings),
    )


def kept_of(plan: Plan, settings: Settings) -> Mapping[str, object] | None:
    """Say how the shim keeps results: for how many seconds they count, and whether it only looks for one."""
    cache = settings.cache
    if plan.keyed is None or cache is None or not cache.is_on:
        return None
    age = {"age": cache.max_age.total_seconds()} if cache.max_age is not None else {}
    return age if plan.task is None or plan.task.keeps else {**age, "reads": True}


def step_of(step: PlannedStep) -> Step:
    """Describe a piece of glue for the shim."""
    function: Any = step.code.function  # pyright takes a field that holds a function for a method
    return Step(function, step.operands, step.where.place, step.code.text, step.owner, step.frame)
