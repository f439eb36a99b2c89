"""Tasks that are begun before a loop or a fan-out and awaited inside of it: in each round, by each item, or never."""

import asyncio

import tiphys

env = tiphys.TaskEnvironment("inside")


@env.task
async def positive(n: int) -> int:
    if n < 0:
        raise ValueError(f"{n} is negative")
    return n + 1


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def each_round(n: int) -> list[int]:
    first = asyncio.create_task(positive(n))
    found = []
    for number in await numbers(3):
        found.append(await positive(number + await first))
    return found


@env.task
async def failing_in_each_round(n: int) -> list[int | str]:
    first = asyncio.create_task(positive(n))
    found: list[int | str] = []
    for number in await numbers(2):
        try:
            found.append(await positive(number + await first))
        except ValueError as error:
            found.append(f"{number}: {error}")
    return found


@env.task
async def until_it_is_reached(n: int) -> int:
    first = asyncio.create_task(positive(n))
    count = await positive(0)
    while count < await first:
        count = await positive(count)
    return count


@env.task
async def some_round(n: int) -> list[int]:
    first = asyncio.create_task(positive(n))
    found = []
    for number in await numbers(n):
        if number > 1:
            found.append(await first)
            break
    return found


@env.task
async def inner_loop(n: int) -> int:
    first = asyncio.create_task(positive(n))
    total = 0
    for rows in await numbers(3):
        for number in await numbers(rows):
            total += await positive(number) * await first
    return total


@env.task
async def each_item(n: int) -> list[int]:
    first = asyncio.create_task(positive(n))

    async def one(number: int) -> int:
        return await positive(number + await first)

    return await asyncio.gather(*(one(number) for number in await numbers(3)))


@env.task
async def failing_in_each_item(n: int) -> list[int | str]:
    first = asyncio.create_task(positive(n))

    async def one(number: int) -> int | str:
        try:
            return await positive(number + await first)
        except ValueError as error:
            return f"{number}: {error}"

    return await asyncio.gather(*(one(number) for number in await numbers(2)))


@env.task
async def each_item_without_a_task(n: int) -> list[int]:
    first = asyncio.create_task(positive(n))

    async def one(number: int) -> int:
        return number + await first

    return await asyncio.gather(*(one(number) for number in await numbers(3)))


async def raised(task: asyncio.Task[int], number: int) -> int:
    return number * await task


@env.task
async def given_to_each_item(n: int) -> list[int]:
    first = asyncio.create_task(positive(n))
    return await asyncio.gather(*(raised(first, number) for number in await numbers(3)))


# beside the tasks: what tells whether a round goes on, or whether the task before the `try` has failed; of one that
# has, what finds its exception, and in each round, or for each item, what raises it and what handles it
CASES = [
    ("each_round", {"n": 3}),
    ("failing_in_each_round", {"n": 3}, 2),
    ("failing_in_each_round", {"n": -3}, 7),
    ("until_it_is_reached", {"n": 3}, 1),
    ("some_round", {"n": 3}, 3),
    ("inner_loop", {"n": 2}),
    ("each_item", {"n": 3}),
    ("failing_in_each_item", {"n": 3}),
    ("each_item_without_a_task", {"n": 3}, 4),  # one for each item, and one for their list
    ("given_to_each_item", {"n": 3}, 4),
    ("failing_in_each_item", {"n": -3}, 5),
]
