"""`gather` over what a task gave: as many pods as items, results in order, bodies of one and of several steps."""

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
async def tasks_appended_then_awaited(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        jobs.append(asyncio.create_task(add(item, 10)))
    first = await add(n)
    return [first] + [await job for job in jobs]


async def looping(x: int) -> list[int]:
    seen = []
    while x < 4:
        x = await add(x)
        seen.append(x)
    return seen


@env.task
async def body_that_loops(n: int) -> list[list[int]]:
    return await asyncio.gather(*[looping(x) for x in await numbers(n)])


@env.task
async def child(x: int) -> int:
    a = await add(x, 5)
    if a % 2:
        a = await add(a)
    return a


@env.task
async def sub_orchestrators(n: int) -> list[int]:
    return await asyncio.gather(*[child(x) for x in await numbers(n)])


@env.task
async def nested_fan_out(n: int) -> list[list[int]]:
    async def row(x: int) -> list[int]:
        return await asyncio.gather(*[add(y, 10 * x) for y in await numbers(x)])

    return await asyncio.gather(*[row(x) for x in await numbers(n)])


@env.task
async def dict_comprehension_of_jobs(n: int) -> dict[str, int]:
    jobs = {key: asyncio.create_task(add(value)) for key, value in (await table(n)).items()}
    return {key: await job for key, job in jobs.items()}


@env.task
async def cross_product(n: int) -> list[int]:
    rates = [1, 2]
    return await asyncio.gather(*[add(x, rate) for rate in rates for x in await numbers(n)])


@env.task
async def task_group(n: int) -> list[int]:
    jobs = []
    async with asyncio.TaskGroup() as group:
        for item in await numbers(n):
            jobs.append(group.create_task(add(item)))
    return [job.result() for job in jobs]


@env.task
async def task_group_comprehension(n: int) -> int:
    values = await numbers(n)
    async with asyncio.TaskGroup() as group:
        jobs = [group.create_task(add(item, 2)) for item in values]
    return sum(job.result() for job in jobs)


@env.task
async def closures_capture_loop_variables(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):

        async def job(x: int = item) -> int:
            return await add(x, 7)

        jobs.append(job())
    return await asyncio.gather(*jobs)


CASES = [
    *[("tasks_appended_then_awaited", {"n": n}) for n in (0, 1, 4)],
    *[("body_that_loops", {"n": n}) for n in (0, 1, 4)],
    *[("sub_orchestrators", {"n": n}) for n in (0, 1, 4)],
    *[("nested_fan_out", {"n": n}) for n in (0, 1, 4)],
    *[("dict_comprehension_of_jobs", {"n": n}) for n in (0, 1, 4)],
    *[("cross_product", {"n": n}) for n in (0, 1, 4)],
    *[("task_group", {"n": n}) for n in (0, 1, 4)],
    *[("task_group_comprehension", {"n": n}) for n in (0, 1, 4)],
    *[("closures_capture_loop_variables", {"n": n}) for n in (0, 1, 4)],
]
