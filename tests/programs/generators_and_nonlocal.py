"""Closures, `nonlocal`, `del`, generator helpers, callbacks, methods with state, default arguments: under control flow."""

import tiphys as flyte

env = flyte.TaskEnvironment("generators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


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


CASES = [
    *[("nonlocal_in_a_branch", {"n": n}) for n in (0, 1, 2, 5)],
    *[("deleted_items", {"n": n}) for n in (0, 1, 2, 5)],
    *[("late_binding_closures", {"n": n}) for n in (0, 1, 2, 5)],
    *[("callback_chosen", {"n": n}) for n in (0, 1, 2, 5)],
    *[("object_with_state", {"n": n}) for n in (0, 1, 2, 5)],
    *[("object_with_state_in_a_loop", {"n": n}) for n in (0, 1, 2, 5)],
    *[("lambda_over_runtime", {"n": n}) for n in (0, 1, 2, 5)],
    *[("counter_of_a_closure", {"n": n}) for n in (0, 1, 2, 5)],
]
