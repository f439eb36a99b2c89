"""What a class of the user's says of its tasks when a program is compiled: asked for, and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tiphys.authoring.interface import DataLoadingConfig, SerializationContext
from tiphys.authoring.labels import is_key
from tiphys.diagnostics import AuthoringError, Mistake, Span, shown

if TYPE_CHECKING:
    from tiphys.authoring.task import TaskTemplate

CONTEXT = SerializationContext()
WHEN = "It is called when the program is compiled."


def asked(task: TaskTemplate[..., Any], hook: str) -> Any:
    """Call a hook. Raises AuthoringError where it raises."""
    try:
        return getattr(task, hook)(CONTEXT)
    except AuthoringError:
        raise
    except Exception as error:  # noqa: BLE001  whatever the user's code raises
        text = f"`{called(task, hook)}` raised {type(error).__name__}: {error}"
        raise AuthoringError(Mistake(text, line_of(error, task, hook), WHEN)) from None


def called(task: TaskTemplate[..., Any], hook: str) -> str:
    """Name a hook as people know it."""
    return f"{type(task).__name__}.{hook}"


def line_of(error: BaseException, task: TaskTemplate[..., Any], hook: str) -> Span:
    """Find the line of the hook's file at which an exception passed; else that of the task."""
    code = getattr(getattr(type(task), hook), "__code__", None)
    found, trace = task.where, error.__traceback__
    while trace is not None:
        if code is not None and trace.tb_frame.f_code.co_filename == code.co_filename:
            found = Span(code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found


def wrong(task: TaskTemplate[..., Any], hook: str, value: object, mend: str) -> AuthoringError:
    """Say that a hook gives something else than it should."""
    return AuthoringError(Mistake(f"`{called(task, hook)}` gives {shown(value)}", task.where, mend))


def loading_of(task: TaskTemplate[..., Any]) -> DataLoadingConfig:
    """Ask where a container finds its inputs. Raises AuthoringError."""
    found = asked(task, "data_loading_config")
    if found is not None and not isinstance(found, DataLoadingConfig):
        raise wrong(task, "data_loading_config", found, "Let it give a `tiphys.extend.DataLoadingConfig`, or None.")
    return found or DataLoadingConfig()


def plugin_marks(task: TaskTemplate[..., Any]) -> dict[str, str]:
    """Give the annotations that a plugin's task asks for. Raises AuthoringError."""
    found = {}
    if task.task_type != "python":
        found["task-type"] = task.task_type + (f"/{task.task_type_version}" if task.task_type_version else "")
    config = asked(task, "config")
    if not isinstance(config, Mapping):
        raise wrong(task, "config", config, "Let it give a dict of texts, such as {'size': 'large'}.")
    for name, value in sorted(config.items(), key=str):
        if not is_key(f"config.{name}"):
            raise wrong(task, "config", config, f"{name!r} becomes part of an annotation's key: letters, digits, `-`.")
        found[f"config.{name}"] = str(value)
    if custom := asked(task, "custom_config"):
        try:
            found["custom-config"] = json.dumps(custom, sort_keys=True, default=as_text)
        except (TypeError, ValueError) as error:
            raise wrong(task, "custom_config", custom, f"Let it give what JSON can hold: {error}.") from None
    query = asked(task, "sql")
    if query is not None and not isinstance(query, str):
        raise wrong(task, "sql", query, "Let it give a text, or None.")
    return {f"tiphys.dev/{name}": value for name, value in {**found, **({"sql": query} if query else {})}.items()}


def as_text(value: object) -> str:
    """Write what JSON does not know; an object that says nothing of itself would be another text each time."""
    if type(value).__repr__ is object.__repr__ and type(value).__str__ is object.__str__:
        msg = f"`{type(value).__name__}` has no text of its own"
        raise TypeError(msg)
    return str(value)
