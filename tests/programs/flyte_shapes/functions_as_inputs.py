"""advanced: a task that is given a function, or a task, to call."""

import asyncio
import typing

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def add_one(x: int) -> int:
    return x + 1


async def add_two(x: int) -> int:
    return x + 2


@env.task
async def apply(x: int, step: typing.Callable[[int], typing.Awaitable[int]]) -> int:
    return await step(x)


@env.task
async def main() -> list[int]:
    first, second = [], []
    for i in range(3):
        first.append(asyncio.create_task(apply.override(short_name="one")(i, add_one)))
        second.append(asyncio.create_task(apply(i, add_two)))
    return await asyncio.gather(*first) + await asyncio.gather(*second)
