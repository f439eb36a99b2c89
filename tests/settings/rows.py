"""Rows of the table of settings: what is said at which level, and what appears in the cluster.

Each module `rows_*.py` beside this one lists `ROWS`, `REFUSALS` and `SAMPLES` of some parameters.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import tests.settings
from tiphys.argo.report import Manifest
from tiphys.authoring.task import TaskTemplate
from tiphys.compiling import compile_task
from tiphys.loading import load_module, tasks_of
from tiphys.profile import find_profile

COUNT = itertools.count()
PROGRAM = """\
import asyncio
import datetime
from datetime import timedelta
import tiphys
import tiphys as flyte
{head}
env = tiphys.TaskEnvironment("x", {environment})

@env.task({decorator})
async def f(n: int) -> int:
    return n

main_env = tiphys.TaskEnvironment("m")

@main_env.task({main})
async def main(n: int = 1) -> int:
    return await f{override}(n)

def context() -> object:
    return tiphys.with_runcontext({run})
"""
GONE = "is not there"
"""Stands in a fragment for a key that must not be there."""


@dataclass(frozen=True)
class Said:
    """What a row says.

    level: `environment`, `decorator`, `override`, `main` (the decorator of the task that is compiled), `run` (that of
    `with_runcontext`), or `profile`, where `said` is TOML. said: the argument as Python. also: what other levels say.
    """

    level: str
    said: str
    head: str = field(default="", kw_only=True)
    profile: str = field(default="", kw_only=True)
    also: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def parameter(self) -> str:
        return self.said.partition("=")[0].strip()


@dataclass(frozen=True)
class Row(Said):
    """One effect: a fragment of the template of the task's pod, or of the object of kind `of`.

    `triggered pod` is that template in the runs of a trigger. Dicts may have more keys than the fragment; each item of
    a list must be found in the list.
    """

    shows: Mapping[str, Any] = field(default_factory=dict)
    of: str = "pod"


@dataclass(frozen=True)
class Refusal(Said):
    """One mistake: words of its message, and of how to mend it."""

    message: str = ""
    mend: str = ""


def gathered(name: str) -> list[Any]:
    """Gather a list of all modules of rows."""
    return [item for module in modules() for item in getattr(module, name, ())]


def samples() -> dict[str, tuple[str, str]]:
    """Gather, for each parameter, two values as Python."""
    return {name: pair for module in modules() for name, pair in getattr(module, "SAMPLES", {}).items()}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(tests.settings.__path__):
        if found.name.startswith("rows_"):
            yield importlib.import_module(f"tests.settings.{found.name}")


def loaded(row: Said, folder: Path) -> TaskTemplate[..., Any]:
    """Write the program of a row to a file of its own, and give its `main`."""
    said = {"environment": "", "decorator": "", "override": "", "main": "", "run": "", **row.also}
    if row.level in said:
        said[row.level] = ", ".join(text for text in (said[row.level], row.said) if text)
    if said["override"]:
        said["override"] = f".override({said['override']})"
    file = folder / f"row_{next(COUNT)}.py"
    file.write_text(PROGRAM.format(head=row.head, **said))
    profile = row.profile + ("\n" + row.said if row.level == "profile" else "")
    (folder / "tiphys.toml").write_text(profile)
    try:
        return tasks_of(load_module(file))["main"]
    finally:
        sys.modules.pop(file.stem, None)


def compiled(row: Said, folder: Path) -> Manifest:
    """Compile the program of a row."""
    task = loaded(row, folder)
    run = task.function.__globals__["context"]()
    return compile_task(task, profile=find_profile(folder), said=run.said, context=run.custom_context)


def shown(row: Row, manifest: Manifest) -> Any:
    """Give what a row looks at: the template of the pod of `f`, or the object of a kind."""
    if row.of not in ("pod", "triggered pod"):
        return next(item for item in manifest.objects if item["kind"] == row.of)
    objects = manifest.objects if row.of == "pod" else [item for _, item in manifest.further]
    template = next(item for item in objects if item["kind"] == "WorkflowTemplate")
    pods = [item for item in template["spec"]["templates"] if "dag" not in item and item["name"].startswith("x-f")]
    assert len(pods) == 1, [item["name"] for item in pods]
    return pods[0]


def missing(fragment: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Say what of a fragment is not in what there is."""
    if isinstance(fragment, Mapping) and isinstance(actual, Mapping):
        for key, value in fragment.items():
            if value is GONE:
                if key in actual:
                    yield f"{path}.{key} is {actual[key]!r}, and must not be there"
            elif key not in actual:
                yield f"{path}.{key} is not there: {sorted(actual)}"
            else:
                yield from missing(value, actual[key], f"{path}.{key}")
    elif isinstance(fragment, list) and isinstance(actual, list):
        for item in fragment:
            if not any(not list(missing(item, other)) for other in actual):
                yield f"{path} has no {item!r}: {actual!r}"
    elif fragment != actual:
        yield f"{path} is {actual!r}, not {fragment!r}"
