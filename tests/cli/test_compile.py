"""`tiphys compile` and `tiphys graph`: what is written, and that nothing is half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Command


def test_a_folder_gets_a_file_per_object_and_the_same_bytes_each_time(
    tiphys: Command, flow: str, tmp_path: Path
) -> None:
    first = tiphys("compile", flow, "main", "-o", "build/")
    before = {item.name: item.read_bytes() for item in (tmp_path / "build").iterdir()}
    tiphys("compile", flow, "main", "-o", "build/")
    after = {item.name: item.read_bytes() for item in (tmp_path / "build").iterdir()}

    assert first.code == 0
    assert sorted(before) == ["shop-main.configmap.yaml", "shop-main.workflowtemplate.yaml"]
    assert before == after


def test_one_stream_on_standard_output(tiphys: Command, flow: str) -> None:
    objects = list(yaml.safe_load_all(tiphys("compile", flow, "main", "-o", "-").out))

    assert [item["kind"] for item in objects] == ["ConfigMap", "WorkflowTemplate"]


def test_a_large_bundle_comes_with_the_way_to_apply_it(tiphys: Command, tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text("""\
import tiphys
env = tiphys.TaskEnvironment("e")
@env.task
async def f(data: str) -> int: return len(data)
@env.task
async def main() -> int: return await f("x" * 300_000)
""")

    assert "use `kubectl apply --server-side`" in tiphys("compile", "large.py", "-o", "-").err
    assert "kubectl" not in tiphys("explain", "large.py").err


def test_json_format_holds_the_same_objects(tiphys: Command, flow: str) -> None:
    held = json.loads(tiphys("compile", flow, "main", "-o", "-", "--format", "json").out)

    assert held["items"] == list(yaml.safe_load_all(tiphys("compile", flow, "main", "-o", "-").out))


def test_json_tells_what_was_made(tiphys: Command, flow: str) -> None:
    told = json.loads(tiphys("compile", flow, "main", "--json").out)

    assert told["program"] == "shop.main"
    assert [item["kind"] for item in told["objects"]] == ["ConfigMap", "WorkflowTemplate"]
    assert told["bytes"] == sum(item["bytes"] for item in told["objects"])
    assert (told["pods"], told["templates"], told["depth"]) == (3, 4, 2)


def test_one_of_something_is_told_as_one(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program('env = tiphys.TaskEnvironment("e")\n@env.task\nasync def main() -> int:\n    return 1\n')

    assert "e.main: 1 pod, 2 templates, 2 deep\n" in tiphys("compile", name).out


def test_two_things_cannot_be_printed(tiphys: Command, flow: str) -> None:
    done = tiphys("compile", flow, "main", "-o", "-", "--json")

    assert done.code == 2
    assert "`--json` and `-o -` both want standard output" in done.err


def test_inputs_that_are_too_large_are_refused_before_they_are_sent(
    tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", "none")
    (tmp_path / "in.json").write_text(json.dumps({"item": "x" * 300_000}))
    done = tiphys("compile", flow, "main", "--submit", "--inputs", "@in.json", "--json")

    assert done.code == 2
    assert "the inputs have 292 KiB, and a run in the cluster takes 256 KiB; the largest is `item`" in done.err
    assert list(json.loads(done.out)) == ["errors"]


def test_a_bound_input_is_no_parameter_of_the_template(tiphys: Command, flow: str) -> None:
    *_, template = yaml.safe_load_all(tiphys("compile", flow, "main", "-o", "-", "--bind", "count=7").out)

    assert [item["name"] for item in template["spec"]["arguments"]["parameters"]] == ["item", "gift"]
    assert '{"v":7}' in json.dumps(template).replace("\\", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "yml"], "there is no format `yml`. Did you mean `yaml`?"),
        (["--watch"], "`--watch` follows a run that `--submit` starts: say both"),
        (["--bind", "cont=3"], "--bind cont=3: write NAME=VALUE for an input of `shop.main`. Did you mean `count`?"),
        (["--bind", "count=x"], '--bind count: the value: expected int (as 3), not "x"'),
        (["--after", "split_wide"], "there is no pass `split_wide`. Did you mean `split_wide_graphs`?"),
        (["--inputs", '{"item": "x"}'], "`--inputs` are those of a run, and nothing is run without `--submit`"),
        (["--image", "bad image"], "'bad image' is no address of an image; write one such as 'python:3.12-slim'"),
        (["--ouput", "x"], "use --bind. Did you mean `--output`"),
        (["--image", "a:b:c"], "'a:b:c' is no address of an image"),
        (["--", "--item", "x"], "'--item' is an input of a run, and nothing is run without `--submit`"),
    ],
)  # fmt: skip
def test_wrong_usage(tiphys: Command, flow: str, words: list[str], said: str) -> None:
    done = tiphys("compile", flow, "main", *words)

    assert done.code == 2
    assert done.out == ""
    assert said in done.err


BAD = """
env = tiphys.TaskEnvironment("bad")

