"""Which Python an image has, as far as its address or a script's header tells: nothing is pulled to find out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Version = tuple[int, int]

OFFICIAL = re.compile(r"([23])\.(\d+)(?![\d])")
NAMED = re.compile(r"(?:^|[^a-z])py(?:thon)?-?([23])\.(\d+)(?![\d])", re.IGNORECASE)
HEADER = re.compile(r"^# /// script\s*$\n((?:^#(?:| .*)$\n)*?)^# ///\s*$", re.MULTILINE)
CLAUSE = re.compile(r"\s*(>=|<=|==|!=|~=|>|<)\s*(\d+(?:\.\d+)*)(\.\*)?\s*")
PATCHES = 60
"""Python has no minor version with more patch releases."""


def python_of(address: str) -> Version | None:
    """Tell the Python in a well-known image by its tag: `python:3.12-slim`, `uv:python3.12-bookworm`."""
    name, _, tag = address.partition("@")[0].rpartition("/")[2].partition(":")
    found = OFFICIAL.match(tag) if name == "python" else None
    found = found or NAMED.search(tag)
    return (int(found[1]), int(found[2])) if found else None


def spelt(version: Version) -> str:
    """Write a version as people do."""
    return f"{version[0]}.{version[1]}"


@dataclass(frozen=True)
class Header:
    """What a script says about itself (PEP 723)."""

    dependencies: tuple[str, ...]
    requires: str | None


def header_of(text: str) -> Header:
    """Read the header of a script. Raises ValueError that says what is wrong with it."""
    import tomllib

    found = HEADER.search(text.replace("\r\n", "\n") + "\n")
    if found is None:
        message = "it has no header; begin it with the lines `# /// script`, `# dependencies = [...]`, `# ///`"
        raise ValueError(message)
    lines = (line.removeprefix("#").removeprefix(" ") for line in found[1].splitlines())
    try:
        said = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        message = f"its header is not TOML: {error}"
        raise ValueError(message) from None
    packages, requires = said.get("dependencies", []), said.get("requires-python")
    if not isinstance(packages, list) or not all(isinstance(item, str) for item in packages):
        message = "`dependencies` in its header must be a list of texts"
        raise ValueError(message)
    if requires is not None:
        if not isinstance(requires, str):
            message = '`requires-python` in its header must be a text, such as ">=3.12"'
            raise ValueError(message)
        allows(requires, (3, 0))
    return Header(tuple(packages), requires)


def allows(requires: str, version: Version) -> bool:
    """Say whether some release of a minor version meets a requirement such as `>=3.11,<3.14`. Raises ValueError."""
    clauses = list(clauses_of(requires))
    return any(all(meets((*version, patch), clause) for clause in clauses) for patch in range(PATCHES))


def clauses_of(requires: str) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """Split a requirement into operator, version, and whether it ends in `.*`."""
    for clause in requires.split(","):
        found = CLAUSE.fullmatch(clause)
        if found is None:
            message = f"{requires!r} is no requirement of a Python version; write one such as '>=3.12'"
            raise ValueError(message)
        yield found[1], tuple(map(int, found[2].split("."))), found[3] is not None


def meets(version: tuple[int, ...], clause: tuple[str, tuple[int, ...], bool]) -> bool:
    """Say whether a version meets one clause."""
    sign, said, is_open = clause
    exact = said + (0,) * (3 - len(said))
    match sign:
        case ">=":
            return version >= exact
        case ">":
            return version > exact
        case "<=":
            return version <= exact
        case "<":
            return version < exact
        case "~=":
            return version >= exact and version[: len(said) - 1] == said[:-1]
        case _:
            same = version[: len(said)] == said if is_open else version == exact
            return same if sign == "==" else not same
