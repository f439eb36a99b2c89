"""The same source gives the same bytes: in any folder, under any hash seed, in any process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

PROGRAM = '''
"""Everything whose order or identity could leak into the output."""
import asyncio
import enum
import functools
from dataclasses import dataclass, field
from typing import NamedTuple

import tiphys
from shelf import scaled

env = tiphys.TaskEnvironment("all", env_vars={"b": "2", "a": "1", "c": "{{x}}"}, secrets=["one", "two"])
other = env.clone_with("other", resources=tiphys.Resources(cpu=(1, 2), gpu=1))
WORDS = {"pear", "apple", "plum", "fig", "date"}
FROZEN = frozenset({("x", 1), ("y", 2), ("z", 3)})


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Pair(NamedTuple):
    left: str
    right: int


@dataclass(frozen=True)
class Config:
    name: str
    tags: frozenset = frozenset({"t1", "t2", "t3"})
    table: dict = field(default_factory=lambda: {"k": {1, 2, 3}})

    def scale(self, x):
        return scaled(x, len(self.tags))


def adder(n):
    seen = {"n", "m", "o"}

    def add(x):
        return x + n + len(seen)

    return add


plus = adder(3)
times = functools.partial(lambda a, b: a * b, 2)


@env.task
async def work(c: Config, words: set, pair: Pair, color: Color = Color.RED) -> dict:
    def inner(word):
        return lambda: (word, plus(len(word)), times(3), c.scale(2), FROZEN)

    return {word: inner(word)() for word in words | WORDS}


@other.task(retries=2)
async def count(d: dict, kinds: frozenset = frozenset({Color.RED, Color.BLUE})) -> int:
    return len(d) + len(kinds)


@env.task
async def sub(x: int, config: Config) -> int:
    d = await work(config, {"s", "u", "b"}, Pair("l", x))
    return await count(d)


@env.task
async def main(n: int = 3, words: frozenset = frozenset({"w1", "w2", "w3"})) -> list:
    configs = [Config(name) for name in sorted(WORDS)]
    results = await asyncio.gather(*(work(c, {c.name, "x", "y"}, Pair("p", 1)) for c in configs))
    best = sorted(results, key=lambda d: (len(d), sorted(d)))[0]
    numbers = await asyncio.gather(*(count(d) for d in results), sub(n, configs[0]), sub(n + 1, configs[1]))
    return [sum(numbers), {k: plus(v[1]) for k, v in best.items()}, words & WORDS]
'''
SHELF = "def scaled(x, by):\n    return x * by\n"
COMPILE = """
import sys
from pathlib import Path
from tiphys.argo.emit import to_json, to_yaml
from tiphys.compiling import compile_task, trace_task
from tiphys.loading import find_task, load_module
task = find_task(load_module(Path(sys.argv[1])), sys.argv[2])
manifest = compile_task(task)
sys.stdout.write(str(trace_task(task)) + to_yaml(manifest.objects) + to_json(manifest.objects) + str(manifest.report))
"""


def output(file: Path, task: str, seed: str, cwd: Path) -> str:
    """Compile in a process of its own; give what it made."""
    path = os.pathsep.join(str(REPOSITORY / root) for root in ("compiler", "runtime", "templates"))
    variables = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    command = [sys.executable, "-c", COMPILE, str(file), task]
    done = subprocess.run(command, env=variables, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def places(root: Path, files: dict[str, str]) -> list[Path]:
    """Write the same project into two folders, of names of different lengths."""
    found = [root / "a", root / "some where" / "else"]
    for folder in found:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("example", ["kitchen", "hello", "digits", "etl"])
def test_the_bytes_depend_on_the_source_alone(tmp_path: Path, example: str) -> None:
    if example == "kitchen":
        files, task = {"flow.py": PROGRAM, "shelf.py": SHELF}, "main"
    else:
        files = {"flow.py": (REPOSITORY / "examples" / f"{example}.py").read_text()}
        task = "hello_wf" if example == "hello" else "main"
    here, there = places(tmp_path, files)
    seen = {
        hashlib.sha256(output(folder / "flow.py", task, seed, cwd).encode()).hexdigest()
        for folder, seed, cwd in [
            (here, "0", here),
            (here, "1", tmp_path),
            (there, "2", there),
            (there, "random", here),
        ]
    }
    assert len(seen) == 1
