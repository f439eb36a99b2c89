"""Extract, transform, load: one pipeline, called once per region; the results are put side by side.

tiphys run examples/etl.py main --threshold 20.0
"""

import asyncio
from dataclasses import dataclass
from datetime import date

import tiphys

readers = tiphys.TaskEnvironment(name="readers", env_vars={"TZ": "UTC"})
workers = tiphys.TaskEnvironment(
    name="workers", depends_on=[readers], resources=tiphys.Resources(cpu="500m", memory="128Mi")
)

PRICES = {
    "north": {"apples": 3, "pears": 5},
    "south": {"apples": 2, "pears": 6, "plums": 1},
}


@dataclass(frozen=True)
class Sale:
    """One line of a shop's journal."""

    product: str
    count: int
    day: date


@dataclass(frozen=True)
class Total:
    """What one region earned."""

    region: str
    sales: int
    amount: float

    @property
    def mean(self) -> float:
        return self.amount / self.sales


@readers.task(retries=2)
async def extract(region: str, days: int) -> list[Sale]:
    """Read a region's journal."""
    products = sorted(PRICES[region])
    return [
        Sale(products[number % len(products)], count=1 + number % 4, day=date(2026, 1, 1 + number % days))
        for number in range(6 * days)
    ]


@workers.task
async def transform(region: str, sales: list[Sale], threshold: float) -> list[float]:
    """Price the sales; the small ones are left out."""
    amounts = [float(sale.count * PRICES[region][sale.product]) for sale in sales]
    return [amount for amount in amounts if amount >= threshold]


@workers.task(timeout=60)
async def load(region: str, amounts: list[float]) -> Total:
    """Book the amounts."""
    return Total(region, sales=len(amounts), amount=sum(amounts))


@workers.task
async def pipeline(region: str, days: int, threshold: float) -> Total:
    """Bring one region in. It calls tasks, so it is an orchestrator itself: part of the graph, without a pod."""
    sales = await extract(region, days)
    amounts = await transform(region, sales, threshold)
    return await load(region, amounts)


@workers.task
async def main(days: int = 5, threshold: float = 4.0) -> str:
    """Bring both regions in, beside each other, and compare them."""
    north, south = await asyncio.gather(
        pipeline("north", days, threshold),
        pipeline("south", days, threshold),
    )
    best = max((north, south), key=lambda total: total.amount)
    return (
        f"{north.amount + south.amount:.2f} earned by {north.sales + south.sales} sales; "
        f"{best.region} leads with {best.amount:.2f} ({best.mean:.2f} a sale)"
    )


if __name__ == "__main__":
    print(asyncio.run(main()))
