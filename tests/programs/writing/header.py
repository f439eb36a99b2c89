"""The beginning of every random program: its leaf tasks, helpers and orchestrators, up to the `def` of `main`."""

HEADER = """\
import asyncio
import copy
import dataclasses
import tiphys as flyte

env = flyte.TaskEnvironment("random")
BASE = [4, 2]
LOOKUP = {"a": 1, "b": 5}


@dataclasses.dataclass
class Row:
    name: str
    score: float

    def shown(self) -> str:
        return f"{self.name}={self.score}"


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def double(a: int) -> int:
    return a * 2


@env.task
async def half(a: int) -> float:
    return a / 2


@env.task
async def text(a: int) -> str:
    return f"t{a}"


@env.task
async def numbers(n: int) -> list[int]:
    return [i * 3 % 4 for i in range(abs(n) % 5)]


@env.task
async def mapping(n: int) -> dict[str, int]:
    return {name: i for i, name in enumerate("abc"[: abs(n) % 4])}


@env.task
async def row(name: str, score: float) -> Row:
    return Row(name, score)


@env.task
async def nothing(a: int) -> None:
    return None


@env.task
async def untyped(value):
    return copy.deepcopy(value)


def early(x: int, y: int = 2) -> int:
    if x > y:
        return x - y
    if x == y:
        return 100 // x
    return y


def grow(target: list, x: int) -> None:
    if x > 1:
        target.append(x)
    target.append(0)


def smallest(values: list) -> int:
    best = None
    for value in values:
        if best is None or value < best:
            best = value
    return best


async def twice(x: int) -> int:
    y = await add(x)
    return await add(y, x)


async def rows_of(values: list) -> list:
    return [await row(str(value), value / 2) for value in values]


@env.task
async def sub(x: int, scale: int = 3) -> int:
    y = await add(x, scale)
    return y * scale


@env.task
async def pair(x: int) -> tuple[int, list[int]]:
    a, b = await asyncio.gather(add(x), numbers(x))
    return a + 1, b


@env.task
async def described(x: int, name: str = "n") -> dict:
    a = await sub(x)
    return {"a": a, "text": f"{name}{a}", "items": [a, x]}


@env.task
async def main(n: int, s: str):
"""
TASKS = '''

class Odd(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(f"odd {value}")
        self.value = value


@env.task
async def picky(a: int) -> int:
    if a % 3 == 0:
        raise Odd(a)
    if a % 5 == 0:
        raise ValueError(f"five {a}")
    return a


async def careful(x: int, limit: int = 2) -> int:
    y = await add(x)
    if y > limit:
        return y
    return await add(y, 10)


async def forgiving(x: int) -> int:
    try:
        return await picky(x)
    except Odd as error:
        return -error.value
'''
CONTROL_HEADER = HEADER.replace("\n\n@env.task\nasync def main", f"{TASKS}\n\n@env.task\nasync def main")
