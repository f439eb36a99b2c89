"""`n` calls of one task with plain Python between them: arithmetic, text, tuples taken apart."""

import asyncio

import tiphys

env = tiphys.TaskEnvironment(name="env", image="python:3-slim")


@env.task
async def step(x: int, label: str) -> tuple[int, str]:
    return x + 1, label


@env.task
async def main(n: int) -> str:
    x, label = 0, "start"
    for _ in range(n // 4):
        pairs = await asyncio.gather(*(step(x * 2 + lane, f"{label}-{lane}") for lane in range(4)))
        x, label = pairs[0][0] + pairs[3][0], pairs[1][1]
    return f"{label}: {x}"
