"""Results that are kept: what finds them again, and what does not. Each program writes a line per call that runs."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tiphys
from tiphys.loading import load_module

COUNT = itertools.count()
PROGRAM = '''
import asyncio
import dataclasses
import tiphys

LOG = {log!r}
FACTOR = 3

@dataclasses.dataclass
class Point:
    x: int

def helper(x):
    return x * FACTOR

env = tiphys.TaskEnvironment("e")

def ran(text):
    with open(LOG, "a") as file:
        file.write(text + "\\n")

@env.task(cache="auto")
async def f(x: int, note: str = "") -> int:
    """What it does."""
    ran(f"f {{x}}")
    return helper(x)

@env.task(cache=tiphys.Cache("auto", ignored_inputs=("note",)))
async def total(xs: list[int], note: str = "") -> int:
    ran(f"total {{sorted(xs)}}")
    return sum(xs)

@env.task(cache="auto")
async def moved(p: Point, by: int) -> Point:
    ran(f"moved {{p.x}}")
    return Point(p.x + by)

@env.task(cache="auto")
async def fails(x: int) -> int:
    ran(f"fails {{x}}")
    raise ValueError(x)

@env.task(cache="auto")
async def large(n: int) -> str:
    ran(f"large {{n}}")
    return "x" * n

@env.task(cache="auto")
async def length(text: str) -> int:
    ran(f"length {{len(text)}}")
    return len(text)
'''


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Play:
    """Runs programs of one folder, and tells which of their calls ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log.txt"

    def load(self, text: str, *, change: tuple[str, str] = ("", "")) -> ModuleType:
        program = PROGRAM.format(log=str(self.log)) + text
        assert change[0] in program
        file = self.folder / str(next(COUNT)) / "kept_flow.py"
        file.parent.mkdir()
        sys.modules.pop(file.stem, None)  # the names of classes hold that of the module: it stays the same
        file.write_text(program.replace(*change) if change[0] else program)
        return load_module(file)

    def __call__(self, text: str, *, change: tuple[str, str] = ("", ""), **inputs: Any) -> tuple[Any, list[str]]:
        """Run `main` of a program; gives its result and the calls that ran, sorted."""
        self.log.write_text("")
        module = self.load(text, change=change)
        result = tiphys.run(module.main, **inputs).result()
        return result, sorted(self.log.read_text().splitlines())


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path)


ONE = "\n@env.task\nasync def main(n: int = 2) -> int: return await f(n + 1)\n"


def test_a_second_run_finds_the_result(play: Play) -> None:
    assert play(ONE) == (9, ["f 3"])
    assert play(ONE) == (9, [])
    assert play(ONE, n=4) == (15, ["f 5"])


