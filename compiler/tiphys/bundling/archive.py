"""The archive: the members of a program with the runtime that reads them, as one file of fixed bytes."""

from __future__ import annotations

import importlib.util
import io
import marshal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import cloudpickle
import tiphys_runtime

WHEN = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
UNIX = 3
UNCHECKED = 1  # found by the hash of its source, which nobody checks
THIN = "thin.py"
MAIN = b'''"""Runs one entry of the bundle: see tiphys_runtime.shim."""

import sys

from tiphys_runtime.shim import main

code = main(sys.argv[1:], alone=True)
if code == 4:  # threads of the task may still run
    import os

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
sys.exit(code)
'''


def runtime_members() -> dict[str, bytes]:
    """Read the sources of what runs in a pod, and compile those that every pod needs."""
    home = Path(tiphys_runtime.__file__).parent
    sources = {f"tiphys_runtime/{file.name}": file.read_bytes() for file in home.glob("*.py") if file.name != THIN}
    compiled = {f"{name}c": compiled_module(name, source) for name, source in sources.items()}
    pickling = Path(cloudpickle.__file__).parent
    foreign = {f"cloudpickle/{file.name}": file.read_bytes() for file in pickling.glob("*.py")}
    return {**sources, **compiled, **foreign, "tiphys/__init__.py": (home / THIN).read_bytes(), "__main__.py": MAIN}


def compiled_module(name: str, source: bytes) -> bytes:
    """Compile a module without docstrings. Another Python minor passes it over and reads the source."""
    code = compile(source, name, "exec", dont_inherit=True, optimize=2)
    header = importlib.util.MAGIC_NUMBER + UNCHECKED.to_bytes(4, "little") + importlib.util.source_hash(source)
    return header + marshalled(code)


def marshalled(code: CodeType) -> bytes:
    """Marshal code to bytes that do not depend on what else this process holds.

    Marshal writes a back reference where the same object comes again, and marks each object that someone else
    holds too. So nothing may be the same by chance (version 2 knows no references), and everything is held.
    """
    fresh = marshal.loads(marshal.dumps(code, 2))  # noqa: S302
    held = list(parts(fresh))
    data = marshal.dumps(fresh, 4)
    del held
    return data


def parts(code: CodeType) -> Iterator[object]:
    """Yield whatever code is made of."""
    for name in dir(code):
        if name.startswith("co_") and name not in ("co_lines", "co_positions", "co_lnotab", "co_branches"):
            waiting = [getattr(code, name)]
            while waiting:
                part = waiting.pop()
                yield part
                if isinstance(part, tuple):
                    waiting.extend(part)
                elif isinstance(part, CodeType):
                    yield from parts(part)


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
