"""Classes of users: with bases and `super()`, without `__init__`, with slots; asked for their truth, iterated over."""

import abc
import asyncio
import contextlib
import dataclasses
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import tiphys as flyte

env = flyte.TaskEnvironment("classes")
T = TypeVar("T")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


class Step(abc.ABC):
    by = 1

    @abc.abstractmethod
    async def run(self, x: int) -> int: ...

    async def twice(self, x: int) -> int:
        return await self.run(await self.run(x))


class Add(Step):
    async def run(self, x: int) -> int:
        return await add(x, self.by)


class AddTen(Add):
    by = 10

    async def run(self, x: int) -> int:
        return await super().run(x) + self.by


class Typed(Add, Generic[T]):
    pass


@env.task
async def without_init(n: int) -> list[int]:
    return [await Add().run(n), await AddTen().twice(n), await Typed().run(n), await Typed[int]().run(n)]


@env.task
async def steps_in_a_loop(n: int) -> list[int]:
    found = []
    for x in await numbers(n):
        for step in (Add(), AddTen()):
            found.append(await step.run(x))
    return found


class Source:
    kind = "source"

    def __init__(self, start: int) -> None:
        self.start = start

    def label(self) -> str:
        return f"{self.kind} {self.start}"

    async def pull(self, x: int) -> int:
        return await add(x, self.start)


class Scaled(Source):
    kind = "scaled"

    def __init__(self, start: int, factor: int = 3) -> None:
        super().__init__(start)
        self.factor = factor

    def label(self) -> str:
        return f"{super().label()} x{self.factor}"

    async def pull(self, x: int) -> int:
        return await super().pull(x) * self.factor

    def __getattr__(self, name: str) -> str:
        return f"no {name}"


@dataclass
class Job:
    n: int
    log: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first = self.n

    async def run(self) -> int:
        self.n = await add(self.n)
        self.log.append(self.n)
        return self.n


@dataclass
class LongJob(Job):
    more: int = 5

    async def run(self) -> int:
        return await super().run() + self.more


@env.task
async def parents(n: int) -> list[object]:
    source, job = Scaled(await add(n)), LongJob(n)
    return [await source.pull(n), source.label(), source.colour, await job.run(), job.first, job.log]


@env.task
async def planned(n: int) -> Job:
    return Job(n)


class Queue:
    def __init__(self, jobs: list[int]) -> None:
        self.jobs = jobs

    def __len__(self) -> int:
        return len(self.jobs)


class Flag:
    def __init__(self, x: int) -> None:
        self.x = x

    def __bool__(self) -> bool:
        return self.x > 2


@env.task
async def truths(n: int) -> list[object]:
    flag, queue = Flag(await add(n)), Queue([])
    found: list[object] = ["yes" if flag else "no", not flag, bool(flag), bool(queue)]
    if not queue:
        queue.jobs.append(await add(n))
    while queue:
        found.append(await add(queue.jobs.pop()))
    if flag and not queue:
        found.append("both")
    return found


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left: int) -> None:
        self.left = left

    async def run(self) -> int:
        return await add(self.left, self.right)


@env.task
async def slots(n: int) -> list[object]:
    one = Slotted(await add(n))
    found: list[object] = []
    try:
        found.append(await one.run())
    except AttributeError as error:
        found.append(str(error))
    one.right = 4
    try:
        one.middle = 5
    except AttributeError as error:
        found.append(str(error))
    return [*found, await one.run()]


async def double(x: int) -> int:
    return await add(x, x)


class Registry:
    made: dict[str, Callable[[int], Awaitable[int]]] = {"double": double}
    steps = [add]

    @classmethod
    def register(cls, function: Callable[[int], Awaitable[int]]) -> Callable[[int], Awaitable[int]]:
        cls.made[function.__name__] = function
        return function


@Registry.register
async def triple(x: int) -> int:
    return await add(x, 2 * x)


@env.task
async def registries(n: int) -> list[int]:
    return [await Registry.made[name](n) for name in ("double", "triple")] + [await Registry.steps[0](n)]


