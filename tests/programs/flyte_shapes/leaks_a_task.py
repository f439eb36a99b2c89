"""advanced: a task is started and never awaited."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(x: int) -> int:
    job = asyncio.create_task(work(x))
    print("left behind")
    return x
