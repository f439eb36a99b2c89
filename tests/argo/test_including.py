"""`include` of an environment: its files travel with the program, and are there where its tasks work."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from tiphys.compiling import compile_task
from tiphys.diagnostics import ManifestError, ProgramError
from tiphys.loading import load_module
from tiphys.runs import RunContext

PROGRAM = """\
import os
from pathlib import Path
import tiphys

PLACE = Path(__file__).parent
env = tiphys.TaskEnvironment("x", include={include})
other = tiphys.TaskEnvironment("y"{other})

@env.task
def read() -> list[str]:
    beside = Path(__file__).parent
    files = (path for path in beside.rglob("*") if path.is_file() and path.suffix != ".py")
    return sorted(f"{{path.as_posix()}}={{path.read_text()}}" for path in files)

@other.task
def look(found: list[str]) -> list[str]:
    return [*found, *sorted(str(path.relative_to(os.getcwd())) for path in Path(os.getcwd()).rglob("*.txt"))]

@env.task
def main() -> list[str]:
    return look(read())
"""
Write = Callable[..., Any]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write the program, in a folder `flows` of a project, and the files beside it; give its `main`."""
    project = tmp_path / "project"

    def written(include: str, *, other: str = "", body: str = "", **texts: str) -> Any:
        folder = project / "flows"
        folder.mkdir(parents=True, exist_ok=True)
        (project / "tiphys.toml").write_text("")
        for name, text in texts.items():
            file = folder / name.replace("__", "/").replace("_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        code = PROGRAM.format(include=include, other=other).replace("    beside =", f"    {body}\n    beside =")
        (folder / "including.py").write_text(code)
        sys.modules.pop("including", None)
        linecache.checkcache()
        return load_module(folder / "including.py").main

    yield written
    sys.modules.pop("including", None)


def refused(task: Any) -> str:
    with pytest.raises(ProgramError) as caught:
        compile_task(task)
    return str(caught.value)


def result(task: Any, folder: Path, way: Literal["forked", "fresh", "in-process"] = "in-process") -> Any:
    return RunContext(executor=way, workdir=folder / "runs").here(compile_task(task), {}).result()


@pytest.mark.parametrize(
    "way",
    [
        "in-process",
        pytest.param("forked", marks=pytest.mark.slow),
        pytest.param("fresh", marks=pytest.mark.slow),
    ],
)
def test_files_are_where_they_are_in_the_project(way: Any, write: Write, tmp_path: Path) -> None:
    task = write('["data", "*.yaml"]', data__a_txt="A", data__deep__b_txt="B", c_yaml="C", d_md="D")
    assert result(task, tmp_path, way) == ["flows/c.yaml=C", "flows/data/a.txt=A", "flows/data/deep/b.txt=B"]


@pytest.mark.parametrize(
    ("include", "found"),
    [
        ('["data/a.txt"]', ["flows/data/a.txt=A"]),
        ('["./data/../data/a.txt"]', ["flows/data/a.txt=A"]),
        ('["**/*.txt"]', ["flows/data/a.txt=A", "flows/data/deep/b.txt=B"]),
        ('[PLACE / "data" / "deep"]', ["flows/data/deep/b.txt=B"]),
        ('(str(PLACE / "data/a.txt"), "data/a.txt")', ["flows/data/a.txt=A"]),
        ("[]", []),
    ],
)
def test_files_folders_and_patterns(include: str, found: list[str], write: Write, tmp_path: Path) -> None:
    assert result(write(include, data__a_txt="A", data__deep__b_txt="B"), tmp_path) == found


def test_an_environment_has_its_own_files_only(write: Write, tmp_path: Path) -> None:
    task = write('["a.txt"]', other=', include=["b.txt"]', a_txt="A", b_txt="B")
    assert result(task, tmp_path) == ["flows/a.txt=A", "flows/b.txt"]


def test_what_nobody_wants_to_send_stays_here(write: Write, tmp_path: Path) -> None:
    task = write('["data"]', data__a_txt="A", data____pycache____x_pyc="", data__x_pyc="")
    (tmp_path / "project" / "flows" / "data" / "__pycache__").mkdir()
    (tmp_path / "project" / "flows" / "data" / "__pycache__" / "y.pyc").write_text("")
    assert result(task, tmp_path) == ["flows/data/a.txt=A"]


def test_a_program_stays_executable(write: Write, tmp_path: Path) -> None:
    body = "import subprocess; return [subprocess.check_output(['flows/run.sh'], text=True)]"
    task = write('["run.sh"]', body=body, run_sh="#!/bin/sh\necho ran")
    (tmp_path / "project" / "flows" / "run.sh").chmod(0o755)
    assert result(task, tmp_path) == ["ran\n"]


def test_contents_change_the_bundle_and_nothing_else_does(write: Write, tmp_path: Path) -> None:
    def digest(text: str) -> str:
        found: str = compile_task(write('["a.txt"]', a_txt=text)).objects[0]["metadata"]["name"]
        return found

    first = digest("1")
    assert digest("1") == first
    (tmp_path / "project" / "flows" / "a.txt").touch()
    (tmp_path / "project" / "flows" / "more.txt").write_text("")
    assert digest("1") == first
    assert digest("2") != first


def test_a_kept_result_is_another_one_when_an_included_file_changes(write: Write) -> None:
    def key(text: str) -> str:
        task = write('["a.txt"], cache="auto"', a_txt=text)
        templates = compile_task(task).objects[1]["spec"]["templates"]
        slots = [slot for item in templates for slot in item.get("outputs", {}).get("artifacts", ())]
        return str(next(slot["s3"]["key"] for slot in slots if slot["name"] == "kept"))

    assert key("1") == key("1")
    assert key("1") != key("2")


MISTAKES = {
    "outside": ('["../../other.txt"]', "../../other.txt lies outside of the project's folder", "`with_source_file`"),
    "outside, whole": ('["/etc"]', "/etc lies outside of the project's folder", "Put it below that folder"),
    "nothing": ('["nowhere.txt"]', "is called nowhere.txt, or matches it", "Paths are relative to the file"),
    "no match": ('["*.zip"]', "is called *.zip, or matches it", "Paths are relative to the file"),
    "an empty folder": ('["empty"]', "is called empty, or matches it", ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_included_is_told_at_its_line(name: str, write: Write, tmp_path: Path) -> None:
    include, message, mend = MISTAKES[name]
    (tmp_path / "project" / "flows" / "empty").mkdir(parents=True)
    text = refused(write(include))
    assert message in text
    assert mend in text
    assert "including.py:6:" in text
    assert f"include={include}" in text


def test_a_file_that_cannot_be_read_is_named(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = write('["a.txt"]', a_txt="A")
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "a.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    text = refused(task)
    assert "a.txt cannot be read: Permission denied" in text
    assert "including.py:6:" in text


def test_files_that_are_too_large_are_named_before_they_are_read(write: Write, tmp_path: Path) -> None:
    task = write('["data"]', data__a_txt="A")
    with (tmp_path / "project" / "flows" / "data" / "big.bin").open("wb") as file:
        file.truncate(5 * 1024**3)
    text = refused(task)
    assert "2 files have 5,242,880 KiB, and all that travels with a program has 900 KiB" in text
    assert "the largest are flows/data/big.bin (5,242,880 KiB), flows/data/a.txt (0 KiB)" in text
    assert "including.py:6:" in text


def test_files_that_are_too_large_with_all_the_rest_are_named(write: Write) -> None:
    with pytest.raises(ManifestError) as caught:
        compile_task(write('["a.txt"]', a_txt="x" * 890 * 1024))
    text = str(caught.value)
    assert "a ConfigMap holds 900 KiB" in text
    assert "890 KiB of it are files that environments include; the largest are flows/a.txt (890 KiB)." in text


def test_a_clone_includes_what_its_own_file_names(write: Write, tmp_path: Path) -> None:
    library = tmp_path / "project" / "library"
    library.mkdir(parents=True)
    (library / "l.txt").write_text("L")
    (library / "shared_base.py").write_text("import tiphys\nbase = tiphys.TaskEnvironment('base', include=['l.txt'])\n")
    task = write('["a.txt"]', other=")\nimport sys; sys.path.insert(0, str(PLACE.parent / 'library'))\n"
                 "from shared_base import base\nother = base.clone_with('z'", a_txt="A")  # fmt: skip
    assert result(task, tmp_path) == ["flows/a.txt=A", "library/l.txt"]
    sys.modules.pop("shared_base", None)
