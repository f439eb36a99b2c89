"""basics: a fan-out over an input list in a group, failures kept, the good ones summed."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(values: list[int]) -> int:
    jobs = []
    with flyte.group("fan-out"):
        for value in values:
            jobs.append(work(value))
        results = await asyncio.gather(*jobs, return_exceptions=True)
        for i, result in enumerate(results):
            if isinstance(result, Exception):
                print(f"{i} failed: {result}")
            else:
                print(f"{i} gave {result}")
    return sum(r for r in results if not isinstance(r, BaseException))
