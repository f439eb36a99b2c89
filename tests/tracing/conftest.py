"""Programs and the graphs they become, as printed."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tiphys.compiling import trace_task
from tiphys.loading import load_module

HEADER = """\
import asyncio
import random
import tiphys as flyte

env = flyte.TaskEnvironment("flow")


@env.task
async def load(day: int) -> list[float]: ...


@env.task
async def score(row: float, scale: int = 1) -> float: ...


@env.task
async def publish(text: str) -> str: ...


"""


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Trace the orchestrator `main` of a program; give its graphs as text, without the columns of source lines."""

    def traced(body: str, after: str = "trace") -> str:
        path = tmp_path / "flow.py"
        path.write_text(HEADER + textwrap.dedent(body))
        monkeypatch.delitem(sys.modules, "flow", raising=False)
        text = str(trace_task(load_module(path).main, after=after))
        return "\n".join(line.split(" flow.py:")[0].rstrip() for line in text.splitlines())

    return traced
