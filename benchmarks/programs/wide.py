"""`n` calls of one task beside each other, and one that gets all their values."""

import asyncio

import tiphys

env = tiphys.TaskEnvironment(name="env", image="python:3-slim")


@env.task
async def step(x: int) -> int:
    return x + 1


@env.task
async def total(xs: list[int]) -> int:
    return sum(xs)


@env.task
async def main(n: int) -> int:
    return await total(await asyncio.gather(*(step(x) for x in range(n))))
