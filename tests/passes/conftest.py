"""All programs of tests/programs, traced once."""

from __future__ import annotations

import sys
from pathlib import Path

from tiphys.loading import load_module

FOLDER = Path(__file__).parent.parent / "programs"


def pytest_generate_tests(metafunc: object) -> None:
    """Give a test that asks for `task` every task of every program."""
    if "task" not in metafunc.fixturenames:  # type: ignore[attr-defined]
        return
    tasks = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem == "conftest" or path.stem.startswith("test_"):
            continue
        module = sys.modules.get(path.stem) or load_module(path)
        for name in dict.fromkeys(case[0] for case in module.CASES):
            tasks[f"{path.stem}-{name}"] = getattr(module, name)
    metafunc.parametrize("task", tasks.values(), ids=tasks.keys())  # type: ignore[attr-defined]
