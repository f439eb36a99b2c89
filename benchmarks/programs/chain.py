"""`n` calls of one task, one after the other, each with the value of the last."""

import tiphys

env = tiphys.TaskEnvironment(name="env", image="python:3-slim")


@env.task
async def step(x: int) -> int:
    return x + 1


@env.task
async def main(n: int) -> int:
    x = 0
    for _ in range(n):
        x = await step(x)
    return x
