"""Programs with images, written to files beside what the images are made of."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tiphys.authoring.image import Image
from tiphys.building.context import dockerfile_of
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

COUNT = itertools.count()
Load = Callable[[str], Image]


@pytest.fixture
def image(tmp_path: Path) -> Load:
    """Give the image that an expression makes, in a file of `tmp_path`."""

    def loaded(expression: str) -> Image:
        file = tmp_path / f"pictured_{next(COUNT)}.py"
        begin = "from pathlib import Path\nimport tiphys\nfrom tiphys import Image, Secret\n"
        file.write_text(f"{begin}image = (\n{textwrap.indent(textwrap.dedent(expression).strip(), '    ')}\n)\n")
        found = load_module(file).image
        assert isinstance(found, Image)
        return found

    return loaded


@pytest.fixture
def refused(image: Load) -> Callable[[str], str]:
    """Give what is said of an expression that is wrong."""

    def text_of(expression: str) -> str:
        with pytest.raises(ProgramError) as caught:
            image(expression)
        assert ".py:" in str(caught.value)
        return str(caught.value)

    return text_of


@pytest.fixture
def dockerfile(image: Load) -> Callable[[str], list[str]]:
    """Give the lines of the Dockerfile behind those that every image on the Debian base has."""

    def lines_of(expression: str) -> list[str]:
        lines = dockerfile_of(image(f"Image.from_debian_base(python='3.11'){expression}").recipe).splitlines()
        assert lines[:3] == ["FROM python:3.11-slim-bookworm", "WORKDIR /app", 'ENV PYTHONPATH="/app"']
        return lines[3:]

    return lines_of
