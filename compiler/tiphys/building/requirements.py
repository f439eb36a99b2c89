"""Requirements files, with those that they read."""

from __future__ import annotations

import os
import re
from pathlib import Path

READS = re.compile(r"\s*(?:-r|-c|--requirement|--constraint)[\s=]*(?P<file>\S+)")
LOCAL = re.compile(r"\s*(?:(?:-e|--editable)[\s=]|\.{1,2}(?:/|$)|/|file:)")


class UnreadableRequirements(ValueError):
    """A requirements file names what is not there, or what an image cannot have."""


def laid_out(file: Path) -> dict[str, Path]:
    """Give a requirements file and all that it reads, by paths that keep to each other. Raises ValueError."""
    found: list[Path] = []
    waiting = [(file, "")]
    while waiting:
        each, by = waiting.pop(0)
        each = Path(os.path.normpath(each))
        if each in found:
            continue
        if not each.is_file():
            message = f"there is no file {each}" + (f", which {by} reads" if by else "")
            raise UnreadableRequirements(message)
        found.append(each)
        for line in each.read_text(encoding="utf-8").splitlines():
            if LOCAL.match(line):
                message = f"{each.name} names a path of this computer: {line.strip()}; an image has no such path"
                raise UnreadableRequirements(message)
            named = READS.match(line)
            if named is not None and "://" not in named["file"]:
                waiting.append((each.parent / named["file"], each.name))
    top = os.path.commonpath([each.parent for each in found])
    return {each.relative_to(top).as_posix(): each for each in found}


def name_of(file: Path) -> str:
    """Give the path of the file itself among those that it reads."""
    same = Path(os.path.normpath(file))
    return next(path for path, each in laid_out(file).items() if each == same)
