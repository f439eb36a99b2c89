"""Every example gives the same value as plain Python and as a manifest run by the engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiphys.authoring.task import TaskTemplate
from tiphys.bundle import decode_live
from tiphys.compiling import compile_task
from tiphys.engine import LocalRun, Phase, execute
from tiphys.loading import find_task, load_module

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = {
    "hello-defaults": ("hello", "hello_wf", {}, 4),
    "hello": ("hello", "hello_wf", {"data": "it's {{workflow.name}} \N{SNOWMAN}"}, 4),
    "diamond-defaults": ("diamond", "main", {}, 4),
    "diamond": ("diamond", "main", {"seed": -7}, 4),
    "etl-defaults": ("etl", "main", {}, 7),
    "etl": ("etl", "main", {"days": 2, "threshold": 9.5}, 7),
    "container-defaults": ("container", "main", {}, 1 + 2 * 2 + 1),
    # a proposal, the rates, a choice, rounds until one gains less than 1e-6, the gate, the publication
    "search-defaults": ("search", "main", {}, 1 + 6 + 1 + 3 + 1 + 1),
    "search-refused": ("search", "main", {"gate": 0.001}, 1 + 6 + 1 + 3 + 1),
    "search-few": ("search", "main", {"count": 2}, 1 + 2 + 1 + 17 + 1 + 1),
    # each rate fails twice; the choice fails, which is caught, and another rate is taken
    "search-fallback": ("search", "main", {"smallest": 0.3}, 1 + 2 * 6 + 1 + 1 + 1 + 26 + 1 + 1),
}
Here = Callable[..., tuple[object, LocalRun]]


def load(example: str, name: str) -> TaskTemplate[..., Any]:
    """Load a task of an example."""
    return find_task(load_module(EXAMPLES / f"{example}.py"), name)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    """Compile a task, run the manifest on this computer, and give the value with the run."""

    def run(task: TaskTemplate[..., Any], inputs: dict[str, object], way: Any) -> tuple[object, LocalRun]:
        manifest = compile_task(task)
        texts = {name: json.dumps(value) for name, value in inputs.items()}
        ended = execute(manifest.objects, texts, executor=way, workdir=tmp_path)
        assert ended.phase is Phase.SUCCEEDED, ended.message
        return decode_live(ended.outputs["r"]), ended

    return run


@pytest.mark.slow
@pytest.mark.parametrize("way", ["in-process", "forked"])
@pytest.mark.parametrize("case", CASES)
def test_the_manifest_gives_what_plain_python_gives(case: str, way: str, here: Here) -> None:
    example, name, inputs, pods = CASES[case]
    task = load(example, name)
    plain = asyncio.run(task(**inputs))
    found, ended = here(task, inputs, way)
    assert (type(found), found) == (type(plain), plain)
    assert ended.pods == pods


@pytest.mark.slow
def test_digits_finds_the_same_model_in_pods_as_in_plain_python(here: Here) -> None:
    pytest.importorskip("sklearn")
    task = load("digits", "main")
    plain = asyncio.run(task(depth=4))
    found, ended = here(task, {"depth": 4}, "forked")
    assert (type(found), found) == (str, plain)
    assert "of depth 4 is the best of 5 models" in plain
    assert ended.pods == 1 + 5 + 1
    files = {file.parent.name: file.stat().st_size for file in ended.store.rglob("_") if file.is_file()}
    assert files["split"] > 500_000
    assert {name for name in files if name.startswith("train")} == {"train", *(f"train-{n}" for n in range(2, 6))}


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 6])
def test_deeper_trees_read_more_digits(depth: int) -> None:
    pytest.importorskip("sklearn")
    text = asyncio.run(load("digits", "main")(depth=depth))
    share = float(text.partition("): ")[2].partition("%")[0])
    assert (share > 90) == (depth == 6)


def test_digits_asks_for_more_where_it_trains() -> None:
    pytest.importorskip("sklearn")
    manifest = compile_task(load("digits", "main"))
    (template,) = [item for item in manifest.objects[1]["spec"]["templates"] if "train" in item["name"]]
    assert template["container"]["resources"] == {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    }
    assert template["retryStrategy"]["limit"]
    assert int(template["activeDeadlineSeconds"]) >= 600
