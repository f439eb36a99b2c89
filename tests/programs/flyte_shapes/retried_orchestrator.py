"""stress: an orchestrator with retries whose loop raises by what a task gave."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task(retries=3)
async def main(n: int) -> list[int]:
    found = []
    for i in range(n):
        value = await work(i)
        found.append(value)
        if value > 100:
            raise RuntimeError(f"too big at {i}")
    return found