@env.task
async def step(x: int) -> int:
    return x

@env.task
async def main(x: int) -> int:
    a = await step(y=x)
    if a > 3:
        a = 4
    step(a)
    return a
"""


def test_mistakes_are_told_together_with_their_places(
    tiphys: Command, program: Callable[[str], str], tmp_path: Path
) -> None:
    name = program(BAD)
    done = tiphys("compile", name, "main", "-o", "build")

    assert done.code == 2
    assert not (tmp_path / "build").exists()
    assert f"`step` has no parameter `y`\n  {name}:12:15\n" in done.err


def test_mistakes_as_json(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program(BAD)
    done = tiphys("compile", name, "main", "--json")
    told = json.loads(done.out)

    assert done.code == 2
    assert list(told) == ["errors"]
    assert list(told["errors"][0]) == ["file", "line", "column", "message", "mend"]
    assert (told["errors"][0]["file"], told["errors"][0]["line"], told["errors"][0]["column"]) == (name, 12, 15)


def test_authoring_mistakes_of_a_file_are_told_together(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program(
        """
        one = tiphys.TaskEnvironment("Bad Name")
        two = tiphys.TaskEnvironment("two", image=3, queue=3)
        """
    )
    done = tiphys("compile", name, "main")

    assert done.code == 2
    assert "'Bad Name' is no name of an environment" in done.err
    assert "`TaskEnvironment(image=3)`: it takes an `Image`, the address of an image, or 'auto'" in done.err
    assert "`TaskEnvironment(queue=3)`: write the name of a queue of the profile, as text" in done.err


def test_a_folder_that_cannot_be_written(tiphys: Command, flow: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = tiphys("compile", flow, "main", "-o", "file")

    assert done.code == 2
    assert "cannot write to file" in done.err


def test_the_graph_as_text(tiphys: Command, flow: str) -> None:
    done = tiphys("graph", flow, "main")

    assert done.out.splitlines()[0] == "graph shop.main(item, count, gift):"
    assert "= call price(item=%item)" in done.out


@pytest.mark.parametrize(("form", "start"), [("mermaid", "flowchart TD\n"), ("dot", "digraph {\n")])
def test_the_graph_as_a_picture(tiphys: Command, flow: str, form: str, start: str) -> None:
    done = tiphys("graph", flow, "main", "--format", form)

    assert done.out.startswith(start)
    assert done.out.count('"price"') == 1
    assert done.out.count('"price-2"') == 1


def test_after_a_pass(tiphys: Command, flow: str) -> None:
    assert "pod shop.price" in tiphys("compile", flow, "main", "--after", "specialise_tasks").out


def test_without_a_cluster_submit_says_so(
    tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    done = tiphys("compile", flow, "main", "--submit", "--", "--item", "tea")

    assert done.code == 3
    assert "kubeconfig" in done.err


def test_inputs_are_checked_before_anything_is_sent(
    tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "none")
    done = tiphys("compile", flow, "main", "--submit", "--", "--item", "tea", "--count", "x")

    assert done.code == 2
    assert "`count`" in done.err
