"""Generators, async and not, that call tasks, or whose consumers do: looped over, left early, collected, chained."""

from collections.abc import AsyncIterator, Iterator

import tiphys as flyte

env = flyte.TaskEnvironment("generating")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def half(x: int) -> int:
    return x // 2


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def page(token: int, n: int) -> tuple[list[int], int]:
    return [token * 10, token * 10 + 1], (token + 1 if token < n else -1)


async def added(n: int) -> AsyncIterator[int]:
    for x in await numbers(n):
        yield await add(x)


async def pages(n: int) -> AsyncIterator[int]:
    token = 0
    while token >= 0:
        items, token = await page(token, n)
        for item in items:
            yield item


async def doubled(n: int) -> AsyncIterator[int]:
    for x in range(n):
        yield x * 2


async def one_or_two(n: int) -> AsyncIterator[int]:
    a = await add(n)
    if a > 2:
        yield 1
        return
    yield 2
    yield a


async def known_times(count: int) -> AsyncIterator[int]:
    for i in range(count):
        yield await add(i)


async def chained(n: int) -> AsyncIterator[int]:
    async for x in added(n):
        yield x
    async for x in doubled(n):
        yield -x


async def countdown(n: int) -> AsyncIterator[int]:
    while n > 0:
        n = await add(n, -1)
        yield n


def halves(xs: list[int]) -> Iterator[int]:
    for x in xs:
        yield half(x)


def again(xs: list[int]) -> Iterator[int]:
    yield -1
    yield from halves(xs)


@env.task
async def collected_by_hand(n: int) -> list[object]:
    found = []
    async for x in added(n):
        found.append(await add(x, 10))
    else:
        found.append("else")
    return found


@env.task
async def first_that_fits(n: int) -> int:
    async for x in added(n):
        if x > 1:
            return x
    return 0


@env.task
async def sum_of_the_first(n: int) -> int:
    total = 0
    async for x in added(n):
        if x == 2:
            continue
        if x > 3:
            break
        total += x
    else:
        total = -total
    return total


@env.task
async def paginated(n: int) -> list[int]:
    found = []
    async for item in pages(n):
        found.append(await add(item))
        if len(found) > 4:
            break
    return found


@env.task
async def without_tasks_of_its_own(n: int) -> int:
    total = 0
    async for x in doubled(n):
        total += await add(x)
    return total


@env.task
async def ended_by_its_return(n: int) -> list[int]:
    found = []
    async for x in one_or_two(n):
        found.append(x)
    async for x in one_or_two(n):
        if x == 1:
            break
        found.append(await add(x))
    return found


@env.task
async def known_rounds(n: int) -> list[object]:
    found = []
    async for x in known_times(4):
        found.append(x)
        if await add(n) < x:
            return [found, x]
    return [found]


@env.task
async def one_in_another(n: int) -> list[int]:
    found = []
    async for x in chained(n):
        found.append(await add(x))
    async for x in chained(n):
        if x < 0:
            break
        found.append(x)
    return found


@env.task
async def yielded_from(n: int) -> list[int]:
    found = []
    for x in again(await numbers(n)):
        if x > 0:
            break
        found.append(await add(x))
    return found


@env.task
async def async_comprehension(n: int) -> list[int]:
    return [value * 2 async for value in countdown(n) if value != 1]


@env.task
async def comprehensions(n: int) -> list[object]:
    table = {x: await add(x) async for x in countdown(n)}
    return [table, [x async for x in doubled(n)], [x async for x in known_times(2)], list(halves(await numbers(n)))]


@env.task
async def given_to_functions(n: int) -> list[int]:
    return [sum(halves([n, 2 * n])), max(halves(await numbers(n + 1))), *sorted([x async for x in added(n)], reverse=True)]


CASES = [
    *[
        (name, {"n": n})
        for n in (0, 1, 2, 5)
        for name in ("ended_by_its_return", "known_rounds", "yielded_from", "async_comprehension")
    ],
    *[("collected_by_hand", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("first_that_fits", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("sum_of_the_first", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    ("paginated", {"n": 0}, 1),  # BEHIND
    ("paginated", {"n": 1}, 2),  # BEHIND
    ("paginated", {"n": 5}, 3),  # BEHIND
    *[("without_tasks_of_its_own", {"n": n}, 1) for n in (0, 1, 5)],  # INPUT
    *[("one_in_another", {"n": n}, more) for n, more in ((0, 2), (1, 3), (5, 4))],  # BEHIND
    *[("comprehensions", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("given_to_functions", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
]
