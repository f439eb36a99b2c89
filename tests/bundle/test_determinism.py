"""The same program gives the same bytes: in any folder, under any hash seed, compiled or read from a cache."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
BUILD = """
import importlib, sys
from pathlib import Path
root, name, functions = Path(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
sys.path.insert(0, str(root))
if "early" in sys.argv:
    import asyncio, decimal, uuid, http.client, email.message  # more interned names, other ids
    keep = [object() for _ in range(10_000)]
module = importlib.import_module(name)
from tiphys.bundle import Bundler, Entry, Operand, Output, Step
task = lambda value: (value.name, value.function) if type(value).__name__ == "Task" else None
bundler = Bundler(program="p", root=root, is_task=task)
for each in functions:
    function = getattr(module, each)
    step = Step(eval("lambda n: n in {'a', 'b', 'c', 'd'}"), (0,), "x:1", "...")
    operands, outputs = (Operand("n"),), (Output("v", "v", 2048, True),)
    bundler.add(Entry(each, f"e.{each}", function, each, operands, after=(step,), outputs=outputs))
print(bundler.literal({"s": {"a", "b", "c"}, "p": getattr(module, functions[0]), "f": frozenset({(1, "x"), (2, "y")})}))
print(bundler.requirements())
print(bundler.build().digest)
"""


def build(root: Path, name: str, functions: str, *options: str, seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(root), name, functions, *options],
        env={"PYTHONHASHSEED": seed, "PATH": "", "HOME": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("name", "functions"), [("kitchen", "check,acheck,same,fails"), ("models", "check,given")])
def test_the_bytes_depend_on_the_program_alone(tmp_path, name, functions):
    first, second = tmp_path / "one", tmp_path / "somewhere" / "else entirely"
    for root in (first, second):
        shutil.copytree(PROGRAMS, root, ignore=shutil.ignore_patterns("__pycache__"))
    expected = build(first, name, functions)  # compiles the modules

    assert build(first, name, functions, seed="1") == expected  # reads the cache
    assert build(first, name, functions, "early", seed="random") == expected
    assert build(second, name, functions, seed="2") == expected
    assert build(second, name, functions, "early", seed="random") == expected


def test_the_order_of_entries_does_not_matter(load, bundler, entry, tmp_path):
    from tiphys.bundle import Bundler

    kitchen = load("kitchen")
    other = Bundler(program="test.main", root=tmp_path / "program", is_task=lambda value: None)
    bundler._things.task_of = lambda value: None
    for name in ("even", "odd", "fails"):
        bundler.add(entry(getattr(kitchen, name), "n"))
    for name in ("fails", "odd", "even"):
        other.add(entry(getattr(kitchen, name), "n"))

    assert bundler.build() == other.build()
