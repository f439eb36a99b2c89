"""Artifacts: a folder as object store, optional inputs, prefixes as folders, saving after failure."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from standin import dag, of, pod, task

from tiphys.diagnostics import InternalError, UsageError
from tiphys.engine.functions import Unevaluable
from tiphys.engine.store import Store, copy

SPILL = """
write(os.path.join(root, 'out', 'v.data'), 'big')
out('v', '{"k":"tiphys/%s/v/%s/_"}' % (argv[2], argv[3]))
"""
LOOK = """
path = os.path.join(root, 'in', 'x')
out('v', '{"v":"file %s"}' % read(path) if os.path.isfile(path) else '{"v":"folder %d"}' % len(os.listdir(path)))
"""


def test_a_spilled_value_reaches_its_consumer_as_a_file(play):
    run = play(
        dag("main", task("a"), task("b", depends="a.Succeeded", x=of("a")), outputs={"r": of("b")}),
        pod("a"),
        pod("b", "x"),
        snippets={"a": SPILL, "b": LOOK},
    )

    assert run.outputs == {"r": '{"v":"file big"}'}
    stored = [path for path in run.store.rglob("*") if path.is_file()]
    assert [str(path.relative_to(run.store)).split("/", 2)[2] for path in stored] == ["v/a/_"]


def test_without_a_repository_a_file_to_be_read_keeps_the_pod_from_starting(play):
    run = play(dag("main", task("b", x='{"v":1}')), pod("b", "x"), snippets={"b": LOOK}, storage="none")

    (node,) = [node for node in run.nodes.values() if node["name"] == "b"]
    assert (node["phase"], node["message"]) == ("Error", "artifact storage is not configured")
    assert run.pods == 0


def test_without_a_repository_a_file_that_was_written_is_an_error_and_another_is_none(play, phases):
    run = play(
        dag("main", task("a"), task("b")),
        pod("a"),
        pod("b"),
        snippets={"a": SPILL, "b": "out('v', '{}')"},
        storage="none",
    )

    assert phases(run) == {"a": "Error", "b": "Succeeded"}


def test_an_inline_value_leaves_an_empty_folder(play):
    run = play(dag("main", task("b", x='{"v":1}'), outputs={"r": of("b")}), pod("b", "x"), snippets={"b": LOOK})

    assert run.outputs == {"r": '{"v":"folder 0"}'}


def test_file_and_folder_take_turns_in_a_root_that_is_used_again(play):
    run = play(
        dag(
            "main",
            task("a"),
            task("b", depends="a.Succeeded", x=of("a")),
            task("c", "b", depends="b.Succeeded", x='{"v":1}'),
            task("d", "b", depends="c.Succeeded", x=of("a")),
            task("e", "b", depends="d.Succeeded", x='{"v":1}'),
            outputs={name: of(name) for name in "bcde"},
        ),
        pod("a"),
        pod("b", "x"),
        snippets={"a": SPILL, "b": LOOK},
    )

    assert [run.outputs[name] for name in "bcde"] == ['{"v":"file big"}', '{"v":"folder 0"}'] * 2


def test_a_prefix_of_keys_is_delivered_as_a_folder(play):
    reader = pod("reader")
    reader["inputs"]["artifacts"] = [
        {"name": "all", "path": "/tiphys/in/all", "optional": True, "s3": {"key": "tiphys/{{workflow.uid}}/v/m"}}
    ]
    walk = """