CHANGES: dict[str, tuple[tuple[str, str], bool]] = {
    "a comment": (('    """What it does."""', '    """What it did."""\n    # and a comment'), True),
    "blank lines": (("def helper(x):", "\n\n\ndef helper(x):"), True),
    "retries": (('@env.task(cache="auto")\nasync def f', '@env.task(cache="auto", retries=2)\nasync def f'), True),
    "another task": (('"x" * n', '"y" * n'), True),
    "the body": (("return helper(x)", "return helper(x) + 0"), False),
    "a helper": (("return x * FACTOR", "return FACTOR * x"), False),
    "a constant of a helper": (("FACTOR = 3", "FACTOR = 4"), False),
    "a default": (('x: int, note: str = "")', 'x: int, note: str = "n")'), False),
    "the salt": (('cache="auto")\nasync def f', 'cache=tiphys.Cache("auto", salt="s"))\nasync def f'), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_what_a_task_does_makes_a_difference(name: str, play: Play) -> None:
    change, is_found = CHANGES[name]
    play(ONE)
    assert play(ONE, change=change)[1] == ([] if is_found else ["f 3"])


def test_a_version_stands_for_the_code(play: Play) -> None:
    first = ('cache="auto")\nasync def f', 'cache=tiphys.Cache("auto", "1"))\nasync def f')
    play(ONE, change=first)
    both = (first[0], first[1].replace("async def f", "async def f"))
    text = ONE.replace("f(n + 1)", "f(n + 1) + 0")
    assert play(text, change=both)[1] == []
    assert play(ONE, change=(first[0], first[1].replace('"1"', '"2"')))[1] == ["f 3"]


def test_equal_arguments_find_the_result_wherever_they_come_from(play: Play) -> None:
    text = """
@env.task
async def main(n: int = 3) -> list[int]:
    a = await f(9)
    b = await f(a // 3)
    c = [await f(i % 2 + 9) for i in range(n)]
    return [a, b, *c]
"""
    assert play(text) == ([27, 27, 27, 30, 27], ["f 10", "f 9"])


def test_ignored_inputs_make_no_difference_and_results_of_a_map_are_found(play: Play) -> None:
    text = """
@env.task
async def main(n: int = 3, note: str = "a") -> int:
    xs = await asyncio.gather(*[f(i) for i in range(n)])
    return await total(xs, note=note + "!")
"""
    assert play(text) == (9, ["f 0", "f 1", "f 2", "total [0, 3, 6]"])
    assert play(text, note="b") == (9, [])


def test_many_arguments_of_one_call_are_found_again(play: Play) -> None:
    text = """
@env.task
async def main() -> int:
    return await total([await f(i) for i in range(20)])
"""
    assert play(text)[1][-1].startswith("total")
    assert play(text) == (570, [])


def test_objects_of_the_program_and_large_values_are_kept(play: Play) -> None:
    text = """
@env.task
async def main(n: int = 5000) -> tuple[int, int]:
    p = await moved(await moved(Point(1), 2), 3)
    return p.x, await length(await large(n))
"""
    assert play(text) == ((6, 5000), ["large 5000", "length 5000", "moved 1", "moved 3"])
    assert play(text) == ((6, 5000), [])


def test_a_failure_is_not_kept(play: Play) -> None:
    text = """
@env.task
async def main() -> str:
    try:
        await fails(1)
    except ValueError as error:
        return repr(error)
    return "none"
"""
    assert play(text) == ("ValueError(1)", ["fails 1"])
    assert play(text) == ("ValueError(1)", ["fails 1"])


def test_override_runs_anyway_and_replaces_what_is_kept(play: Play) -> None:
    text = ONE.replace("await f(", "await f.override(cache=tiphys.Cache('override'))(")
    play(ONE)
    assert play(text)[1] == ["f 3"]
    assert play(ONE)[1] == []


def test_a_run_can_do_without_and_can_replace(play: Play) -> None:
    assert play(ONE)[1] == ["f 3"]
    for said, later in (({"disable_run_cache": True}, []), ({"overwrite_cache": True}, [])):
        play.log.write_text("")
        module = play.load(ONE)
        assert tiphys.with_runcontext(**said).run(module.main).result() == 9
        assert play.log.read_text() == "f 3\n"
        assert play(ONE)[1] == later


def test_nothing_is_kept_where_it_is_disabled(play: Play) -> None:
    tiphys.with_runcontext(disable_run_cache=True).run(play.load(ONE).main).result()
    assert play(ONE)[1] == ["f 3"]


def test_an_orchestrator_runs_again_where_all_is_replaced(play: Play) -> None:
    text = ORCHESTRATORS.format(cache='cache="auto"')
    play(text)
    play.log.write_text("")
    tiphys.with_runcontext(overwrite_cache=True).run(play.load(text).main).result()
    assert sorted(play.log.read_text().split("\n")) == ["", "f 1", "f 1", "f 2", "f 2"]


def test_a_result_that_is_too_old_counts_no_more(play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = ONE.replace("await f(", "await f.override(cache=tiphys.Cache('auto', max_age=100))(")
    play(text)
    assert play(text)[1] == []
    kept = [file for file in (tmp_path / "cache" / "tiphys" / "kept").rglob("_") if file.is_file()]
    assert len(kept) == 1
    _, rest = kept[0].read_bytes().split(b"\n", 1)
    kept[0].write_bytes(f"{time.time() - 101}\n".encode() + rest)
    assert play(text)[1] == ["f 3"]


@pytest.mark.parametrize("content", [b"", b"1.0", b"x\nJ1", b"1.0\nX"])
def test_what_cannot_be_read_counts_as_absent(play: Play, tmp_path: Path, content: bytes) -> None:
    play(ONE)
    for file in (tmp_path / "cache" / "tiphys" / "kept").rglob("_"):
        file.write_bytes(content)
    assert play(ONE) == (9, ["f 3"])
    assert play(ONE) == (9, [])


def test_equal_calls_wait_for_each_other_where_asked_to(play: Play) -> None:
    text = """
@env.task(cache=tiphys.Cache("auto", serialize=True))
async def slow(x: int) -> int:
    import time
    ran(f"slow {x}")
    time.sleep(0.2)
    return x

@env.task
async def main() -> list[int]:
    return await asyncio.gather(slow(1), slow(1), slow(2))
"""
    assert play(text) == ([1, 1, 2], ["slow 1", "slow 2"])


ORCHESTRATORS = """
@env.task({cache})
async def inner(xs: list[int]) -> list[int]:
    return [await f(x) for x in xs]

@env.task
async def main(n: int = 1) -> list[int]:
    first = await inner([n, n + 1])
    return first + await inner([n, n + 1])
"""


def test_an_orchestrator_keeps_its_result(play: Play) -> None:
    text = ORCHESTRATORS.format(cache='cache="auto"')
    off = ('@env.task(cache="auto")\nasync def f', "@env.task\nasync def f")
    assert play(text, change=off) == ([3, 6, 3, 6], ["f 1", "f 2"])
    assert play(text, change=off) == ([3, 6, 3, 6], [])
    assert play(text, change=off, n=2) == ([6, 9, 6, 9], ["f 2", "f 3"])


def test_an_orchestrator_that_fails_keeps_nothing_and_one_is_the_entry(play: Play) -> None:
    text = """
@env.task(cache="auto")
async def main(n: int = 1) -> int:
    if n > 2:
        return await fails(n)
    return await f.override(cache="disable")(n)
"""
    assert play(text) == (3, ["f 1"])
    assert play(text) == (3, [])
    for _ in range(2):
        with pytest.raises(ValueError, match="3"):
            play(text, n=3)
        assert play.log.read_text() == "fails 3\n"


def test_an_orchestrators_result_depends_on_the_tasks_that_it_calls(play: Play) -> None:
    text = ORCHESTRATORS.format(cache='cache="auto"').replace("f(x)", "f.override(cache='disable')(x)")
    play(text)
    assert play(text)[1] == []
    assert play(text, change=("return helper(x)", "return helper(x) + 1"))[1] == ["f 1", "f 2"]


def test_an_orchestrators_result_depends_on_the_files_that_the_tasks_include(play: Play) -> None:
    text = """
files = tiphys.TaskEnvironment("files", include=[{table!r}])

@files.task
async def size() -> int:
    ran("size")
    return len(open("table.csv").read())

@files.task
async def middle() -> int:
    return await size()

@env.task(cache="auto")
async def outer() -> int:
    return await middle()

@env.task
async def main() -> int:
    return await outer()
"""
    (play.folder / "tiphys.toml").write_text("")
    table = play.folder / "table.csv"
    program = text.format(table="../table.csv")
    for content, ran in (("a", ["size"]), ("a", []), ("bb", ["size"]), ("bb", [])):
        table.write_text(content)
        assert play(program) == (len(content), ran)


RACE = """
import sys, time
import tiphys

env = tiphys.TaskEnvironment("e")

@env.task(cache=tiphys.Cache("auto", serialize=True))
async def slow(x: int) -> int:
    time.sleep(1.5)
    with open({log!r}, "a") as file:
        file.write("ran\\n")
    return x

@env.task
async def main() -> int:
    return await slow(1)

if __name__ == "__main__":
    print(tiphys.run(main).result())
"""


def test_equal_calls_of_two_processes_wait_for_each_other(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    file = tmp_path / "race.py"
    file.write_text(RACE.format(log=str(log)))
    command = [sys.executable, str(file)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == ["1\n", "1\n"]
    assert log.read_text() == "ran\n"


def test_plain_calls_keep_nothing(play: Play) -> None:
    import asyncio

    module = play.load(ONE)
    play.log.write_text("")
    call: Callable[[], Any] = module.main
    assert [asyncio.run(call()), asyncio.run(call())] == [9, 9]
    assert play.log.read_text() == "f 3\nf 3\n"
    assert "e.f" not in os.listdir(play.folder)
