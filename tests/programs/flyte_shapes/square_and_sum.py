"""basics: coroutines appended in a loop over a range of an input, gathered, summed."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> int:
    jobs = []
    for i in range(n):
        jobs.append(work(i))
    return sum(await asyncio.gather(*jobs))
