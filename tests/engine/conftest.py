"""Fixtures of the engine's tests: `play` runs templates, in this process unless it is told otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import standin

from tiphys.engine import InProcess, LocalRun, execute


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., LocalRun]:
    """Run templates (the first is the entrypoint) whose pods do what their snippet says."""
    count = 0

    def run(*templates: dict[str, Any], snippets: dict[str, str], executor: Any = None, **more: Any) -> LocalRun:
        nonlocal count
        count += 1
        arguments = more.pop("arguments", {})
        parameters = more.pop("parameters", {})
        manifest = standin.manifest(*templates, snippets=snippets, **parameters)
        if "storage" in more:
            manifest[0]["metadata"]["annotations"] = {"tiphys.dev/storage": more.pop("storage")}
        return execute(
            manifest,
            arguments,
            executor=executor or InProcess(standin.shim_of(snippets)),
            workdir=tmp_path / f"run{count}",
            **{"time_scale": 0.0, **more},
        )

    return run


@pytest.fixture
def phases() -> Callable[[LocalRun], dict[str, str]]:
    """Give the phase of every node by its path below the entrypoint."""

    def of(run: LocalRun) -> dict[str, str]:
        return {path.partition(".")[2]: node["phase"] for path, node in run.nodes.items() if "." in path}

    return of
