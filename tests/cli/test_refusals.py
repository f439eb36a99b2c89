"""Words on the command line that cannot be meant, and failures of our own: what is wrong, and how to mend it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tiphys import __version__
from tiphys.diagnostics import InternalError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--item", "tea", "--item", "cake"], "the input `item` is said twice; say it once"),
        (["--item=tea", "--item=tea"], "the input `item` is said twice; say it once"),
        (["--item", "tea", "--gift", "--no-gift"], "the input `gift` is said twice; say it once"),
        (["--item", "tea", "--no-gift=yes"], "`--no-gift` takes no value; write `--gift=yes`"),
        (["--item", "tea", "--parallelism", "1", "--parallelism=2"], "`--parallelism` is said twice: 1 and 2"),
        (["--profile", "a", "--profile", "b"], "`--profile` is said twice: a and b; say it once"),
        (["--image", "a=b", "--image", "a=c"], "two images for `a`: b and c; say one of them"),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_refused_by_run(tiphys: Command, flow: str, words: list[str], said: str) -> None:
    words = words if "--item" in words[0] or "--item=tea" in words else [*words, "--item", "tea"]
    done = tiphys("run", flow, "main", *words, "--debug")

    assert (done.code, done.out, said in done.err) == (2, "", True), done.err


def test_what_is_repeatable_may_be_repeated(tiphys: Command, flow: str) -> None:
    words = ["--image", "python:3.11", "--image", "a=python:3.11-slim"]
    assert tiphys("run", flow, "main", "--item", "tea", *words, "--debug").code == 0
    assert tiphys("graph", flow, "main", "--bind", "item=tea", "--bind", "count=2").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-n", "a", "--namespace", "b"], "`--namespace` is said twice: a and b; say it once"),
        (["-na", "--namespace=b"], "`--namespace` is said twice: a and b; say it once"),
        (["--format", "json", "--format=yaml"], "`--format` is said twice: json and yaml; say it once"),
        (["--bind", "item=tea", "--bind", "item=cake"], "`--bind item=...` is said twice; say it once"),
        (["--parallelism", "2"], "`--parallelism` limits the run that `--submit` starts: say both"),
        (["-n", "Bad_Namespace"], "digits and `-`, such as 'bad-namespace'"),
        (["-n", "Bad_Namespace"], "--namespace: 'Bad_Namespace' is no name of a namespace: up to 63 lower-case"),
        (["-n", "ml.prod"], "'ml.prod' is no name of a namespace"),
        (["-n", ""], "'' is no name of a namespace"),
        (["-n", "a" * 64], "is no name of a namespace"),
        (["--after", "trace"], "`--after` prints the graph behind a pass and stops there"),
        (["--bind", "item"], "Write --bind item=VALUE."),
    ],
)  # fmt: skip
def test_options_of_compile_that_cannot_be_meant(tiphys: Command, flow: str, words: list[str], said: str) -> None:
    done = tiphys("compile", flow, "main", "-o", "-", *words)

    assert (done.code, done.out, said in done.err) == (2, "", True), done.err


def test_an_output_without_a_name_is_refused(tiphys: Command, flow: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = tiphys("compile", flow, "main", "-o", "")

    assert (done.code, "`--output` names a folder, or - for standard output; write `-o .`" in done.err) == (2, True)
    assert [file for file in sorted(tmp_path.iterdir()) if file.suffix == ".yaml"] == []
    assert before


def test_a_flag_and_its_opposite_contradict_each_other(tiphys: Command, flow: str) -> None:
    done = tiphys("build", flow, "--push", "--no-push")

    assert (done.code, "`--push` and `--no-push` contradict each other: say one of them" in done.err) == (2, True)


@pytest.mark.parametrize("name", ["Bad Run", "", "a/b", "../x", "a" * 300])
@pytest.mark.parametrize("command", ["signal", "result"])
def test_what_is_no_name_of_a_run_is_sent_nowhere(tiphys: Command, command: str, name: str) -> None:
    done = tiphys(command, name)

    assert (done.code, "is no name of a run: `--submit` prints it" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("@", "--inputs: @ cannot be read: write --inputs @FILE"),
        ("@bad.json", "--inputs: bad.json cannot be read: 'utf-8' codec can't decode byte 0xff"),
        ("@twice.json", 'twice.json says "item" twice; say it once'),
        ('{"item": "tea", "count": {"a": 1, "a": 2}}', '--inputs says "a" twice; say it once'),
        ("[" * 100_000, "--inputs is not JSON: "),
        ("@a\0b", "cannot be read: "),
    ],
)
def test_inputs_that_cannot_be_read(tiphys: Command, flow: str, tmp_path: Path, given: str, said: str) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe")
    (tmp_path / "twice.json").write_text('{"item": "tea", "item": "cake"}')
    done = tiphys("run", flow, "main", "--inputs", given)

    assert (done.code, done.out, said in done.err) == (2, "", True), done.err


@pytest.mark.parametrize("count", ["0", "-1", "x", "\N{SUPERSCRIPT TWO}", "1.5", "", "9" * 30])
def test_how_many_pods_run_at_once_is_a_number(tiphys: Command, flow: str, count: str) -> None:
    done = tiphys("run", flow, "main", "--item", "tea", f"--parallelism={count}")

    assert (done.code, f"`--parallelism {count}`: write a whole number from 1 on" in done.err) == (2, True)


@pytest.mark.parametrize("end", ["sys.exit(3)", "raise SystemExit", "sys.exit()"])
def test_a_program_that_ends_where_it_is_imported(tiphys: Command, tmp_path: Path, end: str) -> None:
    (tmp_path / "ends.py").write_text(f"import sys\n{end}\n")
    done = tiphys("run", "ends.py")

    assert done.code == 2
    assert "error: importing ends.py ends the program: SystemExit(" in done.err
    assert "ends.py:2:1\n" in done.err
    assert "`if __name__ == '__main__':`" in done.err


def test_the_same_word_twice_says_one_thing(tiphys: Command, flow: str) -> None:
    assert tiphys("graph", flow, "main", "--format", "dot", "--format", "dot").code == 0


@pytest.mark.parametrize("command", [["signal", "a-run"], ["result", "a-run"]])
def test_a_namespace_is_checked_before_a_cluster_is_asked(tiphys: Command, command: list[str]) -> None:
    done = tiphys(*command, "--namespace", "A")

    assert (done.code, "'A' is no name of a namespace" in done.err) == (2, True)


def test_a_namespace_that_nothing_uses_is_told(tiphys: Command, flow: str) -> None:
    done = tiphys("compile", flow, "main", "-n", "ml")

    assert (done.code, "note: `--namespace` has no effect without `--apply` or `--submit`\n" in done.err) == (0, True)


@pytest.mark.parametrize("error", [KeyError("rows"), InternalError("the result cannot be read: []")])
def test_a_bug_of_ours_says_so_and_what_to_report(
    tiphys: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("tiphys.compiling.trace_task", fails)
    monkeypatch.setattr("sys.argv", ["tiphys", "graph", "my flow.py"])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "flow.py").write_text(
        "import tiphys\nenv = tiphys.TaskEnvironment('e')\n@env.task\ndef main() -> None: ...\n"
    )
    done = tiphys("graph", "flow.py")

    said = "KeyError: 'rows'" if isinstance(error, KeyError) else str(error)
    assert done.code == 70
    assert done.err.startswith(f"error: this is a bug in tiphys, not in your program: {said}\n  Please report it with ")
    assert "Traceback" not in done.err
    place = re.search(r"and with (\S+): versions, command and traceback\.\n", done.err)
    assert place is not None
    report = Path(place[1]).read_text()
    assert report.startswith(f"tiphys {__version__}, Python 3.")
    assert "\ntiphys graph 'my flow.py'\n" in report
    assert "Traceback (most recent call last):" in report
    assert said in report


def test_a_bug_where_no_file_can_be_written_prints_its_frames(
    tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise KeyError("rows")

    monkeypatch.setattr("tiphys.compiling.trace_task", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    done = tiphys("graph", flow, "main")

    assert done.code == 70
    assert f"and with this: tiphys {__version__}, Python 3." in done.err
    assert "Traceback (most recent call last):" in done.err


def test_a_bug_as_json(tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise KeyError("rows")

    monkeypatch.setattr("tiphys.compiling.compile_task", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = tiphys("explain", flow, "main", "--json")

    (told,) = json.loads(done.out)["errors"]
    assert (done.code, told["message"]) == (70, "this is a bug in tiphys, not in your program: KeyError: 'rows'")
    assert told["mend"].startswith("Please report it with the program that shows it, and with ")
