"""Each example's graph and manifest, byte for byte. `pytest --update-golden tests/golden` writes them anew.

The bundle holds tiphys' own runtime, so its digest changes with every line of it: in a golden the digest is `0`s. The
names that are made of it, and of the manifest's own content, likewise. The bundle's members have a golden of their own.
"""

from __future__ import annotations

import re
import zipfile
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tiphys.argo.emit import to_yaml
from tiphys.compiling import compile_task, trace_task
from tiphys.loading import find_task, load_module

if TYPE_CHECKING:
    from tiphys.argo.report import Manifest

FOLDER = Path(__file__).parent
EXAMPLES = {"hello": "hello_wf", **dict.fromkeys(("diamond", "digits", "etl", "search", "container"), "main")}
IMAGE = "python:3-slim"


def compiled(example: str) -> tuple[str, Manifest]:
    """Compile an example; gives its graph as text, before and after the passes, and its manifest."""
    file = FOLDER.parents[1] / "examples" / f"{example}.py"
    task = find_task(load_module(file), EXAMPLES[example])
    graphs = f"{trace_task(task)}\n\n# after all passes\n\n{trace_task(task, after=None)}\n"
    return graphs, compile_task(task, image=IMAGE)


def normal(text: str, manifest: Manifest) -> str:
    """Replace what depends on the bytes of tiphys itself, and on the Python that compiled."""
    name, bundle = (item["metadata"]["name"] for item in (manifest.objects[1], manifest.objects[0]))
    digest = re.findall(r"- ([0-9a-f]{64})\n", text)[0]
    for exact in (name, bundle):
        text = text.replace(exact, exact[:-10] + "0" * 10)
    text = text.replace(digest, "0" * 64)
    return re.sub(r"(tiphys\.dev/(?:python|version)): \S+", r"\1: '0'", text)


def members(manifest: Manifest) -> str:
    """List what is in the bundle apart from tiphys and cloudpickle, and what its index says."""
    archive = zipfile.ZipFile(BytesIO(b64decode(manifest.objects[0]["binaryData"]["tiphys.zip"])))
    names = [name for name in archive.namelist() if name.startswith(("tasks/", "sources/")) or "/" not in name]
    kinds = {name.partition("/")[0] for name in archive.namelist()}
    return "\n".join([*sorted(names), "", *sorted(kinds), ""])


def compare(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Compare with a golden, or write it."""
    file = FOLDER / name
    if request.config.getoption("--update-golden"):
        file.write_text(text)
    assert file.exists(), f"{file.name} is missing: run pytest --update-golden tests/golden, and read what it wrote"
    assert text == file.read_text()


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_graph(request: pytest.FixtureRequest, example: str) -> None:
    graph, _ = compiled(example)
    compare(request, f"{example}.graph.txt", graph)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_manifest(request: pytest.FixtureRequest, example: str) -> None:
    _, manifest = compiled(example)
    config, template = manifest.objects
    shown = {**config, "binaryData": {"tiphys.zip": "..."}}
    compare(request, f"{example}.yaml", normal(to_yaml([shown, template]), manifest))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_members_of_the_bundle(request: pytest.FixtureRequest, example: str) -> None:
    _, manifest = compiled(example)
    compare(request, f"{example}.bundle.txt", members(manifest))


def test_every_example_has_goldens_and_every_golden_an_example() -> None:
    examples = {file.stem for file in (FOLDER.parents[1] / "examples").glob("*.py")}
    assert examples == set(EXAMPLES)
    wanted = {f"{name}.{kind}" for name in EXAMPLES for kind in ("graph.txt", "yaml", "bundle.txt")}
    assert {file.name for file in FOLDER.iterdir() if file.suffix in (".txt", ".yaml")} == wanted