@env.task
async def object_of_a_task(n: int) -> list[object]:
    job = await planned(n)
    return [await job.run(), await job.run(), job]


@env.task
async def object_of_a_task_in_a_loop(n: int) -> list[object]:
    job = await planned(n)
    return [[await job.run() for _ in await numbers(n)], job.log, job.n]


@env.task
async def manager_of_its_own(n: int) -> list[object]:
    log: list[str] = []

    @contextlib.contextmanager
    def stage(name: str) -> Iterator[str]:
        log.append(name)
        yield name.upper()
        log.append("end")

    with stage("a") as said:
        value = await add(n)
    return [log, said, value]


class Upto:
    def __init__(self, end: int) -> None:
        self.end = end

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.end))

    def __len__(self) -> int:
        return self.end

    def __contains__(self, x: int) -> bool:
        return x == 42


class Rows:
    def __init__(self, rows: list[int]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[int]:
        for row in self.rows:
            yield row * 2


class Stream:
    def __init__(self, n: int) -> None:
        self.n = n

    async def __aiter__(self) -> AsyncIterator[int]:
        for x in await numbers(self.n):
            yield await add(x)


@env.task
async def iterated(n: int) -> list[object]:
    upto, found = Upto(await add(n)), []
    for x in Rows([1, n]):
        found.append(await add(x))
    first, second = Rows([3, 4])
    side_by_side = await asyncio.gather(*[add(x) for x in Rows(await numbers(n))])
    return [[await add(x) for x in upto], len(upto), 42 in upto, list(upto), found, first, second, side_by_side]


@env.task
async def streams(n: int) -> list[object]:
    found = []
    async for x in Stream(n):
        if x > 3:
            break
        found.append(await add(x))
    return [found, [x async for x in Stream(n)]]


class Runs(Protocol):
    async def run(self, x: int) -> int: ...


class Once(Runs):
    async def run(self, x: int) -> int:
        return await add(x)


class Counting(Once):
    count = 0

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    @classmethod
    async def begun(cls, x: int) -> "Counting":
        made = cls()
        await made.run(x)
        return made

    async def run(self, x: int) -> int:
        found = await super().run(x)
        self.seen.append(found)
        self.count += 1
        return found

    @functools.cached_property
    def first(self) -> int:
        return self.seen[0]


@dataclass(frozen=True)
class Settings:
    step: int
    label: str = "plain"

    def but(self, **changes: Any) -> "Settings":
        return dataclasses.replace(self, **changes)

    async def go(self, x: int) -> int:
        return await add(x, self.step)


@env.task
async def protocols(n: int) -> list[object]:
    steps: list[Runs] = [Once(), Counting()]
    begun = await Counting.begun(n)
    return [[await step.run(n) for step in steps], begun.first, begun.first, begun.count, Counting.count]


@env.task
async def state_in_a_loop(n: int) -> list[object]:
    one = Counting()
    for x in await numbers(n):
        if x % 2:
            await one.run(x)
    return [one.seen, one.count, Counting.count]


@env.task
async def replaced(n: int) -> list[int]:
    settings = Settings(await add(n))
    return [await settings.go(n), await settings.but(step=5).go(n), await settings.but(step=await add(7)).go(n)]


CASES = [
    *[
        (name, {"n": n})
        for n in (0, 1, 4)
        for name in ("without_init", "steps_in_a_loop", "slots", "registries", "object_of_a_task", "manager_of_its_own")
    ],
    *[("truths", {"n": n}) for n in (0, 1, 4)],
    *[("parents", {"n": n}) for n in (0, 1, 4)],
    *[("object_of_a_task_in_a_loop", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("iterated", {"n": n}, 2) for n in (0, 1, 4)],  # INPUT, BEHIND
    *[("streams", {"n": n}) for n in (0, 1, 5)],
    *[(name, {"n": n}) for n in (0, 1, 4) for name in ("protocols", "replaced")],
    *[("state_in_a_loop", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
]
