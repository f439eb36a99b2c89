"""A task that may be taken away and is not started again is told of; the others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.rows import Said, compiled

SPOT = "interruptible = 'gke'\n"


@pytest.mark.parametrize(
    ("decorator", "profile", "told"),
    [
        ("interruptible=True", SPOT, True),
        ("interruptible=True", SPOT + "retries.lost = 2", False),
        ("interruptible=True", SPOT + "retries.lost = 0", True),
        ("interruptible=True, retries=1", SPOT, False),
        ("interruptible=True, retries=tiphys.RetryStrategy(0, lost=1)", SPOT, False),
        ("interruptible=True", "interruptible = false", False),
        ("", SPOT, False),
    ],
)
def test_a_task_that_is_not_started_again_is_told_of(decorator: str, profile: str, told: bool, tmp_path: Path) -> None:
    notes = compiled(Said("decorator", decorator, profile=profile), tmp_path).notes

    assert [("`x.f` is interruptible" in note, "lost=3" in note) for note in notes] == [(True, True)] * told
