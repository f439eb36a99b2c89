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
async def tasks_appended_then_awaited(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        jobs.append(asyncio.create_task(add(item, 10)))
    first = await add(n)
    return [first] + [await job for job in jobs]


async def looping(x: int) -> list[int]:
    seen = []
    while x < 4:
        x = await add(x)
        seen.append(x)
    return seen


@env.task
async def body_that_loops(n: int) -> list[list[int]]:
    return await asyncio.gather(*[looping(x) for x in await numbers(n)])


@env.task
async def child(x: int) -> int:
    a = await add(x, 5)
    if a % 2:
        a = await add(a)
    return a


@env.task
async def sub_orchestrators(n: int) -> list[int]:
    return await asyncio.gather(*[child(x) for x in await numbers(n)])


@env.task
async def nested_fan_out(n: int) -> list[list[int]]:
    async def row(x: int) -> list[int]:
        return await asyncio.gather(*[add(y, 10 * x) for y in await numbers(x)])

    return await asyncio.gather(*[row(x) for x in await numbers(n)])


@env.task
async def task_group(n: int) -> list[int]:
    jobs = []
    async with asyncio.TaskGroup() as group:
        for item in await numbers(n):
            jobs.append(group.create_task(add(item)))
    return [job.result() for job in jobs]


@env.task
async def task_group_comprehension(n: int) -> int:
    values = await numbers(n)
    async with asyncio.TaskGroup() as group:
        jobs = [group.create_task(add(item, 2)) for item in values]
    return sum(job.result() for job in jobs)


@env.task
async def text(n):
    return f"t{n}" * 3


async def branching(x: int, limit: int) -> str:
    a = await add(x)
    if a > limit:
        return await text(a)
    return "small"


@env.task
async def body_that_branches(n: int) -> list[str]:
    limit = await add(n, -3)
    return await asyncio.gather(*[branching(x, limit) for x in await numbers(n)])


@env.task
async def two_stages(n: int) -> list[int]:
    firsts = await asyncio.gather(*[add(x) for x in await numbers(n)])
    seconds = await asyncio.gather(*[add(x, x) for x in firsts])
    return seconds


@env.task
async def zipped(n: int) -> list[int]:
    left, right = await asyncio.gather(numbers(n), numbers(n + 1))
    return await asyncio.gather(*[add(a, b) for a, b in zip(left, right[1:], strict=True)])


@env.task
async def dict_of_results(n: int) -> dict[str, int]:
    found = await table(n)
    results = await asyncio.gather(*(add(value) for value in found.values()))
    return dict(zip(found, results))


@env.task
async def glue_over_results(n: int) -> list[object]:
    results = await asyncio.gather(*[add(x) for x in await numbers(n)])
    if not results:
        return ["none"]
    best = max(results)
    return [best, sum(results) / len(results), await add(best), results.index(best)]


@env.task
async def indexed_results(n: int) -> list[int]:
    results = await asyncio.gather(*[add(x, x) for x in await numbers(n + 2)])
    return [results[0], results[-1], *results[1:]]


@env.task
async def unpacked_results(n: int) -> list[object]:
    first, *rest = await asyncio.gather(*[add(x) for x in await numbers(n + 1)])
    return [first, rest]


@env.task
async def results_feed_a_loop(n: int) -> int:
    value = 0
    for result in await asyncio.gather(*[add(x) for x in await numbers(n)]):
        value = await add(value, result)
    return value


@env.task
async def fan_out_in_a_branch(n: int) -> list[int]:
    size = await add(n, 0)
    if size > 1:
        results = await asyncio.gather(*[add(x) for x in await numbers(size)])
    else:
        results = [size]
    return results


@env.task
async def fan_out_in_a_loop(n: int) -> list[int]:
    values = [n]
    for round_ in await numbers(3):
        values = await asyncio.gather(*[add(x, round_) for x in values + [round_]])
    return values


@env.task
async def items_are_text(n: int) -> list[str]:
    words = [f"w{{{{x}}}}{i}" for i in await numbers(n)]
    return await asyncio.gather(*[text(word) for word in words])


@env.task
async def mixed_with_known(n: int) -> list[int]:
    return await asyncio.gather(add(n), *[add(x) for x in await numbers(n)], add(n, 2))


@env.task
async def three_hundred(n: int) -> int:
    results = await asyncio.gather(*[add(x, n) for x in await numbers(300)])
    return sum(results) + results[299] * 1000


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
    *[("body_that_branches", {"n": n}) for n in (0, 1)],
    ("body_that_branches", {"n": 4}, 1),  # ROUND
    *[("two_stages", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("zipped", {"n": n}, 1) for n in (0, 1, 4)],  # JOIN
    *[("dict_of_results", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("glue_over_results", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("indexed_results", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("unpacked_results", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("results_feed_a_loop", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("fan_out_in_a_branch", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_in_a_loop", {"n": n}, 3) for n in (0, 1, 4)],  # 3 INPUT
    *[("items_are_text", {"n": n}) for n in (0, 1, 4)],
    *[("mixed_with_known", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    ("three_hundred", {"n": 2}, 1),  # BEHIND
    *[("tasks_appended_then_awaited", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    ("body_that_loops", {"n": 0}),
    ("body_that_loops", {"n": 1}, 1),  # COPY
    ("body_that_loops", {"n": 4}, 4),  # 4 COPY
    *[("sub_orchestrators", {"n": n}) for n in (0, 1)],
    ("sub_orchestrators", {"n": 4}, 2),  # 2 COPY
    ("nested_fan_out", {"n": 0}),
    ("nested_fan_out", {"n": 1}, 1),  # COPY
    ("nested_fan_out", {"n": 4}, 4),  # 4 COPY
    *[("task_group", {"n": n}, 1) for n in (0, 1, 4)],  # RAISE
    *[("task_group_comprehension", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
]
