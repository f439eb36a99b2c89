"""advanced: another library's task group."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


class Group:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *problem):
        return None

    def start_soon(self, task, x):
        return task(x)


@env.task
async def main(n: int) -> int:
    async with Group() as group:
        job = group.start_soon(work, n)
    return await job
