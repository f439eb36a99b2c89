"""The runtime stands alone: it runs in images that hold nothing but Python."""

import ast
import sys
from pathlib import Path

import pytest

import tiphys_runtime

FILES = sorted(Path(tiphys_runtime.__file__).parent.glob("*.py"))
LAZY = {"asyncio": "awaiting.py", "cloudpickle": "dynamic.py"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_module_imports_the_standard_library_alone(file):
    own = {name for name, home in LAZY.items() if home == file.name}
    foreign = imported(ast.parse(file.read_text())) - {*sys.stdlib_module_names, "tiphys_runtime", *own}

    assert foreign <= ({"pydantic"} if file.name == "remake_classes.py" else set())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_module_is_small(file):
    assert len(file.read_text().splitlines()) < 300


@pytest.mark.parametrize(("name", "home"), LAZY.items())
def test_costly_imports_have_one_home(name, home):
    assert [file.name for file in FILES if name in imported(ast.parse(file.read_text()))] == [home]
