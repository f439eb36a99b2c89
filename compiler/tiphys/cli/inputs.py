"""The inputs of a task on the command line: a typed flag each, or one JSON object."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tiphys.arguments import from_texts
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import UsageError, nearest


def take(
    task: TaskTemplate[..., Any], words: Iterable[str], given: str | None, *, fixed: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Read flags (`--depth 3`, `--depth=3`, `--fast`, `--no-fast`) and `--inputs`; a flag wins over the object.

    fixed: inputs that have their value already.

    Raises UsageError naming every wrong one, with its type and an example.
    """
    values = read_object(given) if given is not None else {}
    flags = read_flags(task, list(words))
    return from_texts(task, flags, {name: value for name, value in values.items() if name not in flags}, fixed=fixed)


def read_object(given: str) -> dict[str, Any]:
    """Read `--inputs`: an object, `@file`, or `-` for standard input."""
    if given == "-":
        text, where = sys.stdin.read(), "standard input"
    elif given.startswith("@"):
        where = given[1:]
        try:
            text = Path(where).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:  # no UTF-8, or a name that no file can have
            why = "write --inputs @FILE" if not where else error.strerror if isinstance(error, OSError) else str(error)
            message = f"--inputs: {where or '@'} cannot be read: {why}"
            raise UsageError(message) from None
    else:
        text, where = given, "--inputs"
    try:
        held = json.loads(text, object_pairs_hook=once)
    except Twice as error:
        message = f"{where} says {error} twice; say it once"
        raise UsageError(message) from None
    except (ValueError, RecursionError) as error:
        message = f"{where} is not JSON: {error}; write an object, such as --inputs '{{\"depth\": 3}}'"
        raise UsageError(message) from None
    if not isinstance(held, dict):
        message = f"{where} must be a JSON object of inputs, such as '{{\"depth\": 3}}'"
        raise UsageError(message)
    return held


class Twice(Exception):
    """A key of a JSON object is said twice."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; of a key that is said twice the last would win in silence. Raises Twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Twice(json.dumps(name))
        found[name] = value
    return found


def read_flags(task: TaskTemplate[..., Any], words: list[str]) -> dict[str, str]:
    """Read the flags of a task's inputs."""
    from tiphys.tracing.tasks import interface_of

    types = interface_of(task).types
    spelled = {name.replace("_", "-"): name for name in types} | {name: name for name in types}
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            continue
        if not word.startswith("--"):
            message = f"{word!r} is no flag; inputs are written as {example_flags(types)}"
            raise UsageError(message)
        flag, equals, value = word[2:].partition("=")
        is_denied = flag.startswith("no-") and flag not in spelled and types.get(spelled.get(flag[3:], "")) is bool
        name = spelled.get(flag[3:] if is_denied else flag)
        if name is None:
            message = f"`{task.name}` has no input `{flag}`. {nearest(flag, list(types))}".strip()
            raise UsageError(message)
        if name in found:
            message = f"the input `{name}` is said twice; say it once"
            raise UsageError(message)
        if is_denied and equals:
            message = f"`--{flag}` takes no value; write `--{flag[3:]}={value}`"
            raise UsageError(message)
        if is_denied:
            found[name] = "false"
        elif equals:
            found[name] = value
        elif types[name] is bool and (not rest or rest[0].startswith("--") or rest[0].lower() not in ("true", "false")):
            found[name] = "true"
        elif not rest:
            message = f"`--{flag}` needs a value: {example_flags({name: types[name]})}"
            raise UsageError(message)
        else:
            found[name] = rest.pop(0)
    return found


def example_flags(types: dict[str, Any]) -> str:
    """Show how inputs are given."""
    from tiphys_runtime import convert

    return " ".join(f"--{name.replace('_', '-')} {convert.example(kind)}" for name, kind in types.items()) or "(none)"


def help_text(task: TaskTemplate[..., Any]) -> str:
    """Describe a task and its inputs, in the order of its signature, from annotations and docstring."""
    from tiphys.tracing.tasks import interface_of
    from tiphys_runtime import convert

    interface = interface_of(task)
    docs = parameter_docs(task.description)
    lines = [f"{task.name}", *([task.description.strip()] if task.description else []), "", "Inputs:"]
    for item in interface.parameters:
        kind = interface.types[item.name]
        default = " (required)" if item.default is inspect.Parameter.empty else f" (default {item.default!r})"
        said = f"  {docs[item.name]}" if item.name in docs else ""
        lines.append(f"  --{item.name.replace('_', '-')}  {convert.name_of(kind)}{default}{said}")
    return "\n".join(lines if interface.parameters else [*lines, "  (none)"])


def parameter_docs(text: str) -> dict[str, str]:
    """Find what a docstring says of each parameter: `name: what it is`, in any of the usual styles."""
    import re

    found = re.findall(r"^[ \t]*(?::param[ \t]+)?(\w+)[ \t]*(?:\([^)]*\))?[ \t]*:[ \t]+(\S.*)$", text, re.MULTILINE)
    return {name: said.strip() for name, said in found if name not in ("Args", "Returns", "Raises", "Example")}
