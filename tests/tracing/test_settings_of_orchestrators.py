"""What an orchestrator makes of settings: devices for its calls, and what it was told itself, but has no pod for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.settings.rows import Said, loaded
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.profile import Profile

PROGRAM = """
work = tiphys.TaskEnvironment("work", queue="a")

@work.task
async def step(n: int) -> int:
    return n

@work.task({decorator})
async def flow(n: int) -> int:
    return await step{override}(n)
"""
PROFILE = Profile.model_validate({"queues": {"a": {"kueue": "a"}}})


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[[str, str], Any]:
    """Compile an orchestrator with this in its decorator, and this behind its call."""

    def made(decorator: str, override: str) -> Any:
        head = PROGRAM.format(decorator=decorator, override=override)
        task = loaded(Said("main", "", head=head), tmp_path).function.__globals__["flow"]
        return compile_task(task, profile=PROFILE)

    return made


def test_devices_are_made_in_an_orchestrator(compiled: Callable[[str, str], Any]) -> None:
    (told,) = compiled("", ".override(resources=tiphys.Resources(gpu=tiphys.GPU('A100', 2)))").report.tasks

    assert told.settings["resources"].value == {"gpu": {"quantity": 2, "device_class": "GPU", "device": "A100"}}


def test_a_wrong_device_in_an_orchestrator_is_refused_at_its_line(compiled: Callable[[str, str], Any]) -> None:
    with pytest.raises(ProgramError, match="a node has at most 8 of them") as caught:
        compiled("", ".override(resources=tiphys.Resources(gpu=tiphys.GPU('A100', 9)))")

    (mistake,) = caught.value.mistakes
    assert mistake.where is not None
    assert (Path(mistake.where.file).suffix, mistake.where.line) == (".py", 15)


def test_what_an_override_says_wrong_is_refused_at_its_argument(compiled: Callable[[str, str], Any]) -> None:
    with pytest.raises(ProgramError, match="the profile has no queue `b`") as caught:
        compiled("", ".override(queue='b')")

    assert str(caught.value).splitlines()[3].strip() == "^" * len("queue='b'")


def test_settings_of_pods_that_an_orchestrator_was_given_are_told_to_have_no_effect(
    compiled: Callable[[str, str], Any],
) -> None:
    """What its environment says is meant for the tasks there."""
    (note,) = compiled("interruptible=True", "").notes

    assert "`interruptible` has no effect: `work.flow` has no pod" in note
    assert compiled("", "").notes == ()
