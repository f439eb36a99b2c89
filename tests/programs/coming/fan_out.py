"""`gather` over what a task gave: as many pods as items, results in order, bodies of one and of several steps.

Why they wait:
dict_comprehension_of_jobs: refused: tasks of a run-time fan-out in a dict.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def table(n: int) -> dict[str, int]:
    return {f"k{i}": i for i in range(n)}


@env.task
async def dict_comprehension_of_jobs(n: int) -> dict[str, int]:
    jobs = {key: asyncio.create_task(add(value)) for key, value in (await table(n)).items()}
    return {key: await job for key, job in jobs.items()}


CASES = [
    *[("dict_comprehension_of_jobs", {"n": n}) for n in (0, 1, 4)],
]
