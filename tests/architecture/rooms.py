"""The rooms of the code, read from its sources: which modules there are, and what each imports."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
COMPILER = REPOSITORY / "compiler" / "tiphys"
RUNTIME = REPOSITORY / "runtime" / "tiphys_runtime"


def room_of(file: Path) -> str:
    """Name the room of a module: the first part of its path below the package."""
    return file.relative_to(COMPILER).parts[0].removesuffix(".py")


def sources(root: Path) -> list[Path]:
    """List the modules below a folder."""
    return sorted(root.rglob("*.py"))


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Give the dotted names that a module imports, and the line; imports for types only are imports too."""
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        if isinstance(node, ast.Import):
            yield from ((item.name, node.lineno) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: write the whole name"
            assert node.module is not None
            # `from tiphys import passes` imports tiphys.passes
            yield from ((f"{node.module}.{item.name}", node.lineno) for item in node.names)


def places(file: Path, prefix: str) -> Iterator[str]:
    """Say where a module imports something whose name starts like this."""
    for name, line in imports(file):
        if name == prefix or name.startswith(f"{prefix}."):
            yield f"{file.relative_to(REPOSITORY)}:{line}"
