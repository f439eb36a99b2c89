"""advanced: a task's plain function, called in place."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(x: int) -> int:
    inside = await work.forward(x=10)
    return await work(inside + x)
