"""`asyncio.Semaphore` around calls: the limit of a fan-out, known or given at run time."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("semaphores")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def limit_at_run_time(n: int) -> list[int]:
    limit = asyncio.Semaphore(await add(n))

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


@env.task
async def fragile(x: int) -> int:
    if x == 2:
        raise RuntimeError("two")
    return x


@env.task
async def failures_inside(n: int) -> list[str]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await fragile(x)

    results = await asyncio.gather(*[guarded(x) for x in await numbers(n)], return_exceptions=True)
    return [repr(result) for result in results]


@env.task
async def bounded(n: int) -> int:
    limit = asyncio.BoundedSemaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return sum(await asyncio.gather(*[guarded(x) for x in await numbers(n)]))


@env.task
async def around_each_call(n: int) -> list[int]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x)

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


@env.task
async def around_two_steps(n: int) -> list[int]:
    limit = asyncio.Semaphore(3)

    async def guarded(x: int) -> int:
        async with limit:
            a = await add(x)
            return await add(a, a)

    return await asyncio.gather(*(guarded(x) for x in await numbers(n)))


@env.task
async def around_known_items(n: int) -> list[int]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await add(x, n)

    return await asyncio.gather(*[guarded(x) for x in range(5)])


async def limited(limit: asyncio.Semaphore, x: int) -> int:
    async with limit:
        return await add(x, 10)


@env.task
async def passed_to_a_helper(n: int) -> list[int]:
    limit = asyncio.Semaphore(2)
    return await asyncio.gather(*[limited(limit, x) for x in await numbers(n)])


@env.task
async def of_one(n: int) -> list[int]:
    limit = asyncio.Semaphore(1)

    async def guarded(x: int) -> int:
        async with limit:
            y = await add(x)
        return y * 2

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


@env.task
async def work_outside_the_limit(n: int) -> list[int]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        y = await add(x)
        async with limit:
            z = await add(y)
        return await add(z, y)

    return await asyncio.gather(*[guarded(x) for x in await numbers(n)])


@env.task
async def failures_of_known_items(n: int) -> list[str]:
    limit = asyncio.Semaphore(2)

    async def guarded(x: int) -> int:
        async with limit:
            return await fragile(x)

    found = await asyncio.gather(*[guarded(x) for x in (n, 1, n + 1)], return_exceptions=True)
    return [str(one) for one in found]


@env.task
async def held_in_an_arm_and_in_a_try(n: int) -> list[int]:
    limit, found = asyncio.Semaphore(1), []
    if await add(n) > 2:
        async with limit:
            found.append(await add(3))
    try:
        async with limit:
            found.append(await fragile(n))
    except RuntimeError:
        found.append(-1)
    async with limit:
        found.append(await add(5))
    return found


CASES = [
    *[("around_each_call", {"n": n}) for n in (0, 1, 4)],
    *[("around_two_steps", {"n": n}) for n in (0, 1, 4)],
    *[("around_known_items", {"n": n}) for n in (0, 1, 4)],
    *[("passed_to_a_helper", {"n": n}) for n in (0, 1, 4)],
    *[("of_one", {"n": n}) for n in (0, 1, 4)],
    *[("work_outside_the_limit", {"n": n}) for n in (0, 1, 4)],
    *[("failures_inside", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("bounded", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("failures_of_known_items", {"n": n}, 1) for n in (0, 5)],  # BEHIND
    *[("failures_of_known_items", {"n": n}, 2) for n in (1, 2)],  # CATCH, BEHIND
    *[("held_in_an_arm_and_in_a_try", {"n": n}) for n in (0, 1, 5)],
    ("held_in_an_arm_and_in_a_try", {"n": 2}, 1),  # CATCH
    ("limit_at_run_time", {"n": 0}, 1),  # BEHIND
    ("limit_at_run_time", {"n": 1}, 2),  # COPY, BEHIND
    ("limit_at_run_time", {"n": 4}, 5),  # 4 COPY, BEHIND
]
