"""Programs written to a file, so that mistakes have lines."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

COUNT = itertools.count()


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a program from text."""
    monkeypatch.chdir(tmp_path)

    def loaded(text: str) -> ModuleType:
        path = tmp_path / f"authored_{next(COUNT)}.py"
        path.write_text(
            "import tiphys as flyte\nfrom datetime import timedelta\n" + textwrap.dedent(text).strip() + "\n"
        )
        return load_module(path)

    return loaded


@pytest.fixture
def refused(load: Callable[[str], ModuleType]) -> Callable[[str], str]:
    """Import a program that has mistakes; give them as text, the file called flow.py."""

    def text_of(text: str) -> str:
        with pytest.raises(ProgramError) as caught:
            load(text)
        named = str(caught.value)
        for mistake in caught.value.mistakes:
            assert mistake.where is not None, mistake
            named = named.replace(Path(mistake.where.file).name, "flow.py")
        return named

    return text_of
