"""Comprehensions that filter known containers by runtime values: over `zip`, `enumerate`, views, iterators, generators."""

import asyncio
import itertools
from collections.abc import Iterator

import tiphys as flyte

env = flyte.TaskEnvironment("walked")


@env.task
async def inc(x: int) -> int:
    return x + 1


@env.task
async def picky(x: int) -> int:
    if x % 3 == 2:
        raise ValueError(f"bad {x}")
    return x * 10


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


async def three(n: int) -> list[int]:
    return list(await asyncio.gather(inc(n), inc(n * 2), inc(0)))


@env.task
async def numbered(n: int) -> list[int]:
    return [index for index, value in enumerate(await three(n)) if value > 2]


@env.task
async def zipped(n: int) -> dict[str, int]:
    return {name: value for name, value in zip("abc", await three(n)) if value > 1}


@env.task
async def views(n: int) -> tuple[list[str], int, list[tuple[int, str]]]:
    table = dict(zip("abc", await three(n)))
    large = [name for name, value in table.items() if value > 1]
    pairs = [(index, name) for index, (name, value) in enumerate(table.items()) if value % 2]
    return large, sum(value for value in table.values() if value > 1), pairs


@env.task
async def lazily(n: int) -> list[object]:
    values = await three(n)
    first = next((index for index, value in enumerate(values) if value > 1), None)
    backwards = [value for value in reversed(values) if value > 1]
    more = [value for value in itertools.chain(values, [5]) if value > 2]
    return [first, backwards, more, [text for text in map(str, values) if text != "1"]]


@env.task
async def the_rest_of_an_iterator(n: int) -> list[object]:
    values = iter(await three(n))
    first = next(values)
    return [first, [value for value in values if value > 1], list(values)]


@env.task
async def doubled(n: int) -> list[object]:
    values = await three(n)

    def twice() -> Iterator[int]:
        for value in values:
            yield value * 2

    return [sum(value for value in twice() if value > 2), [value for value in twice() if value > 2]]


@env.task
async def yielded_if(n: int) -> list[object]:
    limit = await inc(n)

    def above(low: int) -> Iterator[int]:
        if limit > 2:
            yield limit + low
        yield low

    return [[x for low in range(2) for x in above(low)], list(above(3)), [*above(4)], sum(above(5)), tuple(above(1))]


@env.task
async def yielded_until(n: int) -> list[int]:
    limit = await inc(n)

    def above(low: int) -> Iterator[int]:
        if limit > 2:
            yield limit + low
        yield low

    found = []
    for x in above(1):
        if x > 3:
            break
        found.append(x)
    for x in above(2):
        found.append(await inc(x))
    return found


@env.task
async def the_failed_ones_again(n: int) -> list[int]:
    inputs = [0, 1, 3, n]
    outcomes = await asyncio.gather(*(picky(x) for x in inputs), return_exceptions=True)
    failed = [x for x, outcome in zip(inputs, outcomes) if isinstance(outcome, Exception)]
    fixed = dict(zip(failed, await asyncio.gather(*(inc(x) for x in failed))))
    return [fixed.get(x, outcome) for x, outcome in zip(inputs, outcomes)]


@env.task
async def what_failed_by_name(n: int) -> str:
    checks = {"first": picky(n), "second": picky(n + 1), "third": inc(n)}
    names = list(checks)
    report = dict(zip(names, await asyncio.gather(*checks.values(), return_exceptions=True)))
    failed = {name: str(outcome) for name, outcome in report.items() if isinstance(outcome, Exception)}
    if failed:
        raise RuntimeError(f"failed: {failed}")
    return f"passed: {report}"


@env.task
async def numbers_of_the_failed(n: int) -> list[object]:
    outcomes = await asyncio.gather(*(picky(n + i) for i in range(3)), return_exceptions=True)
    numbers = [i for i, outcome in enumerate(outcomes) if isinstance(outcome, ValueError)]
    good = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    return [numbers, await total(good)]


@env.task
async def those_that_gave_much(n: int) -> list[object]:
    async with asyncio.TaskGroup() as group:
        jobs = {name: group.create_task(inc(n * i)) for i, name in enumerate("abc")}
    found = {name: job.result() for name, job in jobs.items() if job.result() > 2}
    later = [asyncio.create_task(inc(n + i)) for i in range(3)]
    return [found, [value for job in later if (value := await job) % 2]]


CASES = [
    *[("those_that_gave_much", {"n": n}, 2) for n in (0, 1, 2, 5)],  # JOIN of each list
    *[("numbered", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("zipped", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("views", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("lazily", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("the_rest_of_an_iterator", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("doubled", {"n": n}, 1) for n in (0, 1, 2, 5)],  # JOIN
    *[("yielded_if", {"n": n}) for n in (0, 1, 2, 5)],
    *[("yielded_until", {"n": n}) for n in (0, 1, 2, 5)],
    *[("the_failed_ones_again", {"n": n}, 2) for n in (0, 1)],  # JOIN; CATCH of each that fails
    *[("the_failed_ones_again", {"n": n}, 3) for n in (2, 5)],  # JOIN; CATCH of each that fails
    ("what_failed_by_name", {"n": 0}, 1),  # JOIN; CATCH of each that fails
    *[("what_failed_by_name", {"n": n}, 2) for n in (1, 2, 5)],  # JOIN; CATCH of each that fails
    *[("numbers_of_the_failed", {"n": n}, 1) for n in (0, 1, 2, 5)],  # CATCH
]
