"""Parameters and variables that are called like tasks of the module, and are none; tasks as defaults of parameters."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("shared-names")


@env.task
async def train(n: int) -> list[int]:
    return list(range(n))


@env.task
async def metrics(rows: list[int]) -> dict[str, int]:
    return {"rows": len(rows)}


@env.task
async def tree(n: int) -> dict[str, Any]:
    kids = [{"v": 10 * i, "kids": [{"v": i, "kids": []}] if i % 2 else []} for i in range(n)]
    return {"v": n, "kids": kids}


@env.task
async def report(metrics: dict[str, int], train: list[int]) -> str:
    return f"{metrics} {sum(train)}"


@env.task
async def best(n: int) -> int:
    train = n + 1
    return max(metrics for metrics in [train, 3])


def described(train: object, metrics: object = None) -> str:
    return f"{train} {metrics}"


def flattened(tree: dict[str, Any]) -> Iterator[int]:
    yield tree["v"]
    for kid in tree["kids"]:
        yield from flattened(kid)


async def run(n: int, step: Callable[[int], Awaitable[Any]] = best) -> Any:
    return await step(n)


@env.task
async def parameters_called_like_tasks(n: int) -> list[object]:
    rows = await train(n)
    found = await metrics(rows)
    lines = sorted((described(row, found) for row in rows), key=lambda train: -len(train))
    return [await report(found, rows), lines, await best(n), [metrics["rows"] for metrics in [found]]]


@env.task
async def recursive_generator_over_a_parameter(n: int) -> list[int]:
    return [await best(value) for value in flattened(await tree(n))]


@env.task
async def tasks_as_defaults(n: int) -> list[object]:
    steps = [lambda k, step=step: step(k) for step in (best, train)]
    return [await run(n), await run(n, train), [await step(n) for step in steps]]


CASES = [
    *[("parameters_called_like_tasks", {"n": n}) for n in (0, 1, 3)],
    *[("recursive_generator_over_a_parameter", {"n": n}) for n in (0, 1, 3)],
    *[("tasks_as_defaults", {"n": n}) for n in (0, 3)],
]
