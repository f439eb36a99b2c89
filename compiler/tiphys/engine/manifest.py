"""The manifest as the engine sees it: templates by name, the program's parameters, the files of ConfigMaps."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import UsageError, nearest
from tiphys.engine.templates import Dag, Key, Pod, Template, compile_template, parameters_of

Object = Mapping[str, Any]
STORAGE = "tiphys.dev/storage"


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled manifest."""

    name: str
    entry: Key
    templates: Mapping[Key, Template]
    parameters: Mapping[str, str | None]
    """The arguments of the program, with their defaults."""
    config_maps: Mapping[str, Object]
    parallelism: int | None = None
    """How many pods of a run there are at a time, at most."""
    is_storeless: bool = False
    """It was made for a cluster without an artifact repository, so there is none here."""

    def pods(self) -> Iterator[Pod]:
        """Give every template that runs a container."""
        return (template for template in self.templates.values() if isinstance(template, Pod))

    def arguments(self, given: Mapping[str, str]) -> dict[str, str]:
        """Check the arguments of a run and fill in the defaults."""
        problems = [
            f"there is no argument `{name}`. {nearest(name, list(self.parameters))}".rstrip()
            for name in given
            if name not in self.parameters
        ]
        problems += [f"the value of `{name}` is not text" for name, text in given.items() if not isinstance(text, str)]
        missing = [name for name, default in self.parameters.items() if default is None and name not in given]
        if missing:
            problems.append(f"no value is given for {', '.join(f'`{name}`' for name in missing)}")
        if problems:
            message = f"{self.name}: {'; '.join(problems)}"
            raise UsageError(message)
        return {name: given.get(name, default or "") for name, default in self.parameters.items()}

    def files(self, config_map: str) -> dict[str, bytes]:
        """Give the files that a mounted ConfigMap shows."""
        if config_map not in self.config_maps:
            message = f"the ConfigMap `{config_map}` is mounted by {self.name}, but it is not part of the manifest"
            raise UsageError(message)
        body = self.config_maps[config_map]
        files = {name: base64.b64decode(text) for name, text in (body.get("binaryData") or {}).items()}
        return files | {name: str(text).encode() for name, text in (body.get("data") or {}).items()}


def read_manifest(manifest: Sequence[Object]) -> Program:
    """Compile every template that the entrypoint reaches."""
    workflows = [body for body in manifest if body.get("kind") in {"WorkflowTemplate", "Workflow"}]
    if not workflows:
        message = "the manifest holds no WorkflowTemplate"
        raise UsageError(message)
    libraries = {_name_of(body): {item["name"]: item for item in body["spec"]["templates"]} for body in workflows}
    name, spec = _name_of(workflows[0]), workflows[0]["spec"]
    entry = (name, str(spec["entrypoint"]))
    return Program(
        name=name,
        entry=entry,
        templates=_reach(entry, libraries),
        parameters={
            str(item["name"]): None if item.get("value") is None else str(item["value"])
            for item in parameters_of(spec.get("arguments"))
        },
        config_maps={_name_of(body): body for body in manifest if body.get("kind") == "ConfigMap"},
        parallelism=spec.get("parallelism"),
        is_storeless=((workflows[0].get("metadata") or {}).get("annotations") or {}).get(STORAGE) == "none",
    )


def _name_of(body: Object) -> str:
    metadata = body.get("metadata") or {}
    return str(metadata.get("name") or metadata.get("generateName", "workflow").rstrip("-"))


def _reach(entry: Key, libraries: Mapping[str, Mapping[str, Object]]) -> dict[Key, Template]:
    reached: dict[Key, Template] = {}
    waiting = [entry]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        library, name = key
        if name not in libraries.get(library, {}):
            known = sorted(libraries.get(library, {}))
            message = f"there is no template `{name}` in `{library}`. {nearest(name, known)}"
            raise UsageError(message)
        template = reached[key] = compile_template(libraries[library][name], library=library)
        if isinstance(template, Dag):
            waiting.extend(task.template for task in template.tasks.values())
    return reached
