"""`for` over what a task gave: one item after the other, values that rounds carry, `break`, `continue`, `else`."""

from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("loops-for")


@dataclass
class Trial:
    rate: float
    depth: int


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def over_a_range(n: int) -> list[int]:
    count = await add(n, 0)
    found = []
    for i in range(count):
        found.append(await add(i, i))
    for i in range(10, count, -4):
        found.append(await add(i, 0))
    return found


@env.task
async def over_reversed_and_sorted(n: int) -> list[int]:
    found = []
    values = await numbers(n)
    for item in reversed(values):
        found.append(await add(item))
    for item in sorted(values, key=lambda x: (x % 2, x)):
        found.append(await add(item, 100))
    return found


@env.task
async def variable_after_the_loop(n: int) -> list[int]:
    item = -1
    value = -2
    for item in await numbers(n):
        value = await add(item, 10)
    return [item, value]


@env.task
async def target_is_an_attribute(n: int) -> list[object]:
    latest = Trial(0.0, 0)
    slots = [0, 0]
    for latest.depth in await numbers(n):
        slots[1] = await add(latest.depth, slots[0])
        slots[0] = slots[1]
    return [latest, slots]


@env.task
async def two_loops(n: int) -> list[int]:
    firsts = []
    for item in await numbers(n):
        firsts.append(await add(item))
    seconds = []
    for item in firsts:
        seconds.append(await add(item, 100))
    return firsts + seconds


CASES = [
    *[("over_a_range", {"n": n}) for n in (0, 1, 4)],
    *[("over_reversed_and_sorted", {"n": n}) for n in (0, 1, 4)],
    *[("variable_after_the_loop", {"n": n}) for n in (0, 1, 4)],
    *[("target_is_an_attribute", {"n": n}) for n in (0, 1, 4)],
    *[("two_loops", {"n": n}) for n in (0, 1, 4)],
]
