"""The time that a run was planned for: a trigger gives Argo's own tag, and the run reads the time where that is."""

from __future__ import annotations

from tests.argo.conftest import Load, parameters
from tiphys.compiling import compile_task

PROGRAM = """
from datetime import datetime

@env.task
async def show(when: datetime) -> str:
    return str(when)

@env.task(triggers=tiphys.Trigger("nightly", tiphys.Cron("0 2 * * *"), inputs={"when": tiphys.TriggerTime}))
async def main(when: datetime) -> str:
    return await show(when)
"""


def test_the_argument_is_argos_own_tag(load: Load) -> None:
    *_, cron = compile_task(load(PROGRAM)).objects

    assert parameters(cron["spec"]["workflowSpec"]["arguments"]) == {"when": "{{workflow.scheduledTime}}"}


def test_the_run_reads_the_time_where_the_argument_is_the_tag(load: Load) -> None:
    _, template, _ = compile_task(load(PROGRAM)).objects

    (entry,) = (each for each in template["spec"]["templates"] if each["name"] == template["spec"]["entrypoint"])
    (task,) = entry["dag"]["tasks"]
    tag = "workflow.parameters['when'] contains 'workflow.scheduledTime' ? workflow['scheduledTime'] ?? ''"
    assert tag in parameters(task["arguments"])["when"]
