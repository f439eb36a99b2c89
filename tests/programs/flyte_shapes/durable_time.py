"""basics: time and sleep that a restart remembers."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main() -> int:
    started = await flyte.durable.time.aio()
    await flyte.durable.sleep.aio(1)
    print(started)
    return await work(3)
