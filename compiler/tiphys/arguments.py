"""The inputs of a run: from Python values or from what people type, to the texts that travel."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.bundling.live import LiveWorld
from tiphys.diagnostics import UsageError, nearest
from tiphys_runtime import codec


def from_values(task: TaskTemplate[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, str]:
    """Bind Python values to a task's inputs, each as tagged JSON.

    Raises UsageError as a call would, and for every value that is none of its input's type.
    """
    from tiphys.tracing.tasks import interface_of
    from tiphys_runtime import convert

    try:
        bound = inspect.signature(task.function).bind(*args, **kwargs)
    except TypeError as error:
        shown = ", ".join(str(item) for item in inspect.signature(task.function).parameters.values())
        message = f"`{task.name}`: {error}\n  Its inputs are ({shown})."
        raise UsageError(message) from None
    world, types = LiveWorld(), interface_of(task).types
    found = {name: codec.dump(value, world) for name, value in bound.arguments.items()}
    wrong = []
    for name, text in found.items():
        try:
            convert.from_text(text, types[name], world)
        except ValueError as error:
            wrong.append(f"`{name}`: {error}")
    if wrong:
        raise UsageError("\n".join(wrong))
    return found


def from_texts(
    task: TaskTemplate[..., Any],
    texts: Mapping[str, str],
    values: Mapping[str, Any] | None = None,
    *,
    fixed: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Check what people gave for a task's inputs, and write each as tagged JSON.

    texts: typed words: JSON, or bare where the type allows. values: plain JSON values. fixed: inputs that were bound
    when the program was compiled. Raises UsageError with the parameter, its type and an example, for every wrong one.
    """
    from tiphys.tracing.tasks import interface_of
    from tiphys_runtime import convert

    interface = interface_of(task)
    world = LiveWorld()
    wrong: list[str] = []
    found: dict[str, str] = {}
    given: dict[str, tuple[Any, Any]] = {name: (text, convert.from_text) for name, text in texts.items()}
    given |= {name: (value, convert.from_json) for name, value in (values or {}).items()}
    for name, (value, read) in given.items():
        if name in fixed:
            wrong.append(f"`{name}` is bound already, and cannot be given to a run")
        elif name not in interface.types:
            wrong.append(f"`{task.name}` has no input `{name}`. {nearest(name, list(interface.types))}".strip())
        else:
            try:
                found[name] = codec.dump(read(value, interface.types[name], world), world)
            except ValueError as error:
                wrong.append(f"`{name}`: {error}")
    missing = [
        f"`{item.name}` is missing: {type_and_example(interface.types[item.name])}"
        for item in interface.parameters
        if item.default is item.empty and item.name not in given and item.name not in fixed
    ]
    if wrong or missing:
        raise UsageError("\n".join([*wrong, *missing]))
    return found


def type_and_example(kind: Any) -> str:
    """Write a type for people, with a value of it."""
    from tiphys_runtime import convert

    return f"{convert.name_of(kind)}, such as {convert.example(kind)}"
