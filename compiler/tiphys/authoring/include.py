"""`include` of an environment: files that its tasks read, which travel with the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import Span


@dataclass(frozen=True, repr=False)
class Included:
    """What one environment includes: files, folders and patterns, relative to the folder of the file that says it."""

    folder: Path
    patterns: tuple[str, ...]
    where: Span = field(compare=False)
    digest: str = ""
    """Of the files and their contents; known when a program is compiled."""

    def __repr__(self) -> str:
        return ", ".join(self.patterns)


def as_included(value: object) -> object:
    """Note which file says what is included. Raises ValueError."""
    if value is None or isinstance(value, Included):
        return value
    if isinstance(value, str | Path):
        msg = f"it takes several paths; write include=[{str(value)!r}]"
        raise ValueError(msg)
    if not isinstance(value, list | tuple):
        msg = "it takes a list of paths, such as ['data/table.csv', 'templates/*.html']"
        raise ValueError(msg)
    for item in value:
        if not isinstance(item, str | Path) or not str(item).strip():
            msg = f"{item!r} is no path"
            raise ValueError(msg)
    where = caller()
    return Included(Path(where.file).resolve().parent, tuple(map(str, value)), keyword(where, "include"))
