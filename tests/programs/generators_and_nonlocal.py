"""Closures, `nonlocal`, `del`, generator helpers, callbacks, methods with state, default arguments: under control flow."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import tiphys as flyte

env = flyte.TaskEnvironment("generators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def nonlocal_in_a_loop(n: int) -> list[object]:
    best, best_at = -1, None

    def consider(i: int, value: int) -> bool:
        nonlocal best, best_at
        if value > best:
            best, best_at = value, i
            return True
        return False

    improved = 0
    for i, item in enumerate(await numbers(n)):
        if consider(i, await add((item * 3) % 4, 0)):
            improved += 1
    return [best, best_at, improved]


@env.task
async def nonlocal_and_early_return(n: int) -> list[int]:
    calls = 0

    async def tracked(x: int) -> int:
        nonlocal calls
        calls += 1
        if x > 2:
            return x
        return await add(x, 10)

    values = [await tracked(n), await tracked(n + 1), await tracked(n + 2)]
    return [calls, *values]


def batches(values: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def interesting(values: list[int]) -> Iterator[int]:
    for value in values:
        if value % 2:
            continue
        if value > 6:
            return
        yield value


@env.task
async def batches_of_a_generator(n: int) -> list[int]:
    sums = []
    for batch in batches(await numbers(n), 2):
        sums.append(await add(sum(batch), 0))
    return sums


@env.task
async def generator_that_filters(n: int) -> int:
    total = 0
    for value in interesting(await numbers(n)):
        total = await add(total, value)
    return total


@env.task
async def generator_over_known_items(n: int) -> list[int]:
    found = []
    for value in interesting([1, 2, 3, 4, 8, 2]):
        a = await add(value, n)
        if a > 5:
            break
        found.append(a)
    return found


@env.task
async def gathered_from_a_generator(n: int) -> list[int]:
    return await asyncio.gather(*[add(value) for value in interesting(await numbers(n))])


async def countdown(n: int) -> AsyncIterator[int]:
    while n > 0:
        n = await add(n, -1)
        yield n


@env.task
async def shadowed_loop_variable(n: int) -> list[int]:
    i = 100
    found = [i for i in range(2)]
    for i in await numbers(n):
        found.append(await add(i))
    return [*found, i]


@env.task
async def async_generator(n: int) -> list[int]:
    found = []
    async for value in countdown(n):
        found.append(value)
    return found


@env.task
async def nonlocal_in_a_branch(n: int) -> int:
    count = 0

    async def bump(by: int) -> None:
        nonlocal count
        count = await add(count, by)

    a = await add(n)
    if a > 2:
        await bump(a)
    else:
        await bump(100)
    return count


@env.task
async def deleted_items(n: int) -> list[object]:
    state = {"a": await add(n), "b": 2, "c": 3}
    items = [1, 2, 3, 4]
    if state["a"] > 2:
        del state["b"]
        del items[1:3]
    else:
        del items[0]
    del state["c"]
    return [state, items]


@env.task
async def late_binding_closures(n: int) -> list[int]:
    steps = []
    for factor in (1, 2, 3):
        steps.append(lambda x: x * factor)
    a = await add(n)
    if a > 2:
        factor = 10
    return [step(a) for step in steps]


@env.task
async def callback_chosen(n: int) -> int:
    a = await add(n)

    def shout(x: int) -> int:
        return x * 100

    def whisper(x: int) -> int:
        return x // 2

    async def run(callback, x):
        return await add(callback(x))

    if a % 2:
        return await run(shout, a)
    return await run(whisper, a)


class Tracker:
    def __init__(self) -> None:
        self.history: list[int] = []
        self.best: int | None = None

    def note(self, value: int) -> None:
        self.history.append(value)
        if self.best is None or value > self.best:
            self.best = value

    async def measure(self, x: int) -> bool:
        value = await add(x, len(self.history))
        self.note(value)
        return value > 3


@env.task
async def object_with_state(n: int) -> list[object]:
    tracker = Tracker()
    if await tracker.measure(n):
        await tracker.measure(n * 2)
    else:
        await tracker.measure(0)
    return [tracker.history, tracker.best]


@env.task
async def object_with_state_in_a_loop(n: int) -> list[object]:
    tracker = Tracker()
    for item in await numbers(n):
        if await tracker.measure(item):
            break
    return [tracker.history, tracker.best]


@env.task
async def lambda_over_runtime(n: int) -> list[int]:
    values = await numbers(n)
    limit = await add(n, -2)
    keep = lambda x: x < limit  # noqa: E731
    return [await add(x) for x in filter(keep, values)]


@env.task
async def counter_of_a_closure(n: int) -> list[int]:
    def counter():
        state = {"n": 0}

        def step() -> int:
            state["n"] += 1
            return state["n"]

        return step

    step = counter()
    a = await add(n)
    if a > 2:
        step()
        step()
    b = await add(a, step())
    return [a, b, step()]


@env.task
async def default_arguments(n: int) -> list[list[int]]:
    shared: list[int] = []
    first = await remembering(n, shared)
    second = await remembering(n + 1, shared)
    third = await remembering(n + 2)
    return [first, second, third, shared]


CASES = [
    *[("nonlocal_in_a_branch", {"n": n}) for n in (0, 1, 2, 5)],
    *[("deleted_items", {"n": n}) for n in (0, 1, 2, 5)],
    *[("late_binding_closures", {"n": n}) for n in (0, 1, 2, 5)],
    *[("callback_chosen", {"n": n}) for n in (0, 1, 2, 5)],
    *[("object_with_state", {"n": n}) for n in (0, 1, 2, 5)],
    *[("object_with_state_in_a_loop", {"n": n}) for n in (0, 1, 2, 5)],
    *[("lambda_over_runtime", {"n": n}) for n in (0, 1, 2, 5)],
    *[("counter_of_a_closure", {"n": n}) for n in (0, 1, 2, 5)],
    ("nonlocal_and_early_return", {"n": 0}),
    *[("nonlocal_and_early_return", {"n": n}, 1) for n in (1, 2, 5)],  # ROUND
    *[("batches_of_a_generator", {"n": n}) for n in (0, 1, 2, 5)],
    *[("generator_that_filters", {"n": n}) for n in (0, 1, 2, 5)],
    *[("generator_over_known_items", {"n": n}) for n in (0, 1, 2, 5)],
    *[("gathered_from_a_generator", {"n": n}) for n in (0, 1, 2, 5)],
    *[("async_generator", {"n": n}) for n in (0, 1, 2, 5)],
    *[("shadowed_loop_variable", {"n": n}, 1) for n in (0, 1, 2, 5)],  # BEHIND
    ("nonlocal_in_a_loop", {"n": 0}),
    ("nonlocal_in_a_loop", {"n": 1}),
    ("nonlocal_in_a_loop", {"n": 2}),
    ("nonlocal_in_a_loop", {"n": 5}),
    *[("default_arguments", {"n": n}) for n in (0, 1, 2, 5)],
]
