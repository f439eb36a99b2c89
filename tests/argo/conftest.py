"""Programs as text, compiled; and the parts of their manifests."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tiphys.argo.report import Manifest
from tiphys.authoring.task import TaskTemplate
from tiphys.compiling import compile_task

COUNT = itertools.count()
HEAD = "import asyncio\nimport tiphys\nenv = tiphys.TaskEnvironment(name='e')\n"


class Lowered:
    """A compiled program, its templates by name."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.config, self.template = manifest.objects
        self.spec: Mapping[str, Any] = self.template["spec"]
        self.templates: Mapping[str, Mapping[str, Any]] = {item["name"]: item for item in self.spec["templates"]}

    def __getitem__(self, name: str) -> Any:
        return self.templates[name]

    @property
    def entry(self) -> Any:
        """The template that a run starts with."""
        return self.templates[self.spec["entrypoint"]]

    def tasks(self, name: str | None = None) -> dict[str, Any]:
        """Give the tasks of a DAG, by name."""
        template = self.entry if name is None else self.templates[name]
        return {task["name"]: task for task in template["dag"]["tasks"]}

    def arguments(self, task: str, template: str | None = None) -> dict[str, str]:
        """Give the arguments of one task of a DAG."""
        return parameters(self.tasks(template)[task].get("arguments"))


def parameters(section: Any) -> dict[str, Any]:
    """Give parameters by name: the value, or where it comes from."""
    items = (section or {}).get("parameters", ())
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in items}


def artifacts(section: Any) -> dict[str, Any]:
    """Give artifacts by name."""
    return {item["name"]: item for item in (section or {}).get("artifacts", ())}


Load = Callable[..., TaskTemplate[..., Any]]
Lower = Callable[..., Lowered]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Write a program to a file of its own, and give a task of it; `env` and the imports are there already."""
    names = []

    def loaded(text: str, task: str = "main") -> TaskTemplate[..., Any]:
        name = f"lowered_{next(COUNT)}"
        file = tmp_path / f"{name}.py"
        file.write_text(HEAD + text)
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        names.append(name)
        spec.loader.exec_module(module)
        found = getattr(module, task)
        assert isinstance(found, TaskTemplate)
        return found

    yield loaded
    for name in names:
        del sys.modules[name]


@pytest.fixture
def lower(load: Load) -> Lower:
    """Compile a program given as text."""

    def lowered(text: str, task: str = "main", **options: Any) -> Lowered:
        return Lowered(compile_task(load(text, task), **options))

    return lowered
