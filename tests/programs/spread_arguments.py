"""Calls with `*` and `**` of what tasks returned: of tasks, orchestrators, helpers, methods and partials."""

import asyncio
import copy
import functools
from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("spread")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def pair(n: int) -> tuple[int, int]:
    return n, n + 1


@env.task
async def grid(n: int) -> list[dict[str, int]]:
    return [{"a": i, "b": 2 * i} for i in range(n)]


@env.task
async def of_all_kinds(a: int, /, b: list[int], *, c: str = "c", d: float = 0.5) -> str:
    return f"{a} {b} {c} {d}"


@env.task
async def added_twice(a: int, b: int = 5) -> int:
    return await add(a, await add(b))


async def helper(x: int, y: int = 2, *, log: list[int] | None = None) -> int:
    found = await add(x, y)
    if log is not None:
        log.append(found)
    return found


class Model:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    async def fit(self, a: int, b: int = 0) -> int:
        return await add(a * self.factor, b)

    def plain(self, a: int, b: int = 0) -> int:
        return a * self.factor + b


@dataclass
class Total:
    value: int = 0

    @classmethod
    def of(cls, *values: int, **more: int) -> "Total":
        return cls(sum(values) + len(more))


HUNDRED = functools.partial(add, b=100)


@env.task
async def star_arguments(n: int) -> int:
    args = [n]
    kwargs = {}
    a = await add(n)
    if a > 2:
        kwargs["b"] = a
    else:
        args.append(40)
    return await add(*args, **kwargs)


@env.task
async def called_with_stars(n: int) -> list[object]:
    both = await pair(n)
    found: list[object] = [await add(*both), await helper(*both), await Model(3).fit(*both), await added_twice(*both)]
    found += [Model(2).plain(*both), Total.of(*both, q=1).value]
    found.append(await of_all_kinds(n, list(both), **{"c": str(both[0])}))
    return found


@env.task
async def a_job_for_each_setting(n: int) -> list[int]:
    return await asyncio.gather(*(add(**setting) for setting in await grid(n)))


@env.task
async def jobs_appended_for_each_setting(n: int) -> list[int]:
    jobs = []
    for setting in await grid(n):
        jobs.append(asyncio.create_task(add.override(retries=2)(**setting)))
    return await asyncio.gather(*jobs)


@env.task
async def one_after_the_other(n: int) -> list[int]:
    return [await add(**setting) for setting in await grid(n) if setting["b"] > 1]


@env.task
async def helpers_with_known_arguments_beside(n: int) -> list[object]:
    settings = await grid(n + 1)
    log: list[int] = []
    found = await helper(1, **{"y": settings[-1]["a"], "log": log})
    return [found, log]


@env.task
async def partials(n: int) -> list[object]:
    settings = await grid(n + 1)
    last = functools.partial(add, **settings[-1])
    kinds = functools.partial(of_all_kinds, 1, c="p")
    more = {"b": [n], "d": 2.5} if n > 1 else {"b": []}
    found: list[object] = [await last(), await last(b=50), await HUNDRED(1), await HUNDRED(**settings[-1])]
    return [*found, await kinds(**more), await kinds(c="z", **more)]


@env.task
async def what_does_not_fit(n: int) -> int:
    setting = (await grid(4))[n]
    wrong = {**copy.copy(setting), **({"c": 1} if n == 1 else {})}
    if n == 2:
        wrong.pop("a")
    return await add(*([7] if n == 3 else []), **wrong)


@env.task
async def too_many_for_an_orchestrator(n: int) -> int:
    setting = (await grid(4))[n]
    return await added_twice(*list(setting.values()), *([1] if n == 1 else []))


CASES = [
    *[("star_arguments", {"n": n}) for n in (0, 2, 5)],
    *[("called_with_stars", {"n": n}) for n in (0, 3)],
    *[("a_job_for_each_setting", {"n": n}) for n in (0, 1, 3)],
    *[("jobs_appended_for_each_setting", {"n": n}) for n in (0, 1, 3)],
    *[("one_after_the_other", {"n": n}) for n in (0, 1, 3)],
    *[("helpers_with_known_arguments_beside", {"n": n}) for n in (0, 3)],
    *[("partials", {"n": n}) for n in (0, 1, 2)],
    *[("what_does_not_fit", {"n": n}) for n in (0, 1, 2, 3)],
    *[("too_many_for_an_orchestrator", {"n": n}) for n in (0, 1, 2)],
]
