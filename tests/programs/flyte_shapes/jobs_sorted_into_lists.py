"""basics: coroutines sorted into a dict of lists by what the item is, each list gathered."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> list[int]:
    jobs: dict[str, list] = {"even": [], "odd": []}
    for x in range(n):
        if x % 2 == 0:
            kind = "even"
        else:
            kind = "odd"
        jobs[kind].append(work(x))
    with flyte.group("even"):
        even = await asyncio.gather(*jobs["even"])
    with flyte.group("odd"):
        odd = await asyncio.gather(*jobs["odd"])
    return even + odd
