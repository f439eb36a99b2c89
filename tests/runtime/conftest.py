"""Pods: folders with a bundle of functions, run as real processes that have the standard library alone."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tiphys.bundle import Bundler, Entry, Operand, Output

FUNCTIONS = """
import asyncio
import sys
import time

from tiphys_runtime.errors import NonRecoverableError


def add(a, b=1):
    return a + b

async def slow(seconds):
    try:
        await asyncio.sleep(seconds)
    finally:
        print("cleaned")
    return "done"

async def swallows(seconds):
    try:
        await asyncio.sleep(seconds)
    except BaseException:
        pass
    return "done"

def spins(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"

async def lingers(seconds):
    await asyncio.to_thread(time.sleep, seconds)

def quits(code):
    sys.exit(code)

def interrupted():
    raise KeyboardInterrupt

def gives_up():
    raise NonRecoverableError("no use")

def divides(n):
    return 1 / n

async def adivides(n):
    try:
        await asyncio.gather(inner(n))
    except ZeroDivisionError as error:
        raise RuntimeError("wrapped") from error

async def inner(n):
    return 1 / n

def loaded():
    return sorted({name.partition(".")[0] for name in sys.modules})

def big(n):
    return "x" * n

def opaque():
    return (n for n in [1])

def group():
    raise ExceptionGroup("many", [ValueError("a"), KeyError("b")])

def length(values):
    return [len(values), [type(value).__name__ for value in values]]

class Refused(Exception):
    def __init__(self, payload):
        super().__init__("refused")
        self.payload = payload

def refuses(size):
    raise Refused("x" * size)

def noisy():
    print("called")

def recursion(n):
    return recursion(n + 1)
"""


@pytest.fixture(scope="session")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Import the program of these tests."""
    root = tmp_path_factory.mktemp("program")
    (root / "functions.py").write_text(FUNCTIONS)
    sys.path.insert(0, str(root))
    yield importlib.import_module("functions")
    sys.path.remove(str(root))
    del sys.modules["functions"]


class Pod:
    """A folder as one pod sees it, and the end of its last process."""

    def __init__(self, root: Path, data: bytes) -> None:
        self.root = root
        self.digest = hashlib.sha256(data).hexdigest()
        (root / "code").mkdir(parents=True)
        (root / "code" / "tiphys.zip").write_bytes(data)
        self.env = {"TIPHYS_POD": str(root), "TIPHYS_TERMINATION_LOG": str(root / "log"), "PYTHONHASHSEED": "0"}
        self.code = 0
        self.out = self.err = ""

    def arguments(self, entry: str, *envelopes: str) -> list[str]:
        return [self.digest, entry, "uid", "at/x", *envelopes]

    def run(self, entry: str, *envelopes: str, env: dict[str, str] | None = None) -> int:
        return self.call(*self.arguments(entry, *envelopes), env=env)

    def call(self, *arguments: str, env: dict[str, str] | None = None) -> int:
        shutil.rmtree(self.root / "out", ignore_errors=True)
        (self.root / "log").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-S", "-I", str(self.root / "code" / "tiphys.zip"), *arguments],
            env={**self.env, **(env or {})}, capture_output=True, text=True, timeout=60, cwd="/", check=False,
        )  # fmt: skip
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        return self.code

    def put(self, path: str, data: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def text(self, name: str = "v") -> str:
        return (self.root / "out" / name).read_text(encoding="ascii")

    def file(self, name: str = "v.data") -> bytes:
        return (self.root / "out" / name).read_bytes()

    def envelope(self, name: str = "v") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text(name))
        return found

    @property
    def error(self) -> dict[str, Any]:
        return self.envelope()["e"]

    @property
    def log(self) -> str:
        return (self.root / "log").read_text()


@pytest.fixture
def pod(functions: Any, tmp_path: Path) -> Callable[..., Pod]:
    """Make the pod of one entry, named as its function; settings are fields of the entry.

    types: those that envelopes of typed text name.
    """

    def made(name: str, *operands: Operand | str, types: tuple[object, ...] = (), **settings: Any) -> Pod:
        bundler = Bundler(program="functions.main", root=Path(functions.__file__).parent, is_task=lambda _value: None)
        each = tuple(Operand(one) if isinstance(one, str) else one for one in operands)
        assert [bundler.type_index(each) for each in types] == list(range(len(types)))
        bundler.add(Entry(**{
            "name": name, "task": f"env.{name}", "function": getattr(functions, name, None), "title": f"env.{name}",
            "operands": each, "args": tuple(range(len(each))), "outputs": (Output("v", "v", 2048, slot=True),),
            **settings,
        }))  # fmt: skip
        return Pod(tmp_path / "pod", bundler.build().data)

    return made
