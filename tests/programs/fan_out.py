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
async def generator_expression(n: int) -> int:
    values = await numbers(n)
    doubled = await asyncio.gather(*(add(x, x) for x in values))
    return await total(doubled)


@env.task
async def fan_out_and_in(n: int) -> dict[str, float]:
    parts = await asyncio.gather(*[process(shard) for shard in await shards(n)])
    return await merge(parts)


@env.task
async def awaited_one_by_one(n: int) -> list[int]:
    return [await add(x, 3) for x in await numbers(n)]


@env.task
async def dict_awaited_one_by_one(n: int) -> dict[int, int]:
    return {x: await add(x, 3) for x in await numbers(n)}


CASES = [
    *[("generator_expression", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_and_in", {"n": n}) for n in (0, 1, 4)],
    *[("awaited_one_by_one", {"n": n}) for n in (0, 1, 4)],
    *[("dict_awaited_one_by_one", {"n": n}) for n in (0, 1, 4)],
]
