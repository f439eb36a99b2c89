"""The archive: the members of a program with the runtime that reads them, as one file of fixed bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import cloudpickle

import tiphys_runtime

WHEN = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
UNIX = 3
THIN = "thin.py"
MAIN = b'''"""Runs one entry of the bundle: see tiphys_runtime.shim."""

import sys

from tiphys_runtime.shim import main

sys.exit(main(sys.argv[1:], alone=True))
'''


def runtime_members() -> dict[str, bytes]:
    """Read the sources of what runs in a pod. Not compiled: bytecode may differ between patch releases of Python."""
    home = Path(tiphys_runtime.__file__).parent
    members = {f"tiphys_runtime/{file.name}": file.read_bytes() for file in home.glob("*.py") if file.name != THIN}
    pickling = Path(cloudpickle.__file__).parent
    members |= {f"cloudpickle/{file.name}": file.read_bytes() for file in pickling.glob("*.py")}
    return {**members, "tiphys/__init__.py": (home / THIN).read_bytes(), "__main__.py": MAIN}


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
