"""Fan-outs of hundreds of calls, layers of them, and one consumer of many results."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("wide")


@env.task
async def add(a: int, b: int) -> int:
    return a + b


@env.task
async def describe(a: int) -> dict[str, object]:
    return {"a": a, "text": f"t{a}"}


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def join(values: list[dict[str, object]]) -> str:
    return "".join(str(value["text"]) for value in values)


@env.task
async def scalars(n: int) -> int:
    values = await asyncio.gather(*(add(n, i) for i in range(300)))
    return await total(values)


@env.task
async def objects(n: int) -> str:
    values = await asyncio.gather(*(describe(i) for i in range(300)))
    return await join(values) + f"{n}"


@env.task
async def chain(n: int) -> int:
    for i in range(250):
        n = await add(n, i)
    return n


@env.task
async def glue_over_many(n: int) -> list[object]:
    values = await asyncio.gather(*(add(n, i) for i in range(40)))
    rows = await asyncio.gather(*(describe(value) for value in values))
    return [sum(values), max(values), [row["a"] for row in rows], len(rows), sorted(values)[-3:]]


@env.task
async def layers(n: int) -> int:
    values = [n] * 30
    for _ in range(4):
        sums = await asyncio.gather(*(add(value, index) for index, value in enumerate(values)))
        whole = sum(sums)
        values = [whole + value for value in sums]
    return await total(values)


CASES = [
    ("scalars", {"n": 2}),
    ("objects", {"n": 2}),
    ("chain", {"n": 2}),
    ("glue_over_many", {"n": 1}, 1),  # JOIN
    ("layers", {"n": 1}),
]
