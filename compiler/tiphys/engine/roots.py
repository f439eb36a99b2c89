"""The root folders of pods: fresh for each pod, but made only once where the last one can be swept clean.

Making and removing folders is what a short pod costs most, so a root goes back to the shelf of its template when
all that a pod left in it has been deleted. One that was tampered with is thrown away.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiphys.engine.containers import Container
    from tiphys.engine.templates import Pod


class Root:
    """A pod's folder. `empty` are the places of input artifacts that are empty folders now."""

    __slots__ = ("container", "empty", "mounts", "path")

    def __init__(self, path: str, container: Container, mounts: Mapping[str, str]) -> None:
        self.path = path
        self.container = container
        self.mounts = {place: mounts[name] for place, name in container.mounts}
        self.empty: set[str] = set()
        os.mkdir(path)
        for folder in container.folders:
            os.mkdir(f"{path}/{folder}")
        for place, source in self.mounts.items():
            _mount(source, f"{path}/{place}")

    def place(self, artifact: str, *, is_there: bool) -> str:
        """Prepare the place of an input artifact: free if there is one, else an empty folder."""
        path = f"{self.path}/{artifact}"
        if is_there and artifact in self.empty:
            os.rmdir(path)
            self.empty.discard(artifact)
        elif not is_there and artifact not in self.empty:
            os.mkdir(path)
            self.empty.add(artifact)
        return path

    def sweep(self) -> bool:
        """Delete what the pod left; tell whether the root is as new."""
        expected = {*self.container.folders, *self.empty}
        try:
            return self._sweep(self.path, "", expected) == len(expected) + len(self.mounts)
        except OSError:
            return False

    def _sweep(self, folder: str, prefix: str, expected: set[str]) -> int:
        kept = 0
        with os.scandir(folder) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name in expected:
                        kept += 1 + self._sweep(entry.path, f"{name}/", expected)
                    else:
                        shutil.rmtree(entry.path)
                elif name in self.mounts and os.readlink(entry.path) == self.mounts[name]:
                    kept += 1
                else:
                    os.unlink(entry.path)
        return kept


class Roots:
    """All root folders of a run; `mounts` says which folder stands for which ConfigMap."""

    def __init__(self, folder: str, mounts: Mapping[str, str]) -> None:
        self._folder = folder
        self._mounts = mounts
        self._shelf: dict[tuple[str, str], list[Root]] = {}
        self._made = 0

    def take(self, template: Pod) -> Root:
        """Give a clean root."""
        shelf = self._shelf.get(template.key)
        if shelf:
            return shelf.pop()
        self._made += 1
        return Root(f"{self._folder}/{self._made}", template.container, self._mounts)

    def give_back(self, template: Pod, root: Root) -> None:
        """Take back the root of a pod that has ended."""
        if sys.platform != "win32" and root.sweep():
            self._shelf.setdefault(template.key, []).append(root)
        else:
            shutil.rmtree(root.path, ignore_errors=True)


def _mount(source: str, path: str) -> None:
    if sys.platform == "win32":
        shutil.copytree(source, path)
    else:
        os.symlink(source, path)
