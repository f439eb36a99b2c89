"""The archive: the members of a program with the runtime that reads them, as one file of fixed bytes."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import cloudpickle

import tiphys_runtime
from tiphys.caches import keep, own_folder

WHEN = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
UNIX = 3
THIN = "thin.py"
RUNTIME = "runtime.sha256"
KEPT = 4
"""Runtimes that are kept: of versions, and of Pythons, that this user has at a time."""
SELDOM = {"tiphys_runtime/beside.py": b"tiphys_runtime.beside", "tiphys_runtime/telling.py": b'"told"'}
"""Modules that few programs need, and what the others of their members then say."""
EXTEND = b"""from tiphys_runtime.template import AsyncFunctionTaskTemplate, TaskTemplate, task_data
"""
MAIN = b'''"""Runs one entry of the bundle: see tiphys_runtime.shim."""

import sys

if sys.argv[1:] == ["gate"]:
    from tiphys_runtime.beside import gate

    sys.exit(gate())

from tiphys_runtime.shim import main

sys.exit(main(sys.argv[1:], alone=True))
'''


def runtime_members(others: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the sources of what runs in a pod. Not compiled: bytecode may differ between patch releases of Python.

    RUNTIME holds the digest of the sources as they are installed here. others: the members of the program, which say
    what it needs.
    """
    members = dict(made_members())
    for name, sign in SELDOM.items():
        if not any(sign in data for data in others.values()):
            del members[name]
    return members


@cache
def made_members() -> dict[str, bytes]:
    sources = sources_in(tiphys_runtime.__file__)
    pickling = sources_in(cloudpickle.__file__)
    thin = thinned({f"tiphys_runtime/{name}": source for name, source in sources.items()}
                   | {f"cloudpickle/{name}": source for name, source in pickling.items()})  # fmt: skip
    top = thin.pop(f"tiphys_runtime/{THIN}")
    mark = digest_of(sources).hexdigest().encode()
    return {**thin, "tiphys/__init__.py": top, "tiphys/extend.py": EXTEND, "__main__.py": MAIN, RUNTIME: mark}


def sources_in(package: str) -> dict[str, bytes]:
    """Read the sources of a package: their names in order, and texts."""
    return {file.name: file.read_bytes() for file in sorted(Path(package).parent.glob("*.py"))}


def digest_of(sources: Mapping[str, bytes]) -> hashlib._Hash:
    """Hash sources."""
    mark = hashlib.sha256()
    for name, source in sources.items():
        mark.update(name.encode() + b"\0" + source + b"\0")
    return mark


def thinned(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out of sources what nobody runs. It takes longer than all else of a small program, so it is kept.

    What is kept counts for the same sources, the same way of thinning, and the version of Python that wrote it.
    """
    way = Path(__file__).with_name("thinning.py").read_bytes()
    mark = digest_of({**sources, "": way + sys.version.encode()}).hexdigest()
    try:
        place = own_folder() / "runtime" / f"{mark}.json"
        found = json.loads(place.read_bytes())
        if isinstance(found, dict) and found.keys() == sources.keys():
            return {name: text.encode() for name, text in found.items()}
    except (OSError, ValueError):  # not there, no home, or not whole
        pass
    from tiphys.bundling.thinning import bare

    made = {name: bare(source) for name, source in sources.items()}
    with suppress(OSError):
        place = own_folder() / "runtime" / f"{mark}.json"
        keep(place, json.dumps({name: text.decode() for name, text in made.items()}), most=KEPT)
    return made


def pack(members: dict[str, bytes]) -> bytes:
    """Write an archive: stored, not compressed, as compressors differ between builds of Python."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, WHEN)
            info.create_system = UNIX
            info.external_attr = MODE
            archive.writestr(info, members[name])
    return target.getvalue()
