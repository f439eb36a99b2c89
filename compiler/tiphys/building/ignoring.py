"""Rules of `.dockerignore`: what of a folder does not go into an image."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NEVER = (".git", "**/__pycache__", "**/*.pyc", "**/.DS_Store", "**/.venv")
"""What nobody wants in an image, whatever the rules say; a rule `!...` brings it back."""


@dataclass(frozen=True)
class Rules:
    """Patterns in order; the last that matches a path, or a folder above it, decides."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    def drop(self, path: str) -> bool:
        """Say whether a path, relative to the folder, is left out."""
        dropped = False
        for pattern, keeps in self.patterns:
            if pattern.fullmatch(path):
                dropped = not keeps
        return dropped

    @property
    def brings_back(self) -> bool:
        """Whether some rule brings back what others left out: then folders that are left out are looked into."""
        return any(keeps for _, keeps in self.patterns)


def rules_of(lines: Iterable[str]) -> Rules:
    """Read rules, those of `NEVER` before them."""
    found = []
    for line in (*NEVER, *lines):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        keeps = text.startswith("!")
        body = text.removeprefix("!").strip().removeprefix("./").strip("/")
        if body:
            found.append((compiled(body), keeps))
    return Rules(tuple(found))


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; one with a broken `[...]` stands for itself."""
    try:
        return re.compile(expression(pattern))
    except re.error:
        return re.compile(re.escape(pattern) + "(?:/.*)?")


def expression(pattern: str) -> str:
    """Write a pattern as a regular expression that matches the path and all that is below it."""
    parts: list[str] = []
    rest = pattern
    while rest:
        if rest.startswith("**/"):
            parts.append("(?:.*/)?")
            rest = rest[3:]
        elif rest.startswith("**"):
            parts.append(".*")
            rest = rest[2:]
        elif rest[0] == "[" and (end := rest.find("]", 1)) > 0:
            parts.append(rest[: end + 1])
            rest = rest[end + 1 :]
        elif rest[0] == "\\" and len(rest) > 1:
            parts.append(re.escape(rest[1]))
            rest = rest[2:]
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(rest[0]) or re.escape(rest[0]))
            rest = rest[1:]
    return "".join(parts) + "(?:/.*)?"
