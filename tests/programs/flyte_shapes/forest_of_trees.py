"""ml: as many trees as an input says, trained side by side, put together by a task."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def tree(data: list[int], i: int) -> list[int]:
    return data[: i + 1]


@env.task
async def forest(trees: list[list[int]]) -> int:
    return sum(len(each) for each in trees)


@env.task
async def main(data: list[int], n: int) -> int:
    jobs = []
    with flyte.group(f"trees-{n}"):
        for i in range(n):
            jobs.append(tree(data, i))
        trees = await asyncio.gather(*jobs)
    return await forest(trees)
