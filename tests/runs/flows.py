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


@env.task
async def sold(item: str, stock: str) -> str:
    if item not in stock:
        raise Refused(item)
    return item


@env.task
async def second_choice(first: str, second: str, stock: str) -> str:
    try:
        return await sold(first, stock)
    except Refused:
        return await sold(second, stock)


@env.task
async def insisting(item: str, stock: str) -> str:
    try:
        return await sold(item, stock)
    except Refused as refused:
        if refused.item == "cake":
            raise
        return f"no {refused.item}"


@env.task
async def each_refusal(count: int) -> list:
    return await asyncio.gather(*[sold("tea" * n, "tea") for n in range(count)], return_exceptions=True)


@env.task
async def the_refusal(item: str) -> object:
    try:
        return await sold(item, "tea")
    except Refused as refused:
        return refused
