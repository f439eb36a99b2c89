"""basics: two fan-outs over a range of an input, in groups, joined."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> list[int]:
    jobs = []
    with flyte.group("first"):
        for x in range(n):
            jobs.append(work(x))
        first = await asyncio.gather(*jobs)
    jobs = []
    with flyte.group("second"):
        for x in range(n):
            jobs.append(work(x + 1))
        second = await asyncio.gather(*jobs)
    return first + second
