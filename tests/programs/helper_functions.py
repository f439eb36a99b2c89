"""Helpers of all kinds: inlined, left to run time, closures, partials, decorators, generators, classes, recursion."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("helpers")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


def scaled(x: int, factor: int = 2) -> int:
    return x * factor


def early(x: int) -> str:
    if x > 5:
        return "big"
    if x > 2:
        return "middle"
    return "small"


def looping(xs: list[int]) -> int:
    total = 0
    for x in xs:
        if x % 2:
            continue
        total += x
    return total


def fill_in(target: list[int], x: int) -> None:
    if x > 3:
        target.append(x)
    target.append(-x)


@env.task
async def glue_helpers(n: int) -> list[object]:
    a = await add(n)
    xs = await numbers(a)
    return [scaled(a), scaled(a, factor=3), early(a), looping(xs), early(2)]


@env.task
async def mutating_helper(n: int) -> list[object]:
    a = await add(n)
    xs = await numbers(a)
    fill_in(xs, a)
    ys = xs
    fill_in(ys, 1)
    return [xs, ys, len(xs), xs is ys]


@env.task
async def mutating_known(n: int) -> list[int]:
    out = [1]
    fill_in(out, 10)
    a = await add(n)
    out.append(a)
    fill_in(out, 7)
    return out


@env.task
async def mutating_known_by_runtime(n: int) -> list[int]:
    out = [1]
    other = out
    a = await add(n)
    fill_in(out, a)
    return [*out, len(other)]


@env.task
async def closures_bind_late(n: int) -> list[int]:
    factor = 2

    def times(x: int) -> int:
        return x * factor

    a = await add(n)
    first = times(a)
    factor = 10
    lambdas = [lambda: i for i in range(3)]
    bound = [lambda i=i: i for i in range(3)]
    return [first, times(a), *[f() for f in lambdas], *[f() for f in bound]]


@env.task
async def nonlocal_counter(n: int) -> list[int]:
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return count

    a = await add(n, tick())
    b = await add(a, tick())
    return [a, b, count]


@env.task
async def nonlocal_sum(n: int) -> int:
    total = 0

    async def take(i: int) -> None:
        nonlocal total
        total += await add(n, i)

    await take(1)
    await take(2)
    return total


@env.task
async def lambdas(n: int) -> list[int]:
    a = await add(n)
    xs = await numbers(a)
    square = lambda x: x * x  # noqa: E731
    shift = lambda x: x + a  # noqa: E731
    return [square(a), shift(1), *map(square, [a, 1]), *sorted(xs, key=lambda x: -x), max(xs, key=lambda x: (x % 3, x))]


@env.task
async def partials(n: int) -> list[int]:
    plus_ten = functools.partial(add, b=10)
    triple = functools.partial(scaled, factor=3)
    a = await plus_ten(n)
    return [a, triple(a), triple(2), await functools.partial(add, a)()]


def logged(function: Callable[..., Awaitable[int]]) -> Callable[..., Awaitable[int]]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> int:
        return await function(*args, **kwargs) + 100

    return wrapper


def twice(function: Callable[[int], int]) -> Callable[[int], int]:
    def wrapper(x: int) -> int:
        return function(function(x))

    return wrapper


@logged
async def decorated(a: int) -> int:
    return await add(a, 2)


@twice
def quadrupled(x: int) -> int:
    return x * 2


@env.task
async def decorators(n: int) -> list[int]:
    a = await decorated(n)
    return [a, quadrupled(a), quadrupled(3)]


def pairs(n: int) -> Iterator[tuple[int, int]]:
    for i in range(n):
        yield i, i * i
    yield from [(7, 7), (8, 8)]


@env.task
async def generator_helpers(n: int) -> list[int]:
    found = []
    for i, square in pairs(3):
        found.append(await add(square, i))
    found.extend(x + y for x, y in pairs(1))
    more = list(pairs(2))
    return [*found, len(more), sum(a for a, _ in pairs(2))]


def growing(values: list[int]) -> Iterator[int]:
    total = 0
    for value in values:
        total += value
        yield total


@env.task
async def generator_over_results(n: int) -> list[int]:
    xs = await asyncio.gather(*(add(n, i) for i in range(3)))
    return [total for total in growing(xs)]


@dataclass
class Pipeline:
    base: int
    seen: list[int] = field(default_factory=list)

    async def step(self, x: int) -> int:
        result = await add(x, self.base)
        self.seen.append(result)
        return result

    def total(self) -> int:
        return sum(self.seen)

    @property
    def doubled(self) -> int:
        return self.base * 2

    @classmethod
    def of(cls, base: int) -> "Pipeline":
        return cls(base)

    @staticmethod
    def half(x: int) -> float:
        return x / 2


class Counter:
    def __init__(self, start: int) -> None:
        self.count = start

    def up(self, by: int = 1) -> "Counter":
        self.count += by
        return self

    async def run(self) -> int:
        return await add(self.count)

    def __call__(self, x: int) -> int:
        return self.count + x


@env.task
async def methods_and_classes(n: int) -> list[object]:
    pipeline = Pipeline.of(5)
    a = await pipeline.step(n)
    b = await pipeline.step(a)
    counter = Counter(b).up().up(a)
    c = await counter.run()
    return [a, b, pipeline.total(), pipeline.doubled, Pipeline.half(a), c, counter.count, counter(1), pipeline]


async def fold(xs: list[int], start: int) -> int:
    if not xs:
        return start
    return await fold(xs[1:], await add(start, xs[0]))


def factorial(k: int) -> int:
    return 1 if k <= 1 else k * factorial(k - 1)


@env.task
async def recursion(n: int) -> list[int]:
    return [await fold([1, 2, 3], n), factorial(5), await add(n, factorial(3))]


async def tree(depth: int, n: int) -> int:
    if depth == 0:
        return await add(n)
    left, right = await asyncio.gather(tree(depth - 1, n), tree(depth - 1, n + 1))
    return left + right


@env.task
async def tree_recursion(n: int) -> int:
    return await tree(2, n)


async def many_kinds(a: int, /, b: int, *rest: int, c: int = 3, **more: int) -> int:
    return await add(a * 1000 + b * 100 + sum(rest) * 10, c + sum(more.values()))


@env.task
async def parameters(n: int) -> list[int]:
    extra = {"x": 1, "y": 2}
    return [
        await many_kinds(n, 2),
        await many_kinds(n, b=3),
        await many_kinds(n, 1, 2, 3, c=4),
        await many_kinds(n, 2, **extra),
    ]


async def with_mutable_default(x: int, seen: list[int] = [0]) -> list[int]:  # noqa: B006
    return [*seen, await add(x)]


@env.task
async def defaults_of_helpers(n: int) -> list[int]:
    return await with_mutable_default(n)


@env.task
async def local_imports(n: int) -> list[object]:
    import math
    from collections import Counter as Tally

    a = await add(n)
    return [math.sqrt(16), math.floor(a / 2), Tally("hello")["l"], dict(Tally([a, a]))]


def chooser(kind: str) -> Callable[[int], int]:
    def plus(x: int) -> int:
        return x + 1

    def minus(x: int) -> int:
        return x - 1

    return {"plus": plus, "minus": minus}[kind]


@env.task
async def functions_as_values(n: int) -> list[int]:
    a = await add(n)
    steps = [chooser("plus"), chooser("minus"), scaled, abs]
    return [step(a) for step in steps]


@env.task
async def chosen_task(n: int) -> list[int]:
    table = {"a": add, "b": functools.partial(add, b=5)}
    return [await table[key](n) for key in ("a", "b")]


@env.task
async def nested_glue_function(n: int) -> list[object]:
    a = await add(n)
    xs = await numbers(a)

    def label(x: int) -> str:
        if x == a - 1:
            return f"last {x}"
        return f"{x}"

    return [label(x=a), label(3), [label(x) for x in xs], list(map(label, xs))]


@functools.lru_cache
def cached(x: int) -> int:
    return x + 40


@env.task
async def cached_helper(n: int) -> list[int]:
    a = await add(n)
    return [cached(2), cached(a)]


@env.task
async def changed_defaults_of_nested_functions(n: int) -> list[object]:
    a = await add(n)

    def kept(x: int, seen: list[int] = []) -> list[int]:  # noqa: B006
        seen.append(x)
        return list(seen)

    def filled(values: list[int], seen: list[int] = []) -> int:  # noqa: B006
        for value in values:
            seen.append(value)
        return len(seen)

    first = [kept(1), kept(a), kept(6, seen=[0])]
    return [first, filled(await numbers(n)), filled(await numbers(n))]


@env.task
async def remembered(n: int) -> list[int]:
    known: dict[int, int] = {}

    async def steps(k: int) -> int:
        if k not in known:
            known[k] = await add(await steps(k - 1) + await steps(k - 2) if k > 1 else n, k)
        return known[k]

    return [await steps(4), await steps(3), len(known)]


CASES = [
    *[("remembered", {"n": n}) for n in (0, 3)],
    *[
        (name, {"n": n})
        for n in (1, 4)
        for name in (
            "glue_helpers", "mutating_helper", "mutating_known", "mutating_known_by_runtime", "closures_bind_late",
            "nonlocal_counter", "nonlocal_sum", "lambdas", "partials", "decorators", "generator_helpers",
            "methods_and_classes", "recursion", "parameters",
            "defaults_of_helpers", "local_imports", "functions_as_values", "chosen_task", "nested_glue_function",
            "cached_helper",
        )
    ],
    ("generator_over_results", {"n": 2}, 1),  # JOIN
    ("tree_recursion", {"n": 2}, 1),  # JOIN
    *[("changed_defaults_of_nested_functions", {"n": n}) for n in (0, 1, 3)],
]  # fmt: skip
