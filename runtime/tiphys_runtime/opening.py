"""What a pod is called with: arguments that may be in files, and the archive they were compiled for."""

from __future__ import annotations

import os
import sys

from tiphys_runtime import envelope
from tiphys_runtime.loading import BrokenBundle, Bundle


def expanded(argument: str) -> str:
    """Give an argument, read from its file where it starts with `@`."""
    if not argument.startswith("@"):
        return argument
    with open(argument[1:], encoding="utf-8") as file:
        return file.read()


PREPARED: dict[str, Bundle] = {}  # by digest
CHECKED: dict[tuple[str, int, int], str] = {}  # what was read once in this process: path, time and size to digest


def prepare(path: str) -> None:
    """Open a bundle once for all pods that will be forked from this process. What is wrong with it, they tell."""
    try:
        with open(path, "rb") as file:
            digest = envelope.digest(file.read())
        PREPARED[digest] = opened(path, digest, alone=True)
    except (OSError, ValueError):
        pass


def opened(path: str, digest: str, *, alone: bool) -> Bundle:
    """Open the bundle. Raises BrokenBundle when it is another one, or made for another Python."""
    if alone and digest in PREPARED:
        return PREPARED[digest]
    from zipimport import ZipImportError, zipimporter

    seen = os.stat(path)
    key = (path, seen.st_mtime_ns, seen.st_size)
    is_new = key not in CHECKED
    if is_new:
        with open(path, "rb") as file:
            CHECKED[key] = envelope.digest(file.read())
    if CHECKED[key] != digest:
        found = CHECKED[key]
        raise BrokenBundle(f"the bundle at {path} is not the one this call was compiled with: its digest is {found}")
    try:
        archive = zipimporter(path)
        if is_new:
            archive.invalidate_caches()
        world = Bundle(archive.get_data, alone=alone)
    except (ZipImportError, OSError) as error:
        raise BrokenBundle(f"{path} is no bundle: {error}") from error
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if world.manifest.get("format") != 1 or world.manifest.get("python") != here:
        raise BrokenBundle(
            f"the program was compiled with Python {world.manifest.get('python')}, and the image has Python {here}; "
            "use an image with the same minor version"
        )
    return world
