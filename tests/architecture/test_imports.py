"""Imports point one way. Another import needs a line in the table below, and a reason in ARCHITECTURE.md."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest

from tests.architecture.rooms import COMPILER, REPOSITORY, RUNTIME, imports, places, room_of, sources

if TYPE_CHECKING:
    from pathlib import Path

MAY_IMPORT: dict[str, str] = {
    "__init__": "authoring durable errors extend extras report runs runtime",
    "diagnostics": "",
    "answers": "diagnostics runtime",
    "caches": "",
    "durable": "runtime",
    "report": "runtime",
    "testing": "answers",
    "ir": "diagnostics",
    "settings": "authoring building diagnostics",
    "profile": "authoring building diagnostics settings",
    "authoring": "answers building diagnostics settings runtime",
    "building": "caches diagnostics",
    "extras": "authoring diagnostics",
    "extend": "authoring runtime",
    "errors": "runtime",
    "tracing": "answers authoring diagnostics ir settings runtime",
    "passes": "diagnostics ir tracing runtime",
    "bundling": "caches diagnostics runtime",
    "bundle": "bundling diagnostics runtime",
    "argo": "answers authoring building bundle bundling diagnostics ir passes profile settings tracing runtime",
    "engine": "answers caches diagnostics runtime",
    "cluster": "answers diagnostics runtime",
    "loading": "authoring diagnostics settings tracing",
    "compiling": "argo authoring building caches diagnostics ir loading passes profile settings tracing",
    "builds": "argo authoring building diagnostics engine ir loading profile settings",
    "plain": "",
    "arguments": "authoring bundling diagnostics tracing runtime",
    "outcomes": "bundling diagnostics plain runtime",
    "endings": "argo cluster engine outcomes",
    "contexts": "authoring diagnostics settings",
    "runs": "answers argo arguments authoring cluster compiling contexts diagnostics endings engine outcomes settings",
    "view": "cluster diagnostics engine ir",
    "cli": "answers argo arguments authoring building builds bundling caches cluster compiling diagnostics endings "
    "loading profile runs tracing view runtime",
}
ONLY_IN = {"hera": "argo", "kubernetes": "cluster", "typer": "cli", "cloudpickle": "bundling"}
PUBLIC = {"tiphys.__version__", "tiphys"}


def rooms_read(name: str) -> str | None:
    """Name the room that an import reads; nothing for what is outside the project."""
    if name in PUBLIC:
        return None
    top, _, rest = name.partition(".")
    if top == "tiphys_runtime":
        return "runtime"
    return rest.partition(".")[0] if top == "tiphys" else None


@pytest.mark.parametrize("file", sources(COMPILER), ids=lambda file: str(file.relative_to(COMPILER)))
def test_a_module_imports_only_the_rooms_that_its_own_may(file: Path) -> None:
    room = room_of(file)
    assert room in MAY_IMPORT, f"what may the room {room} import?"
    allowed = {room, *MAY_IMPORT[room].split()}
    wrong = [f"line {line}: {name}" for name, line in imports(file) if rooms_read(name) not in allowed | {None}]
    assert wrong == []


@pytest.mark.parametrize(("package", "room"), ONLY_IN.items())
def test_a_package_from_outside_has_one_room(package: str, room: str) -> None:
    wrong = [place for file in sources(COMPILER) if room_of(file) != room for place in places(file, package)]
    assert wrong == []


def test_the_table_names_rooms_that_exist() -> None:
    there = {room_of(file) for file in sources(COMPILER)}
    named = {*MAY_IMPORT, *" ".join(MAY_IMPORT.values()).split()} - {"runtime"}
    assert named == there


@pytest.mark.parametrize("file", sources(RUNTIME), ids=lambda file: file.name)
def test_the_runtime_needs_the_standard_library_and_cloudpickle_alone(file: Path) -> None:
    allowed = {*sys.stdlib_module_names, "cloudpickle", "tiphys_runtime"}
    if file.name in ("remake.py", "remake_classes.py"):
        allowed.add("pydantic")  # a program that has pydantic models runs where pydantic is
    wrong = [f"line {line}: {name}" for name, line in imports(file) if name.partition(".")[0] not in allowed]
    assert wrong == []


@pytest.mark.parametrize("file", sources(RUNTIME), ids=lambda file: file.name)
def test_the_modules_of_the_runtime_are_small(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 320


def test_only_one_module_of_the_lowering_writes_braces_for_argo() -> None:
    wrong: list[str] = []
    for file in sources(COMPILER / "argo"):
        if file.name not in ("expressions.py", "checker.py", "spelling.py"):
            tree = ast.parse(file.read_text())
            prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            wrong.extend(
                f"{file.relative_to(REPOSITORY)}:{node.lineno}: {node.value!r}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{{" in node.value
                if id(node) not in prose
            )
    assert wrong == []
