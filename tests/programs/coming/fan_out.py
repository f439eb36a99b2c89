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
async def text(n):
    return f"t{n}" * 3


@env.task
async def tasks_appended_then_awaited(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        jobs.append(asyncio.create_task(add(item, 10)))
    first = await add(n)
    return [first] + [await job for job in jobs]


async def branching(x: int, limit: int) -> str:
    a = await add(x)
    if a > limit:
        return await text(a)
    return "small"


@env.task
async def body_that_branches(n: int) -> list[str]:
    limit = await add(n, -3)
    return await asyncio.gather(*[branching(x, limit) for x in await numbers(n)])


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
async def two_stages(n: int) -> list[int]:
    firsts = await asyncio.gather(*[add(x) for x in await numbers(n)])
    seconds = await asyncio.gather(*[add(x, x) for x in firsts])
    return seconds


@env.task
async def zipped(n: int) -> list[int]:
    left, right = await asyncio.gather(numbers(n), numbers(n + 1))
    return await asyncio.gather(*[add(a, b) for a, b in zip(left, right[1:], strict=True)])


@env.task
async def dict_of_results(n: int) -> dict[str, int]:
    found = await table(n)
    results = await asyncio.gather(*(add(value) for value in found.values()))
    return dict(zip(found, results))


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
async def glue_over_results(n: int) -> list[object]:
    results = await asyncio.gather(*[add(x) for x in await numbers(n)])
    if not results:
        return ["none"]
    best = max(results)
    return [best, sum(results) / len(results), await add(best), results.index(best)]


@env.task
async def indexed_results(n: int) -> list[int]:
    results = await asyncio.gather(*[add(x, x) for x in await numbers(n + 2)])
    return [results[0], results[-1], *results[1:]]


@env.task
async def unpacked_results(n: int) -> list[object]:
    first, *rest = await asyncio.gather(*[add(x) for x in await numbers(n + 1)])
    return [first, rest]


@env.task
async def results_feed_a_loop(n: int) -> int:
    value = 0
    for result in await asyncio.gather(*[add(x) for x in await numbers(n)]):
        value = await add(value, result)
    return value


@env.task
async def fan_out_in_a_branch(n: int) -> list[int]:
    size = await add(n, 0)
    if size > 1:
        results = await asyncio.gather(*[add(x) for x in await numbers(size)])
    else:
        results = [size]
    return results


@env.task
async def fan_out_in_a_loop(n: int) -> list[int]:
    values = [n]
    for round_ in await numbers(3):
        values = await asyncio.gather(*[add(x, round_) for x in values + [round_]])
    return values


@env.task
async def closures_capture_loop_variables(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):

        async def job(x: int = item) -> int:
            return await add(x, 7)

        jobs.append(job())
    return await asyncio.gather(*jobs)


@env.task
async def items_are_text(n: int) -> list[str]:
    words = [f"w{{{{x}}}}{i}" for i in await numbers(n)]
    return await asyncio.gather(*[text(word) for word in words])


@env.task
async def mixed_with_known(n: int) -> list[int]:
    return await asyncio.gather(add(n), *[add(x) for x in await numbers(n)], add(n, 2))


@env.task
async def three_hundred(n: int) -> int:
    results = await asyncio.gather(*[add(x, n) for x in await numbers(300)])
    return sum(results) + results[299] * 1000


CASES = [
    *[("tasks_appended_then_awaited", {"n": n}) for n in (0, 1, 4)],
    *[("body_that_branches", {"n": n}) for n in (0, 1, 4)],
    *[("body_that_loops", {"n": n}) for n in (0, 1, 4)],
    *[("sub_orchestrators", {"n": n}) for n in (0, 1, 4)],
    *[("nested_fan_out", {"n": n}) for n in (0, 1, 4)],
    *[("two_stages", {"n": n}) for n in (0, 1, 4)],
    *[("zipped", {"n": n}) for n in (0, 1, 4)],
    *[("dict_of_results", {"n": n}) for n in (0, 1, 4)],
    *[("dict_comprehension_of_jobs", {"n": n}) for n in (0, 1, 4)],
    *[("cross_product", {"n": n}) for n in (0, 1, 4)],
    *[("task_group", {"n": n}) for n in (0, 1, 4)],
    *[("task_group_comprehension", {"n": n}) for n in (0, 1, 4)],
    *[("glue_over_results", {"n": n}) for n in (0, 1, 4)],
    *[("indexed_results", {"n": n}) for n in (0, 1, 4)],
    *[("unpacked_results", {"n": n}) for n in (0, 1, 4)],
    *[("results_feed_a_loop", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_in_a_branch", {"n": n}) for n in (0, 1, 4)],
    *[("fan_out_in_a_loop", {"n": n}) for n in (0, 1, 4)],
    *[("closures_capture_loop_variables", {"n": n}) for n in (0, 1, 4)],
    *[("items_are_text", {"n": n}) for n in (0, 1, 4)],
    *[("mixed_with_known", {"n": n}) for n in (0, 1, 4)],
    ("three_hundred", {"n": 2}),
]
