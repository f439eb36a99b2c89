"""A folder as object store: keys are paths below it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tiphys.diagnostics import InternalError
from tiphys.engine.functions import Unevaluable
from tiphys.engine.kept import used

KEPT = "tiphys/cache/"
"""What the keys begin with of results that later runs find again."""


class Store:
    """The artifacts of a run. kept: the folder, below which runs share theirs, of what outlives the run.

    is_absent: the cluster has no artifact repository. There a pod with an input artifact never starts, and one that
    has written an output artifact ends as an Error.
    """

    def __init__(self, folder: Path, kept: Path | None = None, *, is_absent: bool = False) -> None:
        self.folder = folder
        self.is_absent = is_absent
        self._root = str(folder)
        self._kept = str(kept or folder)
        self.has_kept = False
        """Whether something was stored that outlives the run."""

    def find(self, key: str) -> str | None:
        """Give the path of what is stored under a key: a file, or, for a prefix of keys, a folder."""
        place = self._place(key)
        if not os.path.exists(place):
            return None
        if key.startswith(KEPT):
            used(place)
        return place

    def save(self, path: str, key: str) -> bool:
        """Move a file or folder into the store. Tell whether there was any."""
        if not os.path.lexists(path):
            return False
        place = self._place(key)
        self.has_kept = self.has_kept or key.startswith(KEPT)
        try:
            self._put(path, place)
        except FileNotFoundError:  # another run has removed the folder, which was empty
            self._put(path, place)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            message = f"the artifact key `{key}` is a prefix of another key, or another is one of it"
            raise InternalError(message) from None
        return True

    def _put(self, path: str, place: str) -> None:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.isdir(path):
            self._replace_folder(path, place)
        else:
            shutil.move(path, place) if os.path.islink(path) else _move(path, place)

    def _replace_folder(self, path: str, place: str) -> None:
        if os.path.isfile(place):
            raise NotADirectoryError(place)
        shutil.rmtree(place, ignore_errors=True)
        shutil.move(path, place)

    def _place(self, key: str) -> str:
        if self.is_absent:
            message = "artifact storage is not configured"
            raise Unevaluable(message)
        root = self._kept if key.startswith(KEPT) else self._root
        place = os.path.normpath(os.path.join(root, key))
        if not place.startswith(root + os.sep):
            message = f"the artifact key `{key}` leaves the store"
            raise Unevaluable(message)
        return place


def copy(source: str, path: str) -> None:
    """Copy a file or a folder to a place that is free."""
    if os.path.isdir(source):
        shutil.copytree(source, path)
    else:
        shutil.copyfile(source, path)


def _move(path: str, place: str) -> None:
    try:
        os.replace(path, place)
    except OSError as error:
        if isinstance(error, (IsADirectoryError, NotADirectoryError, FileExistsError)):
            raise
        part = f"{place}.{os.getpid()}.part"  # from another file system: whoever reads in between finds all or nothing
        shutil.copyfile(path, part)
        os.replace(part, place)
        os.unlink(path)
