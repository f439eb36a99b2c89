"""Other tools, each in a virtual environment of its own that nothing else uses."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path


def folder() -> Path:
    """Give the folder of the environments; it can be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return (Path(base) if base else Path.home() / ".cache") / "tiphys" / "benchmarks" / version


@cache
def python_with(package: str) -> Path | None:
    """Give the interpreter of an environment that has a package; say why there is none."""
    home = folder() / package
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        print(f"installing {package} into {home}", file=sys.stderr)
        try:
            venv.create(home, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True, capture_output=True)
        except (subprocess.CalledProcessError, OSError) as error:
            told = (getattr(error, "stderr", None) or str(error).encode()).decode().strip().splitlines()
            print(f"without {package}: it cannot be installed here: {told[-1] if told else error}", file=sys.stderr)
            return None
        (home / "ready").touch()
    return python


def version_of(package: str) -> str:
    """Give the version that was installed."""
    python = python_with(package)
    if python is None:
        return "none"
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
