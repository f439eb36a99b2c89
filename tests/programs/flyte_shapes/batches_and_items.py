"""patterns: a helper given a task: batches side by side, items of a batch side by side."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


def cut(values: list, size: int) -> list[list]:
    return [values[i : i + size] for i in range(0, len(values), size)]


async def in_batches(task, reduce, values: list, size: int, at_once: int | None = None):
    if not values:
        return reduce([])
    batches = cut(values, size)

    async def one(batch: list, number: int):
        with flyte.group(f"batch-{number + 1}"):
            return reduce(await asyncio.gather(*[task(value) for value in batch]))

    if at_once and at_once < len(batches):
        results = []
        for i in range(0, len(batches), at_once):
            chunk = batches[i : i + at_once]
            results.extend(await asyncio.gather(*[one(batch, i + j) for j, batch in enumerate(chunk)]))
    else:
        results = await asyncio.gather(*[one(batch, i) for i, batch in enumerate(batches)])
    return reduce(results)


@env.task
async def main(values: list[int]) -> int:
    return await in_batches(work, sum, values, 4, at_once=2)
