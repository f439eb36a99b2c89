"""Programs that the tests of the Python API run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import tiphys

env = tiphys.TaskEnvironment("runs")


class Refused(Exception):
    """An exception of the user's, with a field."""

    def __init__(self, item: str) -> None:
        super().__init__(f"no {item}")
        self.item = item


@dataclass
class Basket:
    items: list[str]
    total: float


@env.task
async def price(item: str) -> float:
    return len(item) * 1.5


@env.task
async def refuse(item: str) -> float:
    raise Refused(item)


@env.task
async def reciprocal(value: float) -> float:
    return 1 / value


@env.task
async def basket(items: list[str]) -> Basket:
    prices = await asyncio.gather(price("tea"), price("cake"))
    return Basket(items, sum(prices))


@env.task
async def main(name: str, count: int = 2) -> tuple[str, float]:
    one = await price(name)
    other = await basket(["tea", "cake"])
    return f"{name} x{count}", one + other.total


@env.task
async def failing(item: str = "tea") -> float:
    await price(item)
    return await refuse(item)


@env.task
async def glue_fails(length: int = 0) -> float:
    first = await reciprocal(1.0)
    second = first / length
    return await reciprocal(second)


@env.task
async def nothing() -> None:
    await price("tea")


@env.task
async def several() -> dict:
    one, two = await asyncio.gather(price("tea"), basket(["x"]))
    return {"one": one, "two": (two, [one])}
