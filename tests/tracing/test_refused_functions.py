"""What functions, generators, coroutines and objects of users cannot do in an orchestrator, and the texts that say so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tiphys.compiling import trace_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

HEADER = """\
import asyncio
from dataclasses import dataclass
import tiphys as flyte
env = flyte.TaskEnvironment("flow")


@env.task
async def add(a: int, b: int = 1) -> int: ...


@env.task
async def numbers(n: int) -> list[int]: ...


"""

ROWS = {
    "objects made in a way of their own": (
        """\
class Made:
    def __new__(cls):
        return object.__new__(cls)

    async def run(self, n):
        return await add(n)


@env.task
async def main(n: int) -> int:
    return await Made().run(n)
""",
        """\
`Made` calls tasks, and how it makes its objects cannot be traced
  flow.py:25:18
    return await Made().run(n)
                 ^^^^^^
  Give it a plain `__init__`, without `__new__`, `__setattr__` or a metaclass.
""",
    ),
    "a method of several classes": (
        """\
@dataclass
class Job:
    async def run(self, n):
        return await add(n)


class LongJob(Job):
    async def run(self, n):
        return await add(n, 5)


@env.task
async def plan() -> Job: ...


@env.task
async def main(n: int) -> int:
    job = await plan()
    return await job.run(n)
""",
        """\
`run` calls tasks, and of which class its object is, only run time says: there are several
  flow.py:33:18
    return await job.run(n)
                 ^^^^^^^
  Decide by the data which function to call, such as by an `if`.
""",
    ),
    "`:=` in a comprehension, read behind it": (
        """\
@env.task
async def main(n: int) -> list[int]:
    found = [y for x in await numbers(n) if (y := x + 1)]
    return [*found, y]
""",
        """\
`y` is set in a comprehension over a runtime value, and read behind it
  flow.py:17:46
    found = [y for x in await numbers(n) if (y := x + 1)]
                                             ^^^^^^^^^^
  Write it as a loop.
""",
    ),
    "a random generator of the module": (
        """\
import random
GENERATOR = random.Random(1)


@env.task
async def main(n: int) -> int:
    return await add(GENERATOR.randint(0, n))
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:21:22
    return await add(GENERATOR.randint(0, n))
                     ^^^^^^^^^^^^^^^^^^^^^^^
  Make one in the orchestrator, or use it inside a task.
""",
    ),
    "a deque of the module": (
        """\
from collections import deque
QUEUE = deque([1])


@env.task
async def main(n: int) -> int:
    return await add(QUEUE.popleft())
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:21:22
    return await add(QUEUE.popleft())
                     ^^^^^^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "a coroutine that reads the variable of its loop": (
        """\
@env.task
async def main(n: int) -> list[int]:
    async def job() -> int:
        return await add(item)

    jobs = []
    for item in await numbers(n):
        jobs.append(job())
    return await asyncio.gather(*jobs)
""",
        """\
`job` reads `item` when it runs, and that is when the loop is through
  flow.py:17:5
    async def job() -> int:
    ^^^^^^^^^^^^^^^^^^^^^^^
  Give it the value as an argument: `job(item)`.
""",
    ),
    "a loop that starts tasks and does more": (
        """\
@env.task
async def main(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        if item % 2:
            jobs.append(add(item))
        n = await add(n)
    return await asyncio.gather(*jobs)
""",
        """\
only run time says how many tasks this holds, and the loop does more than start them
  flow.py:18:5
    for item in await numbers(n):
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Let each round append its coroutines, and nothing else; or await them in the round.
""",
    ),
    "a task as the function of another": (
        """\
@env.task
def size(x: int) -> int: ...


@env.task
async def main(n: int) -> int:
    return max(await numbers(n), key=size)
""",
        """\
`size` calls a task, so it cannot run as part of another computation
  flow.py:21:12
    return max(await numbers(n), key=size)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over the values, and call it in the orchestrator.
""",
    ),
    "a generator that is returned": (
        """\
async def each(n):
    for item in range(3):
        yield await add(n, item)


@env.task
async def main(n: int) -> list[int]:
    return each(n)
""",
        """\
`each` gives a generator, and those cannot travel
  flow.py:22:5
    return each(n)
    ^^^^^^^^^^^^^^
  Make a list of it where it is called: `list(...)`.
""",
    ),
    "a generator that yields where errors are caught": (
        """\
async def each(n):
    for item in await numbers(n):
        try:
            yield await add(item)
        except ValueError:
            yield 0


@env.task
async def main(n: int) -> int:
    async for item in each(n):
        n += await add(item)
    return n
""",
        """\
a generator that yields inside of a `try` cannot be traced here
  flow.py:25:23
    async for item in each(n):
                      ^^^^^^^
  Collect the items in a list inside of the `try`, and loop over that.
""",
    ),
    "functions in a list of a loop": (
        """\
@env.task
async def main(n: int) -> list[int]:
    steps = []
    for item in await numbers(n):
        steps.append(lambda x: add(x, item))
    return [await step(1) for step in steps]
""",
        """\
only run time says how many functions this holds
  flow.py:18:5
    for item in await numbers(n):
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Keep the values that they use, and call one function with each of those.
""",
    ),
    "an object that is its own iterator": (
        """\
class Each:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration


@env.task
async def main(n: int) -> int:
    for item in Each(n):
        n += await add(item)
    return n
""",
        """\
an object that is its own iterator cannot be traced
  flow.py:28:17
    for item in Each(n):
                ^^^^^^^
  Let `__iter__` be a generator.
""",
    ),
    "what follows a refused definition": (
        """\
@env.task
async def main(n: int) -> int:
    class Local:
        by = 1

    return await add(n, Local.by)
""",
        """\
a class cannot be defined inside an orchestrator
  flow.py:17:5
    class Local:
    ^^^^^^^^^^^^
  Define it in the module.
""",
    ),
}


@pytest.mark.parametrize("title", ROWS)
def test_a_mistake_is_refused_at_its_line(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole text, and no other that only follows from it."""
    program, expected = ROWS[title]
    path = tmp_path / "flow.py"
    path.write_text(HEADER + program)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "flow", raising=False)

    with pytest.raises(ProgramError) as caught:
        trace_task(load_module(path).main)

    assert str(caught.value) + "\n" == expected
