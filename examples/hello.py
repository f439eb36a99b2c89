"""The two-environment program of the Flyte guide "Tasks and environments"; only its import line is another.

tiphys run examples/hello.py hello_wf --data "fair winds"
"""

import asyncio
from typing import List  # noqa: UP035 - as in the guide

import tiphys as flyte

env1 = flyte.TaskEnvironment(name="env1")
env2 = flyte.TaskEnvironment(name="env2", resources=flyte.Resources(cpu=1, memory="250Mi"))


@env1.task
async def say_hello(data: str, lt: List[int]) -> str:  # noqa: UP006
    return f"Hello {data} {lt}"


@env2.task
async def square(i: int = 3) -> int:
    return i * i


@env1.task
async def hello_wf(data: str = "default string") -> str:
    squares = []
    for i in range(3):
        squares.append(square(i=i))  # noqa: PERF401 - as in the guide
    results = await asyncio.gather(*squares)
    return await say_hello(data=data, lt=results)


if __name__ == "__main__":
    run = flyte.run(hello_wf, data="hello world")
    run.wait()
    print(run.result())
