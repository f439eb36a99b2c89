"""Dockerfiles that users wrote: what they copy from their folder, and which Python their last stage begins with."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterator

from tiphys.building.ignoring import compiled
from tiphys.building.pythons import Version, python_of

BINDS = re.compile(r"--mount=(?!\S*type=)|--mount=\S*type=bind")
"""A mount that says no type is a bind, too."""
Wanted = Callable[[str], bool]


def copied(text: str) -> Wanted | None:
    """Give what tells whether a path is copied; None where only the build can know."""
    patterns: list[re.Pattern[str]] = []
    for name, rest in instructions(text):
        if name == "RUN" and BINDS.search(rest):
            return None
        if name in ("COPY", "ADD"):
            sources = sources_of(rest)
            if sources is None or any("$" in source for source in sources):
                return None
            for source in sources:
                plain = posixpath.normpath(source.strip("/") or ".")
                if plain == ".":
                    return None
                patterns.append(compiled(plain))
    return lambda path: any(pattern.fullmatch(path) for pattern in patterns)


def is_bound(text: str) -> bool:
    """Say whether an instruction sees files of the context without copying them."""
    return any(name == "RUN" and BINDS.search(rest) for name, rest in instructions(text))


def sources_of(rest: str) -> list[str] | None:
    """Read the sources of a COPY or ADD: those in the context. None where they cannot be read."""
    words = rest.split()
    flags = [word for word in words if word.startswith("--")]
    if any(flag.startswith("--from") for flag in flags):
        return []
    body = rest
    while body.startswith("--"):
        body = body.partition(" ")[2].lstrip()
    try:
        parts = json.loads(body) if body.startswith("[") else shlex.split(body)
    except ValueError:
        return None
    sources = [str(part) for part in parts[:-1]]
    return [source for source in sources if "://" not in source and not source.startswith("<<")]


def python_in(text: str) -> Version | None:
    """Tell the Python of the image that the last stage begins with, where its address says so."""
    stages: dict[str, str] = {}
    last = ""
    for name, rest in instructions(text):
        if name == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            if not words:
                return None
            last = stages.get(words[0].lower(), words[0])
            if len(words) == 3 and words[1].upper() == "AS":
                stages[words[2].lower()] = last
    return python_of(last) if "$" not in last else None


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Split a Dockerfile into instructions: the name in capitals, and the rest on one line."""
    whole = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        if line.rstrip().endswith("\\"):
            whole += line.rstrip()[:-1] + " "
            continue
        name, _, rest = (whole + line).strip().partition(" ")
        whole = ""
        if name:
            yield name.upper(), rest.strip()
