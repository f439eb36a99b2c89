"""Tuples, dicts, lists and objects that hold tasks, or whose methods call tasks: one of several, as run time says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("held-tasks")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def multiply(a: int, b: int = 1) -> int:
    return a * b


@env.task
async def called(function: Any) -> str:
    return function()


@dataclass
class Job:
    step: Any
    n: int = 1


class Fast:
    rate = 2

    async def run(self, x: int) -> int:
        return await multiply(x, self.rate)

    def label(self) -> str:
        return "fast"


class Slow:
    def __init__(self, k: int) -> None:
        self.k = k

    async def run(self, x: int) -> int:
        return await add(await add(x, self.k), self.k)

    def label(self) -> str:
        return f"slow {self.k}"


class Plain:
    def __init__(self, k: int) -> None:
        self.k = k

    def label(self) -> str:
        return f"plain {self.k}"

    def twice(self) -> str:
        return self.label() * 2


WAYS: dict[int, Fast | Slow] = {0: Fast(), 1: Slow(3), 2: Slow(5)}
STEPS: dict[int, list[Any]] = {0: [add, multiply], 1: [multiply], 2: []}
PLAIN = [Plain(1), Plain(2)]
METHODS: list[Callable[[], str]] = [PLAIN[0].label, PLAIN[1].twice]


@env.task
async def tuple_with_a_task(n: int) -> list[int]:
    table: dict[int, Any] = {1: (add, {"b": 5}), 2: (multiply, {"b": 7})}
    step, words = table.get(await add(n), (add, {}))
    return [await step(n, **words), await step(a=n)]


@env.task
async def dict_with_a_task(n: int) -> list[int]:
    x = await add(n)
    table: dict[str, Any] = {"a": {"step": add, "args": (1, 2)}, "b": {"step": multiply, "args": (n, 5)}}
    first, second = table["a" if x > 2 else "b"], table[["a", "b"][x % 2]]
    a, b = second["args"]
    return [await first["step"](*first["args"]), await second["step"](a, b), len(first["args"])]


@env.task
async def object_with_a_task(n: int) -> list[int]:
    jobs = {1: Job(add, 3), 2: Job(multiply, 4)}
    job = jobs.get(await add(n)) or Job(add)
    step, k = job.step, job.n
    return [await job.step(job.n), await step(k)]


@env.task
async def pairs_in_another_order(n: int) -> list[object]:
    x = await add(n)
    pairs = [("add", add), ("multiply", multiply)]
    (name, step), *rest = pairs if x > 2 else pairs[::-1]
    return [name, await step(x, 4), len(rest)]


@env.task
async def list_of_steps(n: int) -> int:
    x = await add(n)
    for step in STEPS[x % 3]:
        x = await step(x, 3)
        if x > 20:
            break
    else:
        x = -x
    return x


@env.task
async def object_by_a_key(n: int) -> list[object]:
    way = WAYS[await add(n) % 3]
    return [await way.run(n), way.label(), await asyncio.gather(*[way.run(i) for i in range(2)])]


@env.task
async def object_by_an_arm(n: int) -> list[object]:
    if await add(n) > 2:
        way: Fast | Slow = WAYS[0]
    else:
        way = Slow(n)
    other = Fast() if n % 2 else WAYS[1]
    return [await way.run(n), await other.run(1)]


@env.task
async def methods_as_values(n: int) -> list[str]:
    a = await add(n)
    method = METHODS[a % 2]
    other = PLAIN[0].twice if a > 2 else METHODS[1]
    return [method(), await called(METHODS[1]), await called(method), other()]


CASES = [
    *[("tuple_with_a_task", {"n": n}) for n in (0, 1, 2)],
    *[("dict_with_a_task", {"n": n}) for n in (0, 1, 2)],
    *[("object_with_a_task", {"n": n}) for n in (0, 1, 2)],
    *[("pairs_in_another_order", {"n": n}) for n in (0, 2)],
    *[("list_of_steps", {"n": n}) for n in (0, 1, 2, 8)],
    *[("object_by_a_key", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    *[("object_by_an_arm", {"n": n}) for n in (0, 1, 2, 3)],
    *[("methods_as_values", {"n": n}) for n in (0, 1, 2)],
]
