"""basics: an async map over a range of an input, each failure raised by hand."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> list[int]:
    found: list[int] = []
    async for item in flyte.map.aio(work, range(n), return_exceptions=True):
        if isinstance(item, Exception):
            raise item
        found.append(item)
    return found
