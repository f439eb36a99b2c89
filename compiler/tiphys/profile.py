"""The profile: how this cluster spells things, and what the tasks of a project use where they say nothing.

Read from `tiphys.toml`, or from `[tool.tiphys]` of `pyproject.toml`, in the folder of the project or above it in the
same repository. The table `profiles.NAME` is laid over it when `--profile NAME` asks for it; `--profile FILE` reads
another file instead.

    image = "registry.example/base:3.12"
    namespace = "ml"
    service_account = "runner"

    [profiles.production]
    namespace = "ml-production"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tiphys.diagnostics import UsageError, nearest
from tiphys.settings import Settings

FILE = "tiphys.toml"
PROJECT = "pyproject.toml"
NAMED = "profiles"


class Part(BaseModel):
    """A table of the profile: frozen, with no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Profile(Part):
    """What is said about the cluster.

    image: of tasks that name none. namespace: where objects go, unless the command says it. service_account: that pods
    run as. image_pull_secrets: names of Secrets with registry credentials.
    """

    image: str | None = None
    namespace: str | None = None
    service_account: str | None = None
    image_pull_secrets: tuple[str, ...] = Field(default=())

    @property
    def settings(self) -> Settings:
        """What the profile says as the level below environments."""
        return Settings(service_account=self.service_account)


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
        for file in (folder / FILE, folder / PROJECT):
            if file.is_file() and (tables := tables_of(file)) is not None:
                return read_profile(file, tables, asked)
        if (folder / ".git").exists():
            break
    if asked is not None:
        message = f"there is no profile `{asked}`: {root} has no {FILE}, and no {PROJECT} with [tool.tiphys]"
        raise UsageError(message)
    return Profile()


def tables_of(file: Path) -> dict[str, Any] | None:
    """Read the tables of a file; nothing for a `pyproject.toml` that does not speak of tiphys."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file} is not TOML: {error}"
        raise UsageError(message) from None
    if file.name != PROJECT:
        return found
    tables: dict[str, Any] | None = found.get("tool", {}).get("tiphys")
    return tables


def read_profile(file: Path, tables: Mapping[str, Any] | None, asked: str | None) -> Profile:
    """Check the tables of a file, and lay a named profile over the others. Raises UsageError."""
    said = dict(tables or {})
    named = said.pop(NAMED, {})
    if asked is not None:
        if asked not in named:
            message = f"{file} has no profile `{asked}`. {nearest(asked, sorted(named))}".rstrip()
            raise UsageError(message)
        said = merged(said, named[asked])
    try:
        return Profile.model_validate(said)
    except ValidationError as error:
        raise UsageError("\n".join(complaints(file, error))) from None


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay tables over tables: what the second says wins, key by key."""
    found = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = merged(found[key], value) if both else value
    return found


def complaints(file: Path, error: ValidationError) -> Iterator[str]:
    """Say what is wrong in a profile, where, and how to mend it."""
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        where = f"{file}:{line_of(file, path[-1])}"
        name = ".".join(path)
        if item["type"] == "extra_forbidden":
            yield f"{where}: there is no key `{name}` in a profile. {nearest(path[-1], keys_at(path[:-1]))}"
        else:
            said = str(item["msg"]).removeprefix("Value error, ")
            yield f"{where}: `{name} = {item['input']!r}`: {said}"


def keys_at(path: list[str]) -> list[str]:
    """List the keys of a table."""
    found: Any = Profile
    for part in path:
        field = found.model_fields.get(part) if isinstance(found, type) and issubclass(found, BaseModel) else None
        if field is not None:
            found = field.annotation
    return list(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else []


def line_of(file: Path, key: str) -> int:
    """Find the line of a file that says a key."""
    pattern = re.compile(rf"^\s*\[*(\w+\.)*\"?{re.escape(key)}\"?\s*(=|\])")
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if pattern.match(line):
            return number
    return 1
