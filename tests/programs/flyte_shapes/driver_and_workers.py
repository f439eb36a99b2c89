"""basics: a driver that gathers workers in a group; the worker asks for its context."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def worker(i: int) -> str:
    return f"{i} of {flyte.ctx().action}"


@env.task
async def main(ids: list[int] = [1, 2, 3]) -> list[str]:
    jobs = []
    with flyte.group("workers"):
        for i in ids:
            jobs.append(worker(i))
        found = await asyncio.gather(*jobs)
    return found
