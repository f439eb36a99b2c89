"""basics: a map of which only three items run at a time."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main() -> list[int]:
    found = []
    async for item in flyte.map.aio(work, range(10), concurrency=3):
        if isinstance(item, Exception):
            raise item
        found.append(item)
    return found
