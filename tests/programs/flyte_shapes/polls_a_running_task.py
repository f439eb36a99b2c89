"""stress: asks a running task whether it is done, and sleeps in between."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(x: int) -> int:
    job = asyncio.create_task(work(x))
    while not job.done():
        await asyncio.sleep(600)
    return await job
