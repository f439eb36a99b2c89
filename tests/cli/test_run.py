"""`tiphys run`: the manifest runs here; standard output is the result and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import FLOW, Command


def test_flags_are_typed_by_the_annotations(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "main", "--item", "tea", "--count=3", "--gift", "--debug")

    assert done.code == 0
    assert done.out == "{'one': 4.5, 'many': 13.5, 'gift': True}\n"
    assert "[3/3]" in done.err


def test_json_prints_exactly_one_object(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "--item", "tea", "--json", "--debug")
    told = json.loads(done.out)

    assert done.out.count("\n") == 1
    assert list(told) == ["run", "status", "result", "error", "pods", "seconds"]
    assert told["status"] == "succeeded"
    assert told["result"] == {"one": 4.5, "many": 9.0, "gift": False}
    assert told["error"] is None
    assert told["pods"] == 3


def test_a_failing_task_shows_the_users_traceback_only(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "broken", "--debug")

    assert done.code == 1
    assert done.out == ""
    assert 'in refuse\n    raise ValueError(f"no {item}")\n' in done.err
    assert done.err.endswith("ValueError: no tea\n  in shop.refuse\n")
    assert "tiphys" not in done.err.partition("Traceback")[2]


def test_a_failure_as_json(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "broken", "--json", "--debug")
    told = json.loads(done.out)

    assert done.code == 1
    assert (told["status"], told["result"]) == ("failed", None)
    assert {key: told["error"][key] for key in ("type", "message", "task")} == {
        "type": "ValueError",
        "message": "no tea",
        "task": "shop.refuse",
    }
    assert told["error"]["traceback"].startswith("Traceback (most recent call last):")


def test_inputs_from_an_object_a_file_and_beside_flags(tiphys: Command, flow: str, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"item": "cake", "count": 5}')

    direct = tiphys("run", flow, "main", "--inputs", '{"item": "cake"}', "--json", "--debug")
    from_file = tiphys("run", flow, "main", "--inputs", "@in.json", "--count", "1", "--json", "--debug")

    assert json.loads(direct.out)["result"]["many"] == 12.0
    assert json.loads(from_file.out)["result"]["many"] == 6.0


def test_inputs_from_standard_input(tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO('{"item": "12"}'))

    assert json.loads(tiphys("run", flow, "main", "--inputs", "-", "--json", "--debug").out)["result"]["one"] == 3.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["main"], "`item` is missing: str, such as "),
        (["main", "--item", "x", "--count", "many"], '`count`: the value: expected int (as 3), not "many"'),
        (["main", "--itm", "x"], "`shop.main` has no input `itm`. Did you mean `item`"),
        (["main", "--item"], "`--item` needs a value: --item "),
        (["main", "stray"], "'stray' is no flag; inputs are written as --item "),
        (["mian"], "has no task `mian`. Did you mean `main`?"),
        (["main", "--inputs", "[1]"], "--inputs must be a JSON object of inputs, such as '{\"depth\": 3}'"),
        (["main", "--inputs", "{"], "--inputs is not JSON: "),
        (["main", "--inputs", "@gone.json"], "--inputs: gone.json cannot be read: No such file or directory"),
        (["main", "--inputs", '{"item": 3}'], "`item`: the value: expected str"),
        (["main", "--item", "x", "--parallelism", "0"], "`--parallelism 0`: write a whole number from 1 on"),
    ],
)  # fmt: skip
def test_wrong_input_names_the_parameter_its_type_and_an_example(
    tiphys: Command, flow: str, words: list[str], said: str
) -> None:
    done = tiphys("run", flow, *words)

    assert done.code == 2
    assert done.out == ""
    assert said in done.err


def test_all_wrong_inputs_are_told_at_once(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "main", "--count", "x", "--gift=perhaps")

    assert all(f"`{name}`" in done.err for name in ("count", "gift", "item"))


def test_a_file_that_is_not_there(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow.replace("flow", "flwo"))

    assert done.code == 2
    assert f"there is no file {flow.replace('flow', 'flwo')}. Did you mean `{flow}`?" in done.err


def test_a_folder_is_no_program(tiphys: Command, flow: str) -> None:
    done = tiphys("run", ".", "main")

    assert done.code == 2
    assert done.err == f"error: . is a folder, and a program is a file. Name a file in it, such as {flow}.\n"


def test_a_program_that_is_no_python(tiphys: Command, program: Callable[[str], str]) -> None:
    done = tiphys("run", program("def main(:\n    pass\n"))

    assert done.code == 2
    assert "this is not Python: invalid syntax" in done.err


def test_a_program_that_cannot_be_imported(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program("import no_such_package\n")
    done = tiphys("run", name)

    assert done.code == 2
    assert done.err == (
        f"error: importing {name} failed: ModuleNotFoundError: No module named 'no_such_package'\n"
        f"  {name}:3:1\n    import no_such_package\n    ^^^^^^^^^^^^^^^^^^^^^^\n"
        "  Install what the program imports, or call tiphys in the environment that has it.\n"
    )


def test_what_tasks_print_is_shown(tiphys: Command, program: Callable[[str], str]) -> None:
    source = FLOW.replace("return len(item)", "print('weighing', item); return len(item)")
    done = tiphys("run", program(source), "price", "--item", "tea")

    assert done.out == "4.5\n"
    assert "price | weighing tea\n" in done.err


def test_an_interrupt_ends_a_run_in_this_process(tiphys: Command, program: Callable[[str], str]) -> None:
    source = FLOW.replace("return len(item)", "raise KeyboardInterrupt; return len(item)")
    done = tiphys("run", program(source), "price", "--item", "tea", "--debug")

    assert done.code == 130
    assert done.err.endswith("interrupted\n")


def test_a_program_without_tasks(tiphys: Command, program: Callable[[str], str]) -> None:
    done = tiphys("run", program("x = 1\n"))

    assert "defines no task; decorate a function with `@env.task`" in done.err


def test_without_a_name_the_only_orchestrator_is_run(tiphys: Command, program: Callable[[str], str]) -> None:
    source = FLOW.replace("async def main", "async def shop")
    source = source[: source.index("@env.task\nasync def broken")]

    assert tiphys("run", program(source), "--item", "tea", "--debug").code == 0


def test_several_orchestrators_and_no_main(tiphys: Command, program: Callable[[str], str]) -> None:
    done = tiphys("run", program(FLOW.replace("async def main", "async def shop")))

    assert "has several tasks: name one of `price`, `refuse`, `shop`, `broken`" in done.err


def test_help_of_a_task_shows_inputs_in_order_with_their_docs(tiphys: Command, flow: str) -> None:
    done = tiphys("run", flow, "main", "--help")

    assert done.code == 0
    assert done.out.endswith(
        "Inputs:\n"
        "  --item  str (required)  what is bought\n"
        "  --count  int (default 2)\n"
        "  --gift  bool (default False)\n"
    )


def test_help_without_a_file(tiphys: Command) -> None:
    assert tiphys("run", "--help").out.startswith("Usage: tiphys run FILE [TASK]")


def test_a_flag_before_the_file_is_told(tiphys: Command, flow: str) -> None:
    assert "name the file first" in tiphys("run", "--item", "x", flow).err


def test_without_a_place_for_runs_that_is_told(
    tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    done = tiphys("run", flow, "--item", "tea")

    assert (done.code, done.out) == (2, "")
    assert f"there is no place for what a run keeps: {tmp_path / 'file'}" in done.err
    assert "Set XDG_CACHE_HOME to a folder that can be written." in done.err


def test_compiling_needs_no_home(tiphys: Command, flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)

    assert tiphys("compile", flow, "--image", "registry.example/made-here:1").code == 0
    done = tiphys("run", flow, "--item", "tea")
    assert (done.code, done.out) == (2, "")
    assert "there is no place for what a run keeps: this user has no home folder" in done.err
