"""`gather` over what a task gave: as many pods as items, results in order, bodies of one and of several steps."""

import asyncio
from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out")


@dataclass
class Shard:
    name: str
    size: int


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def shards(n: int) -> list[Shard]:
    return [Shard(f"s{i}", i * i) for i in range(n)]


@env.task
async def table(n: int) -> dict[str, int]:
    return {f"k{i}": i for i in range(n)}


@env.task
async def process(shard: Shard, scale: float = 1.0) -> dict[str, float]:
    return {shard.name: shard.size * scale}


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def merge(parts: list[dict[str, float]]) -> dict[str, float]:
    merged: dict[str, float] = {}
    for part in parts:
        merged |= part
    return merged


@env.task
async def comprehension(n: int) -> list[int]:
    return await asyncio.gather(*[add(x) for x in await numbers(n)])


@env.task
async def generator_expression(n: int) -> int:
    values = await numbers(n)
    doubled = await asyncio.gather(*(add(x, x) for x in values))
    return await total(doubled)


@env.task
async def fan_out_and_in(n: int) -> dict[str, float]:
    parts = await asyncio.gather(*[process(shard) for shard in await shards(n)])
    return await merge(parts)


@env.task
async def argument_from_outside(n: int) -> list[dict[str, float]]:
    scale = await add(n, 2)
    return await asyncio.gather(*(process(shard, scale=float(scale)) for shard in await shards(n)))


@env.task
async def appended_then_gathered(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        jobs.append(add(item, 10))
    return await asyncio.gather(*jobs)


async def two_steps(x: int) -> int:
    a = await add(x)
    return await add(a, a)


@env.task
async def body_of_two_steps(n: int) -> list[int]:
    return await asyncio.gather(*(two_steps(x) for x in await numbers(n)))


@env.task
async def fan_out_of_fan_ins(n: int) -> list[int]:
    async def group(x: int) -> int:
        return await total(await asyncio.gather(*[add(x, i) for i in range(3)]))

    return await asyncio.gather(*(group(x) for x in await numbers(n)))


@env.task
async def two_fan_outs_side_by_side(n: int) -> list[list[int]]:
    values = await numbers(n)
    left, right = await asyncio.gather(
        asyncio.gather(*[add(x) for x in values]), asyncio.gather(*[add(x, 100) for x in values])
    )
    return [left, right]


@env.task
async def enumerated(n: int) -> list[int]:
    return await asyncio.gather(*[add(x, i * 100) for i, x in enumerate(await numbers(n))])


@env.task
async def over_a_range(n: int) -> list[int]:
    count = await add(n, 0)
    return await asyncio.gather(*[add(i, count) for i in range(count)])


@env.task
async def over_items_of_a_dict(n: int) -> list[int]:
    return await asyncio.gather(*[add(value, len(key)) for key, value in (await table(n)).items()])


@env.task
async def awaited_one_by_one(n: int) -> list[int]:
    return [await add(x, 3) for x in await numbers(n)]


@env.task
async def dict_awaited_one_by_one(n: int) -> dict[int, int]:
    return {x: await add(x, 3) for x in await numbers(n)}


@env.task
async def two_loops_in_a_comprehension(n: int) -> list[int]:
    values = await numbers(n)
    return await asyncio.gather(*[add(x, y * 10) for x in values for y in values[:x]])


@env.task
async def early_results_and_fan_out(n: int) -> list[object]:
    slow = asyncio.create_task(add(n, 1000))
    results = await asyncio.gather(*[add(x) for x in await numbers(n)])
    return [await slow, results]


CASES = [
    *[("comprehension", {"n": n}) for n in (0, 1, 4)],
    *[("generator_expression", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_and_in", {"n": n}) for n in (0, 1, 4)],
    *[("argument_from_outside", {"n": n}) for n in (0, 1, 4)],
    *[("appended_then_gathered", {"n": n}) for n in (0, 1, 4)],
    *[("body_of_two_steps", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_of_fan_ins", {"n": n}) for n in (0, 1, 4)],
    *[("two_fan_outs_side_by_side", {"n": n}) for n in (0, 1, 4)],
    *[("enumerated", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_range", {"n": n}) for n in (0, 1, 4)],
    *[("over_items_of_a_dict", {"n": n}) for n in (0, 1, 4)],
    *[("awaited_one_by_one", {"n": n}) for n in (0, 1, 4)],
    *[("dict_awaited_one_by_one", {"n": n}) for n in (0, 1, 4)],
    *[("two_loops_in_a_comprehension", {"n": n}) for n in (0, 1, 4)],
    *[("early_results_and_fan_out", {"n": n}) for n in (0, 1, 4)],
]
