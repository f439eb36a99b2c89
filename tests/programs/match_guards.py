"""`match`: guards that call tasks, what failed guards leave behind, captures that stay the objects they are."""

from typing import Any, NamedTuple

import tiphys as flyte

env = flyte.TaskEnvironment("matching-more")


class Pair(NamedTuple):
    a: int
    b: int


class Odd:
    __match_args__ = ("x",)

    def __init__(self, x: int) -> None:
        self.x = x

    @property
    def double(self) -> int:
        return 2 * self.x


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def big(a: int) -> bool:
    return a > 3


@env.task
async def thing(n: int) -> Any:
    return [Pair(1, 2), Odd(4), {"a": {"b": [1, 2]}}, [1, [2, 3]], "text", None, range(3), b"xx", 1.0, True][n]


@env.task
async def guard_with_task(n: int) -> str:
    match await add(n):
        case 1:
            return "one"
        case x if await big(x):
            return f"big {x}"
        case 2 | 3 as y:
            return f"small {y} {x}"
    return f"none {x}"


@env.task
async def leaks(n: int) -> str:
    x = -1
    match await thing(n):
        case [x, _] if x > 100:
            return "never"
        case {"a": x} if len(x) > 100:
            return "never"
        case _:
            pass
    return f"{x}"


@env.task
async def leaks_unbound(n: int) -> str:
    match await thing(n):
        case [q, _] if n > 100:
            return "never"
        case _:
            pass
    return f"{q}"


@env.task
async def classes(n: int) -> str:
    match await thing(n):
        case Pair(a, b=2):
            return f"pair {a}"
        case Odd(x, double=d):
            return f"odd {x} {d}"
        case {"a": {"b": [p, *q]}, **rest}:
            return f"map {p} {q} {rest}"
        case [a, [b, c]]:
            return f"nested {a} {b} {await add(c)}"
        case str(s):
            return s
        case None:
            return "none"
        case [a, b, c]:
            return f"three {a} {b} {c}"
        case bytes():
            return "bytes"
        case float(f):
            return f"float {f}"
        case True:
            return "true"
    return "?"


@env.task
async def one_of_two(n: int) -> int:
    task = add if await big(n) else None
    match task:
        case None:
            return await add(n, 10)
        case _:
            return await task(n, 100)


@env.task
async def in_a_tuple(n: int) -> list[int]:
    values = [1, 2]
    a = await add(n)
    match (values, a):
        case ([*_] as held, 1):
            held.append(5)
        case (held, x):
            held.append(x)
    values.append(await add(values[-1]))
    return values


@env.task
async def walrus(n: int) -> str:
    match await add(n):
        case x if (y := x * 2) > 5:
            return f"big {y}"
    return f"small {y}"


@env.task
async def python_mistake(n: int) -> str:
    match await thing(n):
        case Pair(a, b, c):
            return "never"
        case _:
            return "else"


@env.task
async def items(n: int) -> list[int]:
    return list(range(n))


@env.task
async def method_value(n: int) -> str:
    limits = await items(5)
    kind = Pair(await add(n), 2)
    match n:
        case kind.a:
            return "impossible"
        case kind.b:
            return "two"
        case _ if n in limits:
            return "in"
    return "out"


@env.task
async def measured_where_it_matches(n: int) -> list[int]:
    sizes: list[int] = []
    for index in range(n):
        match await thing(index):
            case Pair(a, b):
                sizes.append(await add(a, b))
            case {"a": inner, **others} if not others:
                sizes.append(len(inner) + len(others))
            case [first, *more]:
                sizes.append(first + len(more))
    return sizes


CASES = [
    *[("measured_where_it_matches", {"n": n}) for n in (0, 3, 6)],
    *[("guard_with_task", {"n": n}) for n in (0, 1, 2, 5)],
    *[("leaks", {"n": n}) for n in range(7)],
    *[("leaks_unbound", {"n": n}) for n in (0, 3, 4)],
    *[("classes", {"n": n}) for n in range(10)],
    *[("one_of_two", {"n": n}) for n in (0, 5)],
    *[("in_a_tuple", {"n": n}) for n in (0, 5)],
    *[("walrus", {"n": n}) for n in (0, 5)],
    *[("python_mistake", {"n": n}) for n in (0, 1)],
    *[("method_value", {"n": n}) for n in (0, 1, 2, 9)],
]
