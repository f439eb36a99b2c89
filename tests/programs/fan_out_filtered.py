"""Fan-outs of some of the items, chunks, failures as values, and results that stay in their places."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out-filtered")


class Corrupt(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def parse(x: int) -> int:
    if x % 3 == 1:
        raise Corrupt(f"item {x}")
    return x * 10


@env.task
async def keep(x: int) -> bool:
    return x % 2 == 0


async def parse_or_none(x: int) -> int | None:
    try:
        return await parse(x)
    except Corrupt:
        return None


@env.task
async def each_item_has_a_try(n: int) -> list[int | None]:
    return await asyncio.gather(*[parse_or_none(x) for x in await numbers(n)])


@env.task
async def one_failure_is_caught(n: int) -> list[int] | str:
    try:
        return await asyncio.gather(*[parse(x) for x in await numbers(n)])
    except Corrupt as error:
        return f"batch failed: {error}"


@env.task
async def first_failure_wins(n: int) -> str:
    try:
        await asyncio.gather(add(n), parse(n), parse(n + 3))
    except Corrupt as error:
        return str(error)
    return "none"


@env.task
async def by_value(n: int) -> list[int]:
    return await asyncio.gather(*[add(x) for x in await numbers(n) if x % 2])


@env.task
async def by_several_conditions(n: int) -> list[int]:
    limit = await add(n, -1)
    return await asyncio.gather(*(add(x, 100) for x in await numbers(n) if x > 0 if x != limit))


@env.task
async def by_none_at_all(n: int) -> list[int]:
    return await asyncio.gather(*[add(x) for x in await numbers(n) if x > 1000])


@env.task
async def by_what_a_task_says(n: int) -> list[int]:
    values = await numbers(n)
    wanted = await asyncio.gather(*[keep(x) for x in values])
    return await asyncio.gather(*[add(x, 5) for x, good in zip(values, wanted) if good])


@env.task
async def either_of_two_tasks(n: int) -> list[int]:
    return await asyncio.gather(*[add(x, 10) if x % 2 else add(x, x) for x in await numbers(n)])


@env.task
async def failures_as_values(n: int) -> list[object]:
    results = await asyncio.gather(*[parse(x) for x in await numbers(n)], return_exceptions=True)
    return [str(result) if isinstance(result, Exception) else result for result in results]


@env.task
async def count_of_failures(n: int) -> str:
    results = await asyncio.gather(*(parse(x) for x in await numbers(n)), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    if len(failed) > 1:
        return f"too many: {await add(len(failed), 0)}"
    return f"{len(results) - len(failed)} of {len(results)}"


@env.task
async def only_the_good_ones_go_on(n: int) -> list[int]:
    results = await asyncio.gather(*[parse(x) for x in await numbers(n)], return_exceptions=True)
    good = [result for result in results if not isinstance(result, Corrupt)]
    return await asyncio.gather(*[add(x) for x in good])


async def parse_or_repair(x: int) -> list[int]:
    try:
        value = await parse(x)
    except Corrupt:
        value = await add(x, 1000)
    else:
        value = await add(value)
    return [x, value]


@env.task
async def each_item_is_repaired(n: int) -> list[list[int]]:
    return await asyncio.gather(*[parse_or_repair(x) for x in await numbers(n)])


@env.task
async def retried_once_by_hand(n: int) -> list[int]:
    values = await numbers(n)
    results = await asyncio.gather(*[parse(x) for x in values], return_exceptions=True)
    again = [x + 1 for x, result in zip(values, results) if isinstance(result, Exception)]
    repaired = await asyncio.gather(*[parse(x) for x in again])
    return [r for r in results if not isinstance(r, Exception)] + repaired


@env.task
async def in_chunks(n: int) -> list[int]:
    values = await numbers(n)
    found: list[int] = []
    for start in range(0, len(values), 2):
        found += await asyncio.gather(*[add(x, start * 10) for x in values[start : start + 2]])
    return found


@env.task
async def halving(n: int) -> list[int]:
    alive = await numbers(n)
    while len(alive) > 1:
        scores = await asyncio.gather(*[add(x, (x * 7) % 5) for x in alive])
        ranked = sorted(zip(scores, alive), reverse=True)
        alive = [item for _, item in ranked[: len(ranked) // 2]]
    return alive


@env.task
async def distinct_items(n: int) -> dict[int, int]:
    keys = sorted({x % 3 for x in await numbers(n)})
    return dict(zip(keys, await asyncio.gather(*[add(key, 50) for key in keys])))


@env.task
async def filtered_in_a_helper(n: int) -> list[int]:
    async def some(values: list[int], divisor: int) -> list[int]:
        return await asyncio.gather(*[add(x, divisor) for x in values if x % divisor == 0])

    values = await numbers(n)
    return await some(values, 2) + await some(values, 3)


@env.task
async def one_failure_ends_all(n: int) -> list[int]:
    return await asyncio.gather(*[parse(x) for x in await numbers(n)])


@env.task
async def appended_if(n: int) -> list[int]:
    jobs = []
    for item in await numbers(n):
        if item == 2:
            continue
        jobs.append(add(item, 3))
    return await asyncio.gather(*jobs)


CASES = [
    *[("appended_if", {"n": n}) for n in (0, 1, 2, 6)],
    *[("one_failure_ends_all", {"n": n}) for n in (0, 1, 2, 6)],
    *[("by_value", {"n": n}) for n in (0, 1, 2, 6)],
    *[("by_several_conditions", {"n": n}) for n in (0, 1, 2, 6)],
    *[("by_none_at_all", {"n": n}) for n in (0, 1, 2, 6)],
    *[("by_what_a_task_says", {"n": n}, 1) for n in (0, 1, 2, 6)],  # BEHIND
    ("either_of_two_tasks", {"n": 0}),
    ("either_of_two_tasks", {"n": 1}),
    ("either_of_two_tasks", {"n": 2}),
    ("either_of_two_tasks", {"n": 6}),
    *[("failures_as_values", {"n": n}, 1) for n in (0, 1, 2, 6)],  # BEHIND
    *[("count_of_failures", {"n": n}, 1) for n in (0, 1, 2, 6)],  # BEHIND
    *[("only_the_good_ones_go_on", {"n": n}, 1) for n in (0, 1, 2, 6)],  # BEHIND
    *[("each_item_is_repaired", {"n": n}) for n in (0, 1)],
    ("each_item_is_repaired", {"n": 2}, 1),  # CATCH
    ("each_item_is_repaired", {"n": 6}, 2),  # 2 CATCH
    *[("retried_once_by_hand", {"n": n}, 2) for n in (0, 1, 2, 6)],  # 2 BEHIND
    ("in_chunks", {"n": 0}),
    *[("in_chunks", {"n": n}, 1) for n in (1, 2)],  # BEHIND
    ("in_chunks", {"n": 6}, 3),  # 3 BEHIND
    *[("halving", {"n": n}) for n in (0, 1)],
    ("halving", {"n": 2}, 2),  # INPUT, BEHIND
    ("halving", {"n": 6}, 4),  # 2 INPUT, 2 BEHIND
    *[("distinct_items", {"n": n}, 1) for n in (0, 1, 2, 6)],  # BEHIND
    *[("filtered_in_a_helper", {"n": n}, 2) for n in (0, 1, 2, 6)],  # 2 BEHIND
    ("each_item_has_a_try", {"n": 0}),
    ("each_item_has_a_try", {"n": 1}),
    ("each_item_has_a_try", {"n": 2}, 1),  # CATCH
    ("each_item_has_a_try", {"n": 6}, 2),  # 2 CATCH
    *[("one_failure_is_caught", {"n": n}) for n in (0, 1)],
    *[("one_failure_is_caught", {"n": n}, 1) for n in (2, 6)],  # CATCH
    *[("first_failure_wins", {"n": n}) for n in (0, 2, 6)],
    ("first_failure_wins", {"n": 1}, 1),  # CATCH
]