base = os.path.join(root, 'in', 'all')
found = sorted(os.path.relpath(os.path.join(folder, file), base) for folder, _, files in os.walk(base) for file in files)
out('v', ' '.join(found))
"""

    run = play(
        dag(
            "main",
            task("a0", "a", at="m/0"),
            task("a1", "a", at="m/1"),
            task("other", "a", at="m1/0"),
            task("reader", depends="a0 && a1 && other"),
            outputs={"r": of("reader")},
        ),
        pod("a"),
        reader,
        snippets={"a": SPILL, "reader": walk},
    )

    assert run.outputs == {"r": "0/_ 1/_"}


def test_outputs_and_artifacts_are_saved_after_a_failure_too(play):
    run = play(dag("main", task("a")), pod("a", outputs=("v", "w")), snippets={"a": SPILL + "code = 1"})

    node = next(node for node in run.nodes.values() if node["name"] == "a")
    assert node["phase"] == "Failed"
    assert node["outputs"]["w"] == "{}"
    assert node["outputs"]["v"].startswith('{"k"')
    assert (run.store / node["artifacts"]["v"]).read_text() == "big"


@pytest.mark.parametrize(("code", "phase"), [(0, "Error"), (1, "Failed")])
def test_an_output_that_must_be_there_makes_the_pod_an_error_unless_it_failed_itself(play, code, phase):
    strict = pod("a")
    strict["outputs"]["artifacts"][0]["optional"] = False

    run = play(dag("main", task("a")), strict, snippets={"a": f"code = {code}"})

    assert run.phase == phase


def test_an_output_parameter_without_file_and_default_is_an_error(play):
    strict = pod("a")
    del strict["outputs"]["parameters"][0]["valueFrom"]["default"]

    run = play(dag("main", task("a")), strict, snippets={"a": ""})

    assert run.phase == "Error"
    assert "`v` was not written" in run.nodes[f"{run.name}.a"]["message"]


def test_an_input_that_must_be_there_is_an_error(play):
    strict = pod("a", "x")
    strict["inputs"]["artifacts"][0]["optional"] = False

    run = play(dag("main", task("a", x="{}")), strict, snippets={"a": ""})

    assert (run.phase, run.pods) == ("Error", 0)


def test_text_can_be_an_artifact(play):
    raw = pod("a")
    raw["inputs"]["artifacts"] = [{"name": "n", "path": "/tiphys/in/n", "raw": {"data": "{{inputs.parameters.at}}!"}}]

    run = play(
        dag("main", task("a"), outputs={"r": of("a")}),
        raw,
        snippets={"a": "out('v', read(os.path.join(root, 'in', 'n')))"},
    )

    assert run.outputs == {"r": "a!"}


def test_only_one_trailing_newline_is_dropped(play):
    run = play(dag("main", task("a"), outputs={"r": of("a")}), pod("a"), snippets={"a": "out('v', ' x\\n\\n')"})

    assert run.outputs == {"r": " x\n"}


def test_a_long_argument_arrives_as_a_file(play):
    run = play(
        dag("main", task("a", x="{{=inputs.parameters.big}}"), inputs=("big",), outputs={"r": of("a")}),
        {**pod("a", "x"), "inputs": {"parameters": [{"name": "at"}, {"name": "x"}]}},
        snippets={"a": "out('v', args[0][:1] + str(os.path.getsize(args[0][1:])))"},
        parameters={"big": "x" * 140_000},
    )

    assert run.outputs == {"r": "@140000"}


@pytest.mark.parametrize("path", ["/tmp/v", "/tiphys", "/tiphys/../v"])
def test_a_path_outside_the_root_is_refused(play, path):
    outside = pod("a")
    outside["outputs"]["parameters"][0]["valueFrom"]["path"] = path

    with pytest.raises(UsageError, match="not below /tiphys"):
        play(dag("main", task("a")), outside, snippets={"a": ""})


def test_no_key_is_a_prefix_of_another(tmp_path):
    store = Store(tmp_path / "store")
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    store.save(str(tmp_path / "a"), "k/t")

    with pytest.raises(InternalError, match="prefix"):
        store.save(str(tmp_path / "b"), "k/t/u")
    store.save(str(tmp_path / "b"), "m/t/u")
    with pytest.raises(InternalError, match="prefix"):
        store.save(str(tmp_path / "c"), "m/t")


def test_a_key_stays_in_the_store(tmp_path):
    store = Store(tmp_path / "store")

    with pytest.raises(Unevaluable, match="leaves the store"):
        store.find("../x")


def test_folders_are_stored_and_replaced(tmp_path):
    store = Store(tmp_path / "store")
    for content in ("one", "two"):
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / content).write_text(content)
        assert store.save(str(tmp_path / "d"), "k/d")
    assert not store.save(str(tmp_path / "d"), "k/d")

    copy(str(store.find("k/d")), str(tmp_path / "back"))

    assert [path.name for path in (tmp_path / "back").iterdir()] == ["two"]


def test_a_file_of_another_file_system_is_stored_whole(tmp_path, monkeypatch):
    store, file = Store(tmp_path / "store"), tmp_path / "f"
    file.write_text("new")
    really, seen = os.replace, []

    def replace(source, target):
        if source == str(file):
            raise OSError(errno.EXDEV, "another file system")
        seen.append((Path(source).read_text(), Path(target).exists()))
        really(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert store.save(str(file), "k")
    assert seen == [("new", False)]
    assert Path(store.find("k")).read_text() == "new"
    assert not file.exists()
