"""basics: one task 110 times, gathered."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main() -> int:
    jobs = []
    for _ in range(110):
        jobs.append(work(4))
    return sum(await asyncio.gather(*jobs))
