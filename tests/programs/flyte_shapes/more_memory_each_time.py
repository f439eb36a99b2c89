"""advanced: a helper that walks a list of sizes until one is enough; many of them at once."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


SIZES = ["200Mi", "400Mi", "600Mi"]


async def grown(x: int) -> int:
    with flyte.group(f"retries-{x}"):
        i = 0
        while i < len(SIZES):
            try:
                return await work.override(resources=flyte.Resources(cpu=1, memory=SIZES[i]))(x)
            except flyte.errors.OOMError as error:
                i += 1
                if i >= len(SIZES):
                    raise error
    raise RuntimeError("not reached")


@env.task
async def main(n: int) -> list[int]:
    jobs = []
    for i in range(n):
        jobs.append(grown(i))
    values: list[int] = []
    for result in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        values.append(result)
    return values
