"""advanced: a plain coroutine that starts runs of tasks."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> int:
    run = flyte.run(work, x=n)
    return await work(n)
