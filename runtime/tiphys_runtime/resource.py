"""Objects of Kubernetes as tasks: the manifest that a task gives, and what has become of its object.

A manifest travels as JSON in which nothing is left that Argo would replace.
"""

from __future__ import annotations

import base64
import json
import re

from tiphys_runtime.errors import NonRecoverableError, ResourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

INPUT = re.compile(r"\{\{\s*\.?inputs\.(\w+)\s*\}\}")


class Filled:
    """Gives a manifest in which the values of inputs stand: a text that is one input is the value itself."""

    def __init__(self, manifest: Any) -> None:
        self.manifest = manifest

    def __call__(self, **values: Any) -> Any:
        return filled(self.manifest, values)


def filled(form: Any, values: dict[str, Any]) -> Any:
    """Put values into a form of dicts and lists. What a value holds is never looked at."""
    if isinstance(form, dict):
        return {filled(key, values): filled(item, values) for key, item in form.items()}
    if isinstance(form, list):
        return [filled(item, values) for item in form]
    if not isinstance(form, str):
        return form
    whole = INPUT.fullmatch(form)
    if whole is not None:
        return plain(values[whole[1]])
    return INPUT.sub(lambda found: as_text(plain(values[found[1]])), form)


def as_text(value: Any) -> str:
    """Give a value as a part of a text."""
    return value if isinstance(value, str) else json.dumps(value)


def plain(value: Any) -> Any:
    """Give the plain JSON of a value. Raises ValueError."""
    from tiphys_runtime import files

    return files.plain(value)


class Manifest:
    """The body of the pod that makes a manifest: calls the task's function, and checks what it gives."""

    def __init__(self, task: str, function: Callable[..., Any], *, owned: bool) -> None:
        self.task = task
        self.function = function
        self.owned = owned

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        made = self.function(*args, **kwargs)
        return self.later(made) if hasattr(made, "__await__") else self.written(made)

    async def later(self, made: Any) -> str:
        return self.written(await made)

    def written(self, made: Any) -> str:
        return written(self.task, made, [owner()] if self.owned else [])


def owner() -> dict[str, object]:
    """Give the reference to the run, with which its objects go.

    Argo could add it: it reads and writes the manifest for that, and replaces what then looks like a tag.
    """
    from tiphys_runtime.context import ctx

    action = ctx().action
    assert action is not None
    run = {"name": action.run_name, "uid": action.run_uid}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", **run, "blockOwnerDeletion": True}


def written(task: str, manifest: Any, owners: Sequence[dict[str, object]] = ()) -> str:
    """Write a manifest. Raises NonRecoverableError where it is none."""
    problem = None
    if not isinstance(manifest, dict):
        problem = f"a {type(manifest).__name__}, not a dict"
    elif not all(isinstance(manifest.get(key), str) and manifest[key] for key in ("apiVersion", "kind")):
        problem = "no manifest: it needs `apiVersion` and `kind`"
    if problem is not None:
        raise NonRecoverableError(f"the task {task} gives {problem}")
    metadata = manifest.get("metadata") or {}
    if not metadata.get("name") and not metadata.get("generateName"):
        metadata = {**metadata, "generateName": f"{re.sub('[^a-z0-9]+', '-', task.lower())}-"}
    if owners:
        metadata = {**metadata, "ownerReferences": [*metadata.get("ownerReferences", []), *owners]}
    try:
        text = json.dumps(plain({**manifest, "metadata": metadata}))
    except ValueError as error:
        raise NonRecoverableError(f"the manifest of the task {task} is no plain data: {error}") from None
    return text.replace("{{", "{\\u007b")


def read(outcome: Any, task: str, outputs: Sequence[tuple[str, str]]) -> Any:
    """Give what has become of the object: all of it, or the values at some places in it.

    outcome: the object as base64 of JSON; anything else where it failed. Raises ResourceError.
    """
    if not isinstance(outcome, str):
        raise ResourceError(
            f"the object of the task {task} failed, or could not be created; Argo's node of it has the message"
        )
    found = json.loads(base64.b64decode(outcome))
    if not outputs:
        return found
    values = [at(found, path, task) for _, path in outputs]
    return values[0] if len(values) == 1 else tuple(values)


def at(found: Any, path: str, task: str) -> Any:
    """Follow a dotted path into an object. Raises ResourceError."""
    for part in path.split("."):
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ResourceError(f"the object of the task {task} has no `{path}`") from None
    return found


class Reading:
    """The body of the pod that reads what has become of an object."""

    def __init__(self, task: str, outputs: Sequence[tuple[str, str]]) -> None:
        self.task = task
        self.outputs = outputs

    def __call__(self, outcome: Any) -> Any:
        return read(outcome, self.task, self.outputs)
