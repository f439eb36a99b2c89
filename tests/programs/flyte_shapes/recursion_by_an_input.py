"""stress: a helper that dives as deep as an input says."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


async def dive(x: int, deepest: int) -> int:
    if x == deepest:
        return await work(x)
    return await dive(x + 1, deepest)


@env.task
async def main(deepest: int) -> int:
    return await dive(0, deepest)
