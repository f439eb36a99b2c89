"""`for` over everything there is: dicts, slices, text, `enumerate`, `zip`, `range`, `reversed`, generators."""

import itertools
from datetime import date, timedelta

import tiphys as flyte

env = flyte.TaskEnvironment("loops-for")


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
async def names(n: int) -> list[str]:
    return ["ann", "bob", "cid", "dan"][:n]


@env.task
async def table(n: int) -> dict[str, int]:
    return {name: i * 10 for i, name in enumerate(["a", "b", "c", "d"][:n])}


@env.task
async def greet(name: str) -> str:
    return f"hello {name}"


@env.task
async def over_values_and_keys(n: int) -> int:
    found = await table(n)
    total = 0
    for value in found.values():
        total = await add(total, value)
    for key in sorted(found.keys(), reverse=True):
        total = await add(total, len(key))
    return total


@env.task
async def over_a_generator_expression(n: int) -> list[int]:
    found = []
    for square in (x * x for x in await numbers(n) if x != 1):
        found.append(await add(square, 0))
    return found


@env.task
async def over_a_dict(n: int) -> list[str]:
    found = []
    for key in await table(n):
        found.append(await greet(key))
    return found


@env.task
async def over_items(n: int) -> dict[str, int]:
    grown = {}
    for key, value in (await table(n)).items():
        grown[key + "!"] = await add(value, 5)
    return grown


@env.task
async def enumerated(n: int) -> list[str]:
    found = []
    for i, name in enumerate(await names(n), start=1):
        greeting = await greet(name)
        found.append(f"{i}. {greeting}")
    return found


@env.task
async def zipped(n: int) -> list[int]:
    found = []
    values = await numbers(4)
    for name, value in zip(await names(n), values):
        found.append(await add(value, len(name)))
    return found


@env.task
async def over_a_slice(n: int) -> int:
    total = 0
    for item in (await numbers(n))[1:4]:
        total = await add(total, item)
    return total


@env.task
async def over_text(n: int) -> list[str]:
    found = []
    for letter in (await greet("x" * n))[6:]:
        found.append(await greet(letter))
    return found


@env.task
async def over_groups(n: int) -> list[object]:
    by_half = itertools.groupby(await numbers(n), key=lambda x: x // 2)
    sums = {key: await add(sum(members)) for key, members in by_half}
    found = []
    for key, members in itertools.groupby(await numbers(n), key=lambda x: x % 3 == 0):
        found.append((key, [await add(x) for x in members]))
    return [sums, found]


@env.task
async def over_days(n: int) -> list[tuple[str, int]]:
    day = date(2024, 2, 27) + timedelta(days=await add(n))
    found = []
    while day < date(2024, 3, 2):
        found.append((day.isoformat(), await add(day.day, day.weekday())))
        day += timedelta(days=2)
    return found


CASES = [
    *[("over_a_dict", {"n": n}) for n in (0, 1, 4)],
    *[("over_items", {"n": n}) for n in (0, 1, 4)],
    *[("enumerated", {"n": n}) for n in (0, 1, 4)],
    *[("zipped", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_slice", {"n": n}) for n in (0, 1, 4)],
    *[("over_text", {"n": n}) for n in (0, 1, 4)],
    *[("over_values_and_keys", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("over_a_generator_expression", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_range", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("over_reversed_and_sorted", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    ("over_groups", {"n": 0}),
    *[("over_days", {"n": n}) for n in (0, 2, 9)],
]
