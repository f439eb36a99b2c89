"""advanced: an orchestrator that writes and reads a file of its own."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> int:
    value = await work(n)
    with open("results.csv", "w") as file:
        file.write(f"{value}")
    return value
