"""Coroutines and tasks kept in lists and variables: appended under conditions, in several arms, mapped; started or not."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("appended")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def less(a: int, b: int = 1) -> int:
    return a - b


@env.task
def half(x: int) -> int:
    return x // 2


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def names(n: int) -> list[str]:
    return [["add", "less"][i % 2] for i in range(n)]


BY_NAME = {"add": add, "less": less}


@env.task
async def in_both_arms(n: int) -> list[int]:
    jobs = []
    for x in await numbers(n):
        if x % 2:
            jobs.append(add(x))
        else:
            jobs.append(less(x, 5))
    return await asyncio.gather(*jobs)


@env.task
async def in_some_of_three_arms(n: int) -> list[int]:
    jobs = []
    for x in await numbers(n):
        if x % 2:
            jobs.append(add(x))
        elif x > 3:
            jobs += [less(x, 5), add(x)]
    return await asyncio.gather(*jobs)


@env.task
async def several_in_a_round(n: int) -> list[int]:
    jobs = []
    for x in await numbers(n):
        y = x * 3
        if x == 2:
            continue
        jobs.append(add(y))
        if y > 6:
            jobs.append(less(y))
    return await asyncio.gather(*jobs)


@env.task
async def known_rounds_inside(n: int) -> list[int]:
    jobs = []
    for x in await numbers(n):
        for y in (1, 2):
            jobs.append(add(x, y))
    return await asyncio.gather(*jobs)


@env.task
async def two_lists(n: int) -> list[list[int]]:
    odd, even = [], []
    for x in await numbers(n):
        if x % 2:
            odd.append(add(x))
        else:
            even.append(less(x))
    return [await asyncio.gather(*odd), await asyncio.gather(*even)]


@env.task
async def group_of_some(n: int) -> list[int]:
    tasks = []
    async with asyncio.TaskGroup() as group:
        for x in await numbers(n):
            if x % 2:
                tasks.append(group.create_task(add(x)))
    return [task.result() for task in tasks]


@env.task
async def started_of_two_kinds(n: int) -> list[object]:
    jobs = []
    for x in await numbers(n):
        if x % 2:
            jobs.append(asyncio.create_task(add(x)))
        elif x:
            jobs.append(less(x))
    a = await add(n)
    return [a, await asyncio.gather(*jobs)]


@env.task
async def by_names(n: int) -> list[int]:
    jobs = []
    for name in await names(n):
        jobs.append(BY_NAME[name](len(name)))
    return await asyncio.gather(*jobs)


@env.task
async def closures_capture_loop_variables(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):

        async def job(x: int = item) -> int:
            return await add(x, 7)

        jobs.append(job())
    return await asyncio.gather(*jobs)


@env.task
async def under_conditions(n: int) -> list[int]:
    jobs = [add(n)]
    if n > 1:
        jobs.append(add(5))
    if n > 2:
        jobs.append(less(6))
    return await asyncio.gather(*jobs)


@env.task
async def under_flags(n: int) -> list[object]:
    a = await add(n)
    jobs = []
    for index, flag in enumerate([a > 1, a > 2, a % 2]):
        if flag:
            jobs.append(add(index))
    jobs.append(add(a))
    return [len(jobs), await asyncio.gather(*jobs)]


@env.task
async def started_if_wanted(n: int) -> int:
    extra = None
    if n > 2:
        extra = asyncio.create_task(add(n))
    b = await add(n)
    if extra is not None:
        b += await extra
    return b


@env.task
async def task_started_in_an_arm(n: int) -> list[object]:
    a = await add(n)
    job = asyncio.create_task(add(a, 5)) if a > 2 else None
    b = await add(a)
    if job:
        return [b, await job]
    return [b, job is None]


@env.task
async def mapped(n: int) -> list[int]:
    return await asyncio.gather(*map(add, await numbers(n)))


@env.task
async def mapped_helpers(n: int) -> list[list[int]]:
    async def body(x: int, y: int = 2) -> int:
        return await add(x, y)

    xs = await numbers(n)
    jobs = list(map(body, xs, xs))
    return [await asyncio.gather(*map(body, range(n))), await asyncio.gather(*jobs, add(1))]


@env.task
async def mapped_one_after_the_other(n: int) -> list[object]:
    xs = await numbers(n)
    found = []
    for y in map(half, xs):
        found.append(await add(y))
    tasks = [asyncio.create_task(job) for job in map(add, xs)]
    return [found, sum(map(half, xs)), await asyncio.gather(*tasks)]


@env.task
async def none_below_zero(n: int) -> list[int]:
    if n < 0:
        raise ValueError(f"{n} is below zero")
    return list(range(n))


@env.task
async def behind_what_did_not_fail(n: int) -> list[int]:
    found, given, last = None, [], 0
    try:
        found = await none_below_zero(n - 1)
    except ValueError:
        given = [await add(n)]
    else:
        jobs = []
        for x in found[1:]:
            jobs.append(add(x))
        given = await asyncio.gather(*jobs)
    finally:
        last = await add(n)
    return [*given, last]


CASES = [
    *[
        (name, {"n": n})
        for n in (0, 1, 2, 5)
        for name in (
            "in_both_arms", "in_some_of_three_arms", "several_in_a_round", "known_rounds_inside", "two_lists",
            "started_of_two_kinds", "by_names", "closures_capture_loop_variables", "started_if_wanted",
            "task_started_in_an_arm", "mapped",
        )
    ],
    *[("group_of_some", {"n": n}, 1) for n in (0, 1, 2, 5)],  # RAISE
    *[("mapped_helpers", {"n": n}, 1) for n in (0, 1, 5)],  # JOIN
    *[("mapped_one_after_the_other", {"n": n}, 3) for n in (0, 1, 5)],  # 3 BEHIND
    *[("under_flags", {"n": n}, 1) for n in (0, 1, 2, 5)],  # BEHIND
    *[("under_conditions", {"n": n}, 1) for n in (0, 1)],  # INPUT
    *[("under_conditions", {"n": n}, 2) for n in (2, 5)],  # INPUT, JOIN
    *[("behind_what_did_not_fail", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
]
