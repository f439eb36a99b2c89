"""The results that runs of this computer keep for later ones, and when they go: unused for long, or too many."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

UNUSED_SECONDS = 30 * 24 * 3600
"""After which a result that no run has used is removed."""
MOST_BYTES = 10 * 1024**3
"""Of all results together; the ones that have not been used for longest go first."""
PAUSE_SECONDS = 3600
SWEPT = ".swept"


def used(path: str) -> None:
    """Note that a result was used now. When it was made is in the file itself."""
    with suppress(OSError):
        os.utime(path)


def sweep_sometimes(folder: Path) -> None:
    """Remove results, at most once an hour, however many runs there are."""
    mark = folder / SWEPT
    with suppress(FileNotFoundError):
        if time.time() - mark.stat().st_mtime < PAUSE_SECONDS:
            return
    with suppress(OSError):  # nothing is kept yet, or another user's folder
        mark.touch()
        sweep(folder)


def sweep(folder: Path, *, now: float | None = None, most: int = MOST_BYTES) -> None:
    """Remove results that were not used for long, and of the others the least used until few enough bytes are left."""
    moment = time.time() if now is None else now
    left = 0
    for used_at, size, path in sorted(files_below(str(folder)), reverse=True):
        left += size
        if moment - used_at > UNUSED_SECONDS or left > most:
            with suppress(OSError):  # another run sweeps, too
                os.unlink(path)
                os.removedirs(os.path.dirname(path))


def files_below(folder: str) -> Iterator[tuple[float, int, str]]:
    """List the results: when each was used last, its bytes, its path."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from files_below(entry.path)
            elif entry.name != SWEPT:
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    yield found.st_mtime, found.st_size, entry.path
