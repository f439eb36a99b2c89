"""What the profile says of pods that run at the same time holds on this computer, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.rows import Said, loaded
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError, UsageError
from tiphys.profile import find_profile
from tiphys.runs import RunContext, with_runcontext

WORK = """
import time
work_env = tiphys.TaskEnvironment("work")

@work_env.task({})
async def work(n: int) -> tuple[float, float]:
    begun = time.monotonic()
    time.sleep(1)
    return begun, time.monotonic()

@work_env.task
async def both(n: int = 2) -> list[tuple[float, float]]:
    return list(await asyncio.gather(work(n), work(n + 1)))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("decorator", "profile", "apart"),
    [
        ("", "", False),
        ("queue='one'", "queues.one.mutex = 'work'", True),
        ("queue='one'", "queues.one.kueue = 'work'", False),
        ("", "runs.parallelism = 1", True),
    ],
)
def test_pods_that_must_not_run_together_do_not(decorator: str, profile: str, apart: bool, tmp_path: Path) -> None:
    main = loaded(Said("main", "", head=WORK.format(decorator), profile=profile), tmp_path)
    manifest = compile_task(main.function.__globals__["both"], profile=find_profile(tmp_path))
    run = RunContext(executor="forked", workdir=tmp_path / "run", parallelism=4).here(manifest, {}, None)

    (first, second) = sorted(run.result())
    assert (second[0] >= first[1]) == apart


@pytest.mark.slow
def test_a_run_can_have_another_profile(tmp_path: Path) -> None:
    profile = "[profiles.test.queues.late]\nkueue = 'a'"
    main = loaded(Said("decorator", "queue='late'", profile=profile), tmp_path)

    assert with_runcontext(profile="test", executor="in-process").run(main).result() == 1
    assert with_runcontext(profile=str(other(tmp_path)), executor="in-process").run(main).result() == 1
    with pytest.raises(ProgramError, match="the profile has no queue `late`"):
        with_runcontext().run(main)
    with pytest.raises(UsageError, match=r"has no profile `tset`\. Did you mean `test`"):
        with_runcontext(profile="tset").run(main)


def other(folder: Path) -> Path:
    """Write another profile to a file of its own."""
    file = folder / "other.toml"
    file.write_text("queues.late.kueue = 'b'")
    return file
