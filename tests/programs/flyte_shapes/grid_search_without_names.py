"""ml: the same without a name per call."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def train(name: str, size: int) -> tuple[str, float]:
    return name, abs(size - 7) / 10


@env.task
async def main(sweep: str, sizes: list[int]) -> tuple[str, float]:
    jobs = []
    for i, size in enumerate(sizes):
        jobs.append(train(f"{sweep}-{i}", size))
    results = await asyncio.gather(*jobs)
    best, loss = min(results, key=lambda pair: pair[1])
    return best, loss
