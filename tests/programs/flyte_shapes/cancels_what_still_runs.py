"""advanced: sleepers are cancelled when another task fails."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def broken(x: int) -> None:
    raise ValueError(x)


@env.task
async def main(n: int) -> None:
    jobs = []
    for i in range(n):
        jobs.append(asyncio.create_task(work(i)))
    try:
        await broken(n)
        await asyncio.gather(*jobs)
    except flyte.errors.RuntimeUserError:
        for job in jobs:
            job.cancel()
