"""Fan-outs whose arguments may raise, that filter what is known, and that call tasks by a dotted name."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("fan-out-arguments")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def doubled(a: int) -> int:
    return a * 2


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def anything(value):  # type: ignore[no-untyped-def]
    return value


@env.task
async def division_that_may_fail(n: int) -> list:  # type: ignore[type-arg]
    """What makes a coroutine raises at once: it is no error of the coroutine."""
    xs = await numbers(n)
    return await asyncio.gather(*[add(10 // x) for x in xs], return_exceptions=True)


@env.task
async def caught_before_any_runs(n: int) -> object:
    xs = await numbers(n)
    try:
        return await asyncio.gather(*[add(10 // x) for x in xs])
    except ZeroDivisionError as error:
        return str(error)


@env.task
async def appended_with_untyped_values(n: int) -> list[int]:
    offset = await anything(n)
    xs = await anything([n, 3])
    jobs = []
    for x in [*xs, n][:4]:
        jobs.append(add(x + offset))
    return await asyncio.gather(*jobs)


@env.task
async def appended_where_some_may_fail(n: int) -> object:
    xs = await numbers(n)
    jobs = []
    for x in [x + 1 for x in xs if x != 1]:
        if x > 1:
            jobs.append(add(12 // (x - 2)))
    return await asyncio.gather(*jobs, return_exceptions=True)


@env.task
async def known_items_filtered_at_run_time(n: int) -> list[int]:
    least = await add(n)
    return await asyncio.gather(*[add(x) for x in (1, 2, 3, 4) if x > least])


@env.task
async def known_items_one_by_one(n: int) -> dict[int, int]:
    least = await add(n)
    return {x: await add(x) for x in [n, 3, 5] if x > least}


@env.task
async def by_dotted_name(n: int) -> list[int]:
    return await asyncio.gather(*[doubled.aio(x) for x in await numbers(n)])


@env.task
async def names_of_its_own(n: int) -> list[object]:
    """Comprehensions and lambdas in a loop that calls no task have variables of their own."""
    xs = await numbers(n)
    total = 0
    for x in [a - b for b, a in enumerate(xs)]:
        pick = lambda item, least=x: item > least  # noqa: E731
        total += x + len([item for item in xs if pick(item)])
    return [total, xs]


CASES = [
    *[("division_that_may_fail", {"n": n}) for n in (0, 2)],
    ("caught_before_any_runs", {"n": 0}, 1),  # RAISE
    ("caught_before_any_runs", {"n": 2}, 3),  # RAISE, CATCH, BEHIND
    *[("appended_with_untyped_values", {"n": n}) for n in (0, 4)],
    *[("appended_where_some_may_fail", {"n": n}) for n in (0, 2, 4, 5)],
    *[("known_items_filtered_at_run_time", {"n": n}) for n in (0, 2, 4)],
    *[("known_items_one_by_one", {"n": n}) for n in (0, 3, 5)],
    *[("by_dotted_name", {"n": n}) for n in (0, 3)],
    *[("names_of_its_own", {"n": n}) for n in (0, 3)],
]
