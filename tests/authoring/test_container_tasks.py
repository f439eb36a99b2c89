"""Tasks that are containers: what is checked where they are made, and what a call outside of a run does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tiphys import errors
from tiphys.authoring.commands import Misplaced, command_of
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.extras import ContainerTask

HEAD = "from tiphys.extras import ContainerTask\n"
MISTAKES = {
    "name": ('ContainerTask("My Task", "i", ["x"])', "'My Task' is no name of a task", ""),
    "no command": ('ContainerTask("t", "i", [])', "the container task 't' has no command", "Say what it runs"),
    "a text as command": ('ContainerTask("t", "i", "echo hi")', "`command` takes a list of texts, not 'echo hi'", "['echo', 'hi']"),
    "a number as argument": ('ContainerTask("t", "i", ["x"], arguments=[3])', "`arguments` takes a list of texts, not 3", ""),
    "no image": ('ContainerTask("t", "a b", ["x"])', "`ContainerTask(image='a b')`", ""),
    "unknown setting": ('ContainerTask("t", "i", ["x"], retry=3)', "`ContainerTask` has no parameter `retry`", "`retries`"),
    "wrong setting": ('ContainerTask("t", "i", ["x"], retries=-1)', "-1 is not a number of retries", ""),
    "no type": ('ContainerTask("t", "i", ["x"], inputs={"n": "int"})', "`n` in `inputs` has no type, but 'int'", "Write `str`"),
    "name of a file": ('ContainerTask("t", "i", ["x"], outputs={"a/b": int})', "'a/b' in `outputs` is no name of a file", "`_`"),
    "unknown input": ('ContainerTask("t", "i", ["{{.inputs.nme}}"], inputs={"name": str})', "`{{.inputs.nme}}` names no input", "`name`"),
    "no inputs": ('ContainerTask("t", "i", ["{{.inputs.n}}"])', "names no input of the task. The task has no inputs.", ""),
    "outputs in the command": ('ContainerTask("t", "i", ["{{.outputs.n}}"])', "`{{.outputs.n}}` has no meaning", "outputs are files"),
    "code of another language": (
        'ContainerTask("t", "i", ["python3", "-c", "print({{.inputs.n}})"], inputs={"n": str})',
        "stands in the code of `python3`, where the value would be read as code", "pass it as an argument",
    ),
    "a here document": (
        'ContainerTask("t", "i", ["sh", "-c", "cat <<EOF\\n{{.inputs.n}}\\nEOF"], inputs={"n": str})',
        "stands in a text with `<<`, where its quoting cannot be known", "read its file",
    ),
    "relative folder": ('ContainerTask("t", "i", ["x"], input_data_dir="in")', "`input_data_dir` is 'in', and must be an absolute path", ""),
    "our folder": ('ContainerTask("t", "i", ["x"], output_data_dir="/tiphys/o")', "where tiphys and Argo keep files", ""),
    "one folder in the other": ('ContainerTask("t", "i", ["x"], output_data_dir="/var/inputs/o")', "is in the other", "two folders"),
    "an input that a script has not": (
        'from tiphys.extras import shell\nshell.create("t", image="i", script="{inputs.n}", inputs={"m": int})',
        "`{inputs.n}` names none of the task's inputs", "`m`",
    ),
    "an output that a script has not": (
        'from tiphys.extras import shell\nshell.create("t", image="i", script="{outputs.n}")',
        "`{outputs.n}` names none of the task's outputs", "The task has no outputs.",
    ),
    "no script": ('from tiphys.extras import shell\nshell.create("t", image="i", script=" ")', "`script` takes the text", ""),
    "text in arithmetic": (
        'ContainerTask("t", "i", ["sh", "-c", "echo $((1 + {{.inputs.n}}))"], inputs={"n": str})',
        "stands in arithmetic of a shell, and is no `int`", "",
    ),
    "outputs without types": ('ContainerTask("t", "i", ["x"], outputs=["a"])', "`outputs` takes types by name, not ['a']", '{"name": str}'),
    "tasks of several images": (
        'flyte.TaskEnvironment.from_task("e", ContainerTask("a", "i", ["x"]), ContainerTask("b", "j", ["x"]))',
        "the tasks have different images: i, j", "Make an environment for each image.",
    ),
    "a task of an environment": (
        'env = flyte.TaskEnvironment("e")\n@env.task\ndef f(): ...\nflyte.TaskEnvironment.from_task("g", f)',
        "`e.f` belongs to the environment `e` already", "Name that one in `depends_on`",
    ),
    "no task": ('flyte.TaskEnvironment.from_task("g", 3)', "an environment is made of tasks, not int 3", ""),
    "a task twice": (
        't = ContainerTask("a", "i", ["x"])\nflyte.TaskEnvironment.from_task("e", t)\nflyte.TaskEnvironment("f").add_task(t)',
        "`a` belongs to the environment `e` already", "",
    ),
    "an orchestrator as text": (
        'flyte.TaskEnvironment("e").sandbox.orchestrator("x + 1", inputs={"x": int})', "so cannot be a text", "as a function",
    ),
    "a limit of an interpreter": (
        'flyte.TaskEnvironment("e").sandbox.orchestrator(max_memory=5)', "`max_memory` has nothing to limit", "Leave it out.",
    ),
    "a report": (
        'ContainerTask("a", "alpine:3", ["ls"], report=True)', "`ContainerTask` makes no report", "Let a task in Python make it.",
    ),
    "an environment of numbers": (
        'flyte.TaskEnvironment.from_task("e", 3)', "made of tasks, not int 3", "Pass tasks such as `ContainerTask(...)`.",
    ),
    "a misspelt command": (
        'ContainerTask("a", "alpine:3", ["ls"], comand=["ls"])', "`ContainerTask` has no parameter `comand`", "Did you mean `command`",
    ),
    "an unknown option": ('flyte.TaskEnvironment("e").sandbox.orchestrator(timeout=5)', "has no parameter `timeout`", "timeout_ms"),
    "a wrong limit": ('flyte.TaskEnvironment("e").sandbox.orchestrator(timeout_ms=0.5)', "whole number of milliseconds", ""),
    "no checks": ('flyte.TaskEnvironment("e").sandbox.orchestrator(type_check=False)', "cannot be switched off", "Leave it"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_at_its_argument(case: str, refused: Callable[[str], str]) -> None:
    program, message, mend = MISTAKES[case]

    text = refused(HEAD + program)

    assert message in text
    assert mend in text
    assert "flow.py:" in text


def test_a_call_outside_of_a_run_is_a_process_here(load: Callable[[str], ModuleType]) -> None:
    task = load(
        HEAD + 't = ContainerTask("t", "none", ["sh", "-c", "printf %s \\"$A-{{.inputs.n}}\\" > /var/outputs/x"], '
        'inputs={"n": int}, outputs={"x": str}, env_vars={"A": "/var/inputs/n"})'
    ).t

    said = asyncio.run(task(n=3))

    assert said.endswith("/inputs/n-3")
    assert not said.startswith("/var/inputs")
    assert asyncio.run(task.aio(n=4)).endswith("-4")


def test_a_command_that_this_computer_lacks_is_told_as_such(load: Callable[[str], ModuleType]) -> None:
    task = load(HEAD + 't = ContainerTask("t", "none", ["no-such-command"])').t

    with pytest.raises(errors.ContainerError, match="exit code 127; its command was not found"):
        asyncio.run(task())


def test_a_call_takes_inputs_by_name(load: Callable[[str], ModuleType]) -> None:
    task = load(HEAD + 't = ContainerTask("t", "none", ["true"], inputs={"n": int})').t

    with pytest.raises(TypeError, match="too many positional arguments"):
        task(3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo {{.inputs.n}}", 'echo "${TIPHYS_INPUT_n}"'),
        ('echo "<{{.inputs.n}}>"', 'echo "<${TIPHYS_INPUT_n}>"'),
        ("echo '<{{.inputs.n}}>'", "echo '<'\"${TIPHYS_INPUT_n}\"'>'"),
        ("echo \\' {{.inputs.n}}", 'echo \\\' "${TIPHYS_INPUT_n}"'),
        ('echo "\\"" {{.inputs.n}}', 'echo "\\"" "${TIPHYS_INPUT_n}"'),
        ("# it's\necho {{.inputs.n}}", '# it\'s\necho "${TIPHYS_INPUT_n}"'),
        ("echo a#'b {{.inputs.n}}'", "echo a#'b '\"${TIPHYS_INPUT_n}\"''"),
    ],
)
def test_an_input_in_the_text_of_a_shell_is_a_variable_quoted_as_its_place_needs(text: str, expected: str) -> None:
    found = command_of(["bash", "-euc", text], {"n": str})

    assert found.pieces is not None
    assert "".join(part for _, part in found.pieces[2]) == expected
    assert found.variables == ("n",)


def test_a_word_of_its_own_is_the_value() -> None:
    found = command_of(["sh", "-c", 'echo "$1"', "sh", "{{.inputs.n}}"], {"n": str})

    assert found.pieces is not None
    assert found.pieces[4] == (("input", "n"),)
    assert found.variables == ()


def test_a_command_that_nothing_replaces_stays_as_it_is() -> None:
    assert command_of(["cat", "/var/inputs/n"], {"n": str}).pieces is None
    assert command_of(["echo", "$HOME"], {}).pieces is None
    assert command_of(["echo", "{{workflow.name}}"], {}).pieces == (
        (("text", "echo"),),
        (("text", "{{workflow.name}}"),),
    )


def test_tasks_of_no_environment_make_one(load: Callable[[str], ModuleType]) -> None:
    made = load(
        HEAD + 'other = flyte.TaskEnvironment("other")\n'
        'a, b = ContainerTask("a", "i", ["x"]), ContainerTask("b", "i", ["y"])\n'
        'env = flyte.TaskEnvironment.from_task("e", a, b, depends_on=[other])\n'
        'empty = flyte.TaskEnvironment.from_task("none")'
    )

    assert dict(made.env.tasks) == {"a": made.a, "b": made.b}
    assert made.env.settings.image == "i"
    assert made.env.depends_on == (made.other,)
    assert made.a.parent_env_name == "e"
    assert made.empty.settings.image is None


def test_an_environment_takes_a_task_in(load: Callable[[str], ModuleType]) -> None:
    made = load(
        HEAD + 'env = flyte.TaskEnvironment("e", env_vars={"A": "1"})\nt = env.add_task(ContainerTask("t", "i", ["x"]))'
    )

    assert made.t.env_vars == {"A": "1"}
    assert made.t.image == "i"


def test_a_marked_function_is_traced_whatever_it_calls(load: Callable[[str], ModuleType]) -> None:
    made = load(
        'env = flyte.TaskEnvironment("e")\n@env.sandbox.orchestrator\ndef f(x: int) -> int: return x\n'
        "@env.sandbox.orchestrator(timeout_ms=1500, retries=2)\ndef g(x: int) -> int: return x"
    )

    assert made.f.orchestrator is True
    assert made.g.timeout.seconds == 1.5
    assert made.g.retries.count == 2


def test_a_plain_function_is_told_to_become_async_for_an_async_task(load: Callable[[str], ModuleType]) -> None:
    made = load(
        'env = flyte.TaskEnvironment("e")\n@env.task\nasync def f(x: int) -> int: return x\n'
        "@env.sandbox.orchestrator\ndef g(x: int) -> int: return f(x) + 1"
    )

    with pytest.raises(ProgramError, match=r"`f` is async: await it in an `async def`, or write it as a plain `def`."):
        compile_task(made.g)


@pytest.mark.parametrize(
    "before",
    [
        ["bash", "-o", "pipefail", "-c"], ["bash", "-eo", "pipefail", "-c"], ["bash", "-oe", "pipefail", "-c"],
        ["bash", "--rcfile", "x", "-c"], ["bash", "-c", "-e"], ["sh", "-c", "--"], ["bash", "+e", "-c"],
        ["/usr/bin/env", "bash", "-lc"], ["nice", "bash", "-O", "extglob", "-euc"],
    ],
)  # fmt: skip
def test_code_of_a_shell_is_found_behind_its_options(before: list[str]) -> None:
    found = command_of([*before, "echo {{.inputs.n}}"], {"n": str})

    assert found.variables == ("n",)
    assert found.pieces is not None
    assert "".join(text for _, text in found.pieces[-1]) == 'echo "${TIPHYS_INPUT_n}"'


@pytest.mark.parametrize(
    "before", [["bash", "run.sh", "-c"], ["bash", "-c", "echo $0"], ["bash", "-e"], ["grep", "-c"]]
)
def test_operands_are_no_code(before: list[str]) -> None:
    assert command_of([*before, "{{.inputs.n}}"], {"n": str}).variables == ()


@pytest.mark.parametrize(
    "before", [["perl", "-ne"], ["python3", "-Ic"], ["node", "--eval"], ["nice", "ruby", "-ne"], ["awk"], ["sed", "-i"]]
)
def test_a_value_in_the_code_of_another_language_is_refused(before: list[str]) -> None:
    with pytest.raises(Misplaced, match="where the value would be read as code"):
        command_of([*before, "x = '{{.inputs.n}}'"], {"n": str})


def test_a_word_of_its_own_behind_a_filter_is_no_code() -> None:
    assert command_of(["sed", "-e", "s/a/b/", "{{.inputs.n}}"], {"n": str}).pieces is not None


def test_files_of_a_command_do_not_stay_where_python_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    task = ContainerTask("t", "i", ["sh", "-c", "echo 3 > beside; cp beside /var/outputs/n"], outputs={"n": int})

    assert asyncio.run(task()) == 3
    assert list(tmp_path.iterdir()) == []
