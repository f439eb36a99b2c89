"""What the pages show as Python runs: the blocks of a page, in order, are one program, and its tasks are traced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tiphys.authoring.task import TaskTemplate
from tiphys.compiling import trace_task
from tiphys.loading import load_module, tasks_of
from tiphys.runs import RunContext

REPOSITORY = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^\s*```(\w*)", re.MULTILINE)
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
SHOWN = [page for page in PAGES if BLOCK.search(page.read_text())]


class Ended:
    """A run that nobody has started: what a page asks of one is there."""

    def result(self) -> None: ...
    def outputs(self) -> None: ...
    def tasks(self) -> None: ...
    def wait(self) -> None: ...


def program_of(page: Path) -> str:
    """Put the blocks of a page together, each at its own line of the page."""
    text = page.read_text()
    lines = [""] * text.count("\n")
    for found in BLOCK.finditer(text):
        first = text.count("\n", 0, found.start(1))
        block = found[1].splitlines()
        lines[first : first + len(block)] = block
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.stem)
def test_the_blocks_of_a_page_are_a_program(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They load in order, none of them names what no earlier one has made, and every task of theirs can be traced."""
    asked: list[tuple[str, Mapping[str, str]]] = []

    def start(self: RunContext, task: TaskTemplate[..., Any], arguments: Mapping[str, str], _: Any = None) -> Ended:
        trace_task(task, after=None)
        asked.append((self.mode, arguments))
        return Ended()

    monkeypatch.setattr(RunContext, "start", start)
    file = tmp_path / f"page_{page.stem.lower()}.py"
    file.write_text(program_of(page))
    tasks = tasks_of(load_module(file))

    for task in tasks.values():
        trace_task(task, after=None)
    assert [mode for mode, _ in asked] == (["local", "cluster"] if page.stem == "README" else [])


def test_no_block_of_python_hides_from_this_test() -> None:
    """A fence that is indented, or says `py`, would not be read."""
    for page in PAGES:
        fences = [name for name in FENCE.findall(page.read_text()) if name.lower().startswith("py")]
        assert len(fences) == len(BLOCK.findall(page.read_text())), page


def test_there_are_pages_with_programs() -> None:
    assert {"README", "images", "plugins", "pods", "retries", "secrets", "triggers"} <= {page.stem for page in SHOWN}
