"""What importing costs, told by what is loaded: seconds measure the computer, `sys.modules` measures the code."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"hera", "kubernetes", "networkx", "typer", "pydantic", "yaml", "asyncio"}


def loaded_by(code: str) -> set[str]:
    """Run code in a fresh interpreter; give the top-level names of the modules it loaded."""
    script = f"{code}\nimport sys\nprint('loaded:', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_importing_tiphys_loads_nothing_heavy() -> None:
    assert loaded_by("import tiphys") & HEAVY == set()


@pytest.mark.slow
def test_defining_tasks_loads_neither_the_back_ends_nor_the_command_line() -> None:
    code = "import tiphys\nenv = tiphys.TaskEnvironment(name='a')\n@env.task\nasync def f(x: int) -> int: return x"
    assert loaded_by(code) & {"hera", "kubernetes", "networkx", "typer", "yaml"} == set()


def test_help_loads_no_back_end() -> None:
    assert loaded_by(command("--help")) & {"hera", "kubernetes", "networkx", "pydantic", "yaml"} == set()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["compile", "--help"], ["graph", "--help"], ["--version"]])
def test_commands_that_do_nothing_load_no_back_end(arguments: list[str]) -> None:
    # typer itself may load pydantic, to read flags
    assert loaded_by(command(*arguments)) & {"hera", "kubernetes", "networkx", "yaml"} == set()


def command(*arguments: str) -> str:
    """Write the code that is the command line."""
    call = f"sys.argv = ['tiphys', *{list(arguments)}]"
    return f"import sys\n{call}\nfrom tiphys.cli import main\ntry: main()\nexcept SystemExit: pass"


def test_the_runtime_loads_nothing_of_the_compiler() -> None:
    modules = "codec convert deadline envelope errors failure loading operands records remake shim stub".split()
    loaded = loaded_by("".join(f"import tiphys_runtime.{name}\n" for name in modules))
    assert loaded & (HEAVY | {"tiphys", "cloudpickle"}) == set()
