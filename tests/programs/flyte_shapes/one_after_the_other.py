"""basics: a task awaited again and again, as often as an input says."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> None:
    for i in range(n):
        await work(i)
