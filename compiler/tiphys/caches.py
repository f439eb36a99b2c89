"""The folder of what is kept for this user and can be made again, and how files come into it: whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path


def own_folder() -> Path:
    """Give the folder of all that is kept for this user. Raises OSError where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "tiphys"
    try:
        return Path.home() / ".cache" / "tiphys"
    except RuntimeError as error:
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder") from error


def keep(place: Path, text: str, most: int) -> None:
    """Write a file whole or not at all; of many beside it of its kind, keep the newest. Raises OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, text.encode())
    with suppress(FileNotFoundError):  # another run tidies up
        for old in sorted(place.parent.glob(f"*{place.suffix}"), key=lambda item: item.stat().st_mtime)[:-most]:
            old.unlink()


def write_whole(place: Path, data: bytes) -> None:
    """Replace a file in one step: nobody ever sees half of it. Raises OSError."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
