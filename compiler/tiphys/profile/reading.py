"""From a project to its profile: which file, which of its tables, and what is wrong in it, line by line.

    image = "registry.example/base:3.12"
    namespace = "ml"

    [profiles.production]
    namespace = "ml-production"

`--profile NAME` lays the table `profiles.NAME` over the others; `--profile FILE` reads another file.
"""

from __future__ import annotations

import re
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tiphys.authoring.model import said_of
from tiphys.authoring.pod import PodTemplate
from tiphys.diagnostics import Span, UsageError, nearest, shown
from tiphys.profile.model import Profile
from tiphys.profile.pod_templates import read_pod_template, wanted
from tiphys.profile.presets import merged

FILE = "tiphys.toml"
PROJECT = "pyproject.toml"
NAMED = "profiles"
PODS = "pod_templates"
BRACES = "Argo would replace what stands in `{{`: a profile is plain text"
KINDS = {
    "string_type": "write text, in quotes",
    "tuple_type": "write a list, in brackets",
    "int_type": "write a whole number, without quotes",
    "bool_type": "write true or false, without quotes",
}
"""What pydantic says of wrong types, in TOML's words."""
PLACE = re.compile(r"(?P<said>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)
AT_END = " (at end of document)"
KEY = re.compile(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+")
HEADER = re.compile(r"\s*\[{1,2}\s*(?P<key>[^\]]+?)\s*\]{1,2}\s*(#.*)?")
ENTRY = re.compile(r"\s*(?P<key>(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.\s-])+?)\s*=")


def find_profile(root: Path, asked: str | None = None) -> Profile:
    """Read the profile of a project. asked: the name of one of its profiles, or a file.

    Raises UsageError that names the file and the key.
    """
    if asked is not None and (asked.endswith(".toml") or Path(asked).is_file()):
        file = Path(asked)
        if not file.is_file():
            message = f"there is no profile {asked}"
            raise UsageError(message)
        return read_profile(file, tables_of(file), None)
    for folder in (root, *root.parents):
        file, project = folder / FILE, folder / PROJECT
        if file.is_file():
            refuse_second(file, project)
            return read_profile(file, tables_of(file), asked)
        if project.is_file() and (tables := tables_of(project)) is not None:
            return read_profile(project, tables, asked)
        if (folder / ".git").exists():
            break
    if asked is not None:
        message = f"there is no profile `{asked}`: {root} has no {FILE}, and no {PROJECT} with [tool.tiphys]"
        raise UsageError(message)
    return Profile()


def refuse_second(file: Path, project: Path) -> None:
    """Raise UsageError for tables of a `pyproject.toml` that would not be read, as the file beside it is."""
    lines = project.read_text(encoding="utf-8", errors="replace").splitlines() if project.is_file() else []
    for number, line in enumerate(lines, 1):
        header = HEADER.fullmatch(line)
        if header is not None and parts_of(header["key"])[:2] == ["tool", "tiphys"]:
            message = f"{project}:{number}:1: {file.name} beside it is the profile, so this would not be read; keep one"
            raise UsageError(f"{message} of them{excerpt(line, 1)}")


def tables_of(file: Path) -> dict[str, Any] | None:
    """Read the tables of a file; nothing for a `pyproject.toml` that does not speak of tiphys."""
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise UsageError(message) from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].split(b"\n")
        column = len(before[-1].decode(errors="replace")) + 1
        message = f"{file}:{len(before)}:{column}: this is not UTF-8, and so no TOML"
        raise UsageError(message) from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(not_toml(file, text, str(error))) from None
    if file.name != PROJECT:
        return found
    tables: dict[str, Any] | None = found.get("tool", {}).get("tiphys")
    return tables


def not_toml(file: Path, text: str, said: str) -> str:
    """Say where a text stops being TOML, with its line: the parser's words end in the place."""
    lines = text.splitlines() or [""]
    if place := PLACE.fullmatch(said):
        line, column, said = int(place["line"]), int(place["column"]), place["said"]
    else:
        line, column, said = len(lines), len(lines[-1]) + 1, said.removesuffix(AT_END)
    text = lines[line - 1] if line <= len(lines) else ""
    return f"{file}:{line}:{column}: this is not TOML: {said[:1].lower()}{said[1:]}{excerpt(text, column)}"


def at(file: Path, path: Sequence[str], asked: str | None, said: str) -> str:
    """Say something of a key: where it stands, and its line."""
    line = line_of(file, path, asked)
    text = (file.read_text(encoding="utf-8").splitlines() or [""])[line - 1]
    column = len(text) - len(text.lstrip()) + 1
    return f"{file}:{line}:{column}: {said}{excerpt(text, column)}"


def span_of(file: Path, path: Sequence[str], asked: str | None) -> Span:
    """Give the line that says a key."""
    number = line_of(file, path, asked)
    line = file.read_text(encoding="utf-8").splitlines()[number - 1]
    return Span(str(file), number, len(line) - len(line.lstrip()), number, len(line.rstrip()))


def excerpt(text: str, column: int) -> str:
    """Show a line, with a mark below the place in it."""
    return f"\n    {text.expandtabs(1)}\n    {' ' * (column - 1)}^" if text.strip() else ""


def read_profile(file: Path, tables: Mapping[str, Any] | None, asked: str | None) -> Profile:
    """Check the tables of a file, and lay a named profile over the others. Raises UsageError."""
    said = dict(tables or {})
    named = said.pop(NAMED, {})
    if not isinstance(named, dict) or not all(isinstance(table, dict) for table in named.values()):
        raise UsageError(at(file, [NAMED], None, f"`{NAMED}` holds a table for each profile: [{NAMED}.NAME]"))
    if asked is not None and asked not in named:
        mend = nearest(asked, sorted(named)) or f"[{NAMED}.{asked}] declares it."
        message = f"{file} has no profile `{asked}`. {mend}"
        raise UsageError(message)
    found = checked(merged(said, named[asked]) if asked is not None else said, file, asked)
    for name, table in named.items():
        if name != asked:
            checked(merged(said, table), file, name)  # a mistake is told before the day it is asked for
    return found


def checked(said: Mapping[str, Any], file: Path, asked: str | None) -> Profile:
    """Check the tables of a profile. Raises UsageError."""
    if wrong := [at(file, path, asked, BRACES) for path in braces_in(said, ())]:
        raise UsageError("\n".join(wrong))
    said = {**said, **pod_templates_in(said, file, asked)}
    try:
        found = Profile.model_validate(said)
    except ValidationError as error:
        raise UsageError("\n".join(complaints(file, error, asked))) from None
    return found.read_from(lambda path: span_of(file, path, asked))


def pod_templates_in(said: Mapping[str, Any], file: Path, asked: str | None) -> dict[str, dict[str, PodTemplate]]:
    """Read the pod templates of a profile, from files too. Raises UsageError."""
    if PODS not in said:
        return {}
    found: dict[str, PodTemplate] = {}
    path = [PODS]
    try:
        for name, value in wanted(said[PODS]).items():
            path = [PODS, name]
            found[name] = read_pod_template(value, file.parent)
    except ValueError as error:
        raise UsageError(at(file, path, asked, f"`{'.'.join(path)}`: {error}")) from None
    return {PODS: found}


def braces_in(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Find the texts in which Argo would replace something: a profile has none."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from braces_in(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from braces_in(item, path)
    elif isinstance(value, str) and "{{" in value:
        yield path


def complaints(file: Path, error: ValidationError, asked: str | None) -> Iterator[str]:
    """Say what is wrong in a profile, where, and how to mend it."""
    for item in error.errors():
        path = [str(part) for part in item["loc"] if part != "[key]"]
        yield at(file, path, asked, complaint(path, item))


def complaint(path: Sequence[str], item: Any) -> str:
    """Put one of pydantic's findings into words."""
    name = ".".join(path)
    if item["type"] == "extra_forbidden":
        return f"there is no key `{name}` in a profile. {nearest(path[-1], keys_at(path[:-1]))}"
    if item["type"] == "missing":
        return f"`{name}` is not said, and must be"
    if item["type"] == "dict_type":
        return f"`{name}` holds tables with names of your own: [{name}.NAME]"
    if item["type"] == "model_type":
        keys = keys_at(path)
        return f"`{name}` is a table; its {'key is' if len(keys) == 1 else 'keys are'} {', '.join(keys)}"
    return f"`{name} = {in_toml(item['input'])}`: {KINDS.get(item['type']) or said_of(item)}"


def in_toml(value: object) -> str:
    """Write a value as TOML does, where Python writes it otherwise."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date | time) else shown(value)


def keys_at(path: Sequence[str]) -> list[str]:
    """List the keys of a table; names that users choose, and numbers in lists, lead to what they name."""
    found: type[BaseModel] = Profile
    for part in path:
        field = found.model_fields.get(part)
        if field is not None:
            found = model_in(field.annotation) or found
    return list(found.model_fields)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the table that a field holds, perhaps several of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := model_in(part))), None)


def line_of(file: Path, path: Sequence[str], asked: str | None) -> int:
    """Find the line of a file that says a key, or else the table that should; the profile that was asked for wins."""
    best, line = (0, False), 1
    for number, (own, key) in keys_of(file.read_text(encoding="utf-8").splitlines(), asked):
        common = min(len(key), len(path))
        if tuple(key[:common]) == tuple(path[:common]) and (common, own) > best:
            best, line = (common, own), number
    return line


def keys_of(lines: Sequence[str], asked: str | None) -> Iterator[tuple[int, tuple[bool, list[str]]]]:
    """Give, for each line that says a key, its number, whether the named profile says it, and the key's path."""
    table: list[str] = []
    for number, line in enumerate(lines, 1):
        if header := HEADER.fullmatch(line):
            table = parts_of(header["key"])
            path = table
        elif entry := ENTRY.match(line):
            path = [*table, *parts_of(entry["key"])]
        else:
            continue
        if path[:2] == ["tool", "tiphys"]:
            path = path[2:]
        own = path[:2] == [NAMED, asked]
        yield number, (own, path[2:] if own else path)


def parts_of(key: str) -> list[str]:
    """Split a dotted key of TOML."""
    return [part.strip("\"'") for part in KEY.findall(key)]
