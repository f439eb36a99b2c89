"""A program in a folder of its own, its bundle, and pods that run it with nothing but the bundle."""

from __future__ import annotations

import base64
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tiphys.bundle import Bundle, Bundler, Entry, Operand, Output

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Import a program from a fresh folder, and forget it afterwards."""
    root = tmp_path / "program"
    before = set(sys.modules)

    def imported(name: str, text: str | None = None) -> ModuleType:
        if text is None:
            shutil.copytree(PROGRAMS, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            root.mkdir(exist_ok=True)
            (root / f"{name}.py").write_text(text)
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield imported
    if str(root) in sys.path:
        sys.path.remove(str(root))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(root)):
            del sys.modules[name]


def task_of(value: object) -> tuple[str, Any] | None:
    return (value.name, value.function) if type(value).__name__ == "Task" else None  # type: ignore[attr-defined]


@pytest.fixture
def bundler(tmp_path: Path) -> Bundler:
    return Bundler(program="test.main", root=tmp_path / "program", is_task=task_of)


class Pod:
    """A folder as one pod sees it."""

    def __init__(self, root: Path, bundle: Bundle) -> None:
        self.root = root
        self.digest = bundle.digest
        (root / "code").mkdir(parents=True)
        (root / "code" / "tiphys.zip").write_bytes(bundle.data)

    def run(self, entry: str, *envelopes: str, python: tuple[str, ...] = ("-S", "-I"), **env: str) -> Result:
        """Run an entry, by default with the standard library alone."""
        command = [
            sys.executable,
            *python,
            str(self.root / "code" / "tiphys.zip"),
            self.digest,
            entry,
            "uid",
            "at/x",
            *envelopes,
        ]
        variables = {
            "TIPHYS_POD": str(self.root),
            "TIPHYS_TERMINATION_LOG": str(self.root / "log"),
            "PYTHONHASHSEED": "0",
            **env,
        }
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, cwd="/", check=False)
        return Result(self.root, done.returncode, done.stdout, done.stderr)


class Result:
    """How a pod ended."""

    def __init__(self, root: Path, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err
        self.files = {file.name: file.read_bytes() for file in (root / "out").glob("*")}
        self.log = (root / "log").read_text() if (root / "log").exists() else ""
        shutil.rmtree(root / "out", ignore_errors=True)
        (root / "log").unlink(missing_ok=True)

    def text(self, name: str = "v") -> str:
        return self.files[name].decode("ascii")

    def envelope(self, name: str = "v") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text(name))
        return found


@pytest.fixture
def pod(tmp_path: Path) -> Callable[[Bundle], Pod]:
    count = 0

    def made(bundle: Bundle) -> Pod:
        nonlocal count
        count += 1
        return Pod(tmp_path / f"pod{count}", bundle)

    return made


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Make the entry of a function whose operands are passed by position."""

    def made(body: Callable[..., object], /, *names: str, **settings: Any) -> Entry:
        operands = tuple(Operand(name) for name in names)
        return Entry(
            **{
                "name": body.__name__,
                "task": f"env.{body.__name__}",
                "function": body,
                "title": f"env.{body.__name__}",
                "operands": operands,
                "args": tuple(range(len(operands))),
                "outputs": (Output("v", "v", 2048, slot=True),),
                **settings,
            }
        )

    return made


@pytest.fixture
def typed() -> Callable[..., str]:
    """Wrap text as a person's input arrives, with the number of its type."""
    return lambda text, kind=0: json.dumps({"t": base64.b64encode(text.encode()).decode(), "y": kind})
