"""Of two things that fail in one expression, the left one is told, whatever helps to compute the right one."""

from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("evaluation-order")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


def fails_early(x: int, y: int = 2) -> int:
    if x > y:
        return x - y
    if x == y:
        return 100 // (x - y)
    raise KeyError(f"{x} is small")


def fails_late(x: int) -> int:
    return {}[x]


@dataclass
class Row:
    x: int

    @property
    def half(self) -> int:
        if self.x > 100:
            return 7
        return [][self.x]

    def third(self) -> int:
        if self.x > 100:
            return 7
        raise KeyError(f"third of {self.x}")

    def __add__(self, other: object) -> int:
        if self.x > 100:
            return 7
        raise TypeError(f"{self.x} is not added")


@env.task
async def in_a_sum(n: int) -> int:
    return await add(1 // n + fails_early(n, n))


@env.task
async def in_arguments(n: int) -> int:
    return await add(1 // n, fails_early(n))


@env.task
async def in_keywords(n: int) -> int:
    return await add(a=1 // n, b=fails_early(n))


@env.task
async def in_a_list(n: int) -> list[int]:
    return [1 // n, fails_early(n), await add(n)]


@env.task
async def in_a_dict(n: int) -> dict[str, int]:
    return {"a": 1 // n, "b": fails_early(n), "c": await add(n)}


@env.task
async def in_a_text(n: int) -> str:
    return f"{1 // n} {fails_early(n)}"


@env.task
async def in_a_comparison(n: int) -> bool:
    a = await add(n, 0)
    return 1 // a < fails_early(a) < 1000


@env.task
async def in_a_subscript(n: int) -> int:
    a = await add(n, 0)
    return [[4], [5]][a + 2][fails_late(a)]


@env.task
async def before_a_walrus(n: int) -> int:
    a = await add(n, 0)
    return 1 // a + (b := [3][a + 1]) + b


@env.task
async def before_a_method(n: int) -> int:
    a = await add(n, 0)
    row = Row(a)
    return 1 // a + row.third()


@env.task
async def before_a_property(n: int) -> int:
    a = await add(n, 0)
    row = Row(a)
    return 1 // a + row.half


@env.task
async def before_an_operator(n: int) -> int:
    a = await add(n, 0)
    row = Row(a)
    return 1 // a + (row + a)


NAMES = [name for name, value in list(globals().items()) if isinstance(value, type(add)) and name != "add"]
CASES = [(name, {"n": n}) for name in NAMES for n in (0, 1)]
