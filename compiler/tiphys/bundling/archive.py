"""The archive: the members of a program with the runtime that reads them, as one file of fixed bytes."""

from __future__ import annotations

import hashlib
import io
import tokenize
import zipfile
from functools import cache
from pathlib import Path

import cloudpickle

import tiphys_runtime

WHEN = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
UNIX = 3
THIN = "thin.py"
RUNTIME = "runtime.sha256"
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


def runtime_members() -> dict[str, bytes]:
    """Give the sources of what runs in a pod. Not compiled: bytecode may differ between patch releases of Python.

    RUNTIME holds the digest of the sources as they are installed here.
    """
    return dict(made_members())


@cache
def made_members() -> dict[str, bytes]:
    home = Path(tiphys_runtime.__file__).parent
    sources = {file.name: file.read_bytes() for file in sorted(home.glob("*.py"))}
    members = {f"tiphys_runtime/{name}": bare(source) for name, source in sources.items() if name != THIN}
    pickling = Path(cloudpickle.__file__).parent
    members |= {f"cloudpickle/{file.name}": bare(file.read_bytes()) for file in pickling.glob("*.py")}
    mark = hashlib.sha256()
    for name, source in sources.items():
        mark.update(name.encode() + b"\0" + source + b"\0")
    return {
        **members,
        "tiphys/__init__.py": bare(sources[THIN]),
        "tiphys/extend.py": EXTEND,
        "__main__.py": MAIN,
        RUNTIME: mark.hexdigest().encode(),
    }


def bare(source: bytes) -> bytes:
    """Leave out comments and docstrings, but for a licence: a bundle has to fit in a ConfigMap. Lines stay in place."""
    lines = source.decode().splitlines(keepends=True)
    tokens = [each for each in tokenize.tokenize(io.BytesIO(source).readline) if each.type != tokenize.NL]
    begins = (tokenize.ENCODING, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    code = [each for each in tokens if each.type != tokenize.COMMENT]
    for before, token, after in zip(code, code[1:], code[2:], strict=False):
        is_statement = before.type in begins and after.type == tokenize.NEWLINE
        if token.type == tokenize.STRING and is_statement and "Copyright" not in token.string:
            (first, start), (last, end) = token.start, token.end
            rest = lines[last - 1][end:]
            lines[first - 1] = lines[first - 1][:start] + '""' + (rest if first == last else "\n")
            lines[first:last] = ["\n"] * (last - first - 1) + ([rest] if first != last else [])
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row = token.start[0] - 1
            kept = lines[row].removesuffix("\n").removesuffix(token.string)
            lines[row] = kept.rstrip() + "\n"
    return "".join(lines).encode()


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
