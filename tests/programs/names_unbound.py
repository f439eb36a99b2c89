"""Names that some way leaves without a value: read later, in functions and comprehensions, and beside tasks."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("names-unbound")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def same(value):  # type: ignore[no-untyped-def]
    return value


@env.task
async def in_a_condition(n: int) -> list[int]:
    """A comprehension over nothing reads no name."""
    xs = await numbers(n)
    if n > 1:
        least = 1
    return [x for x in xs if x >= least]


@env.task
async def in_a_lambda(n: int) -> int:
    xs = await numbers(n)
    if n != 1:
        more = await add(n)
    return await add(sum(map(lambda x: x + more, xs)))


@env.task
async def in_a_function(n: int) -> int:
    xs = await numbers(n)
    if n != 1:
        more = 3

    def raised(x: int) -> int:
        return x + more

    return await add(sum(map(raised, xs)))


@env.task
async def coroutine_of_one_arm(n: int) -> object:
    """What a coroutine was called with leaves the arm with it, and is still what the arm has made of it."""
    xs = await same([])
    rest = xs
    if n > 1:
        whole = rest
        rest = sum(rest)
        job = same(rest)
        await job
    else:
        whole = 0
    shown = sorted([rest if rest else 0, 1], key=lambda x: -x)
    return (rest, whole, shown)


@env.task
async def tasks_of_each_round(n: int) -> list[list[int]]:
    """Lists and dicts of tasks that a round has made are not carried to the next one."""
    found = []
    for i in await numbers(n):
        jobs = []
        for x in (1, 2):
            jobs.append(add(x, i))
        named = {x: asyncio.create_task(add(i, x)) for x in (3, 4)}
        found.append([*await asyncio.gather(*jobs), *[await job for job in named.values()]])
    return found


@env.task
async def begun_beside_a_fan_out(n: int) -> list[object]:
    """A task whose argument may raise begins before a fan-out of which the size is found beside it."""
    xs = await numbers(2)
    found: list[object] = []
    for i in range(n):
        beside = asyncio.create_task(numbers(xs[i]))
        found.append(await asyncio.gather(*[add(i, x) for x in range(n)]))
        found.append(await beside)
    return found


CASES = [
    *[("in_a_condition", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_lambda", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_function", {"n": n}) for n in (0, 1, 3)],
    *[("coroutine_of_one_arm", {"n": n}) for n in (0, 3)],
    *[("tasks_of_each_round", {"n": n}, n) for n in (0, 1, 3)],  # n JOIN
    ("begun_beside_a_fan_out", {"n": 0}),
    *[("begun_beside_a_fan_out", {"n": n}, n) for n in (1, 2, 3)],  # n JOIN; the last one raises
]
