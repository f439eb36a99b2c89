"""Search for a learning rate: what runs next is decided by what the pods before it found.

tiphys run examples/search.py --count 8
tiphys compile examples/search.py --submit --watch -- --count 8 --gate 0.01

How many rates are tried, how long the best model is trained and whether it is published is known only at run time.
"""

import asyncio
from dataclasses import dataclass

import tiphys

env = tiphys.TaskEnvironment(name="search", resources=tiphys.Resources(cpu=1, memory="256Mi"))

POINTS = ((1.0, 2.1), (2.0, 3.9), (3.0, 6.1), (4.0, 8.0))
SAFE_RATE = 0.01
ROUNDS = 30


class Diverged(Exception):
    """The loss grew."""


class NothingLearnt(Exception):
    """No rate gave a model."""


@dataclass
class Model:
    """A slope fitted to the points, the rate it was fitted at, and its mean squared error."""

    rate: float
    slope: float
    loss: float


def loss_of(slope: float) -> float:
    """Give the mean squared error."""
    return sum((slope * x - y) ** 2 for x, y in POINTS) / len(POINTS)


@env.task
async def propose(count: int, smallest: float) -> list[float]:
    """List rates, each half as large again as the one before."""
    return [smallest * 1.5**number for number in range(count)]


@env.task(retries=1)
async def train(rate: float, slope: float = 0.0) -> Model:
    """Go two steps down the slope of the error."""
    before = loss_of(slope)
    for _ in range(2):
        slope -= rate * sum(2 * x * (slope * x - y) for x, y in POINTS) / len(POINTS)
    if loss_of(slope) > before:
        raise Diverged(f"a rate of {rate:.3f} is too large")
    return Model(rate, slope, loss_of(slope))


@env.task
async def choose(tried: list[Model | BaseException]) -> Model:
    """Give the best of the models that were trained."""
    models = [one for one in tried if isinstance(one, Model)]
    if not models:
        raise NothingLearnt(f"all {len(tried)} rates are too large")
    return min(models, key=lambda model: model.loss)


@env.task
async def publish(model: Model) -> str:
    """Say what was found."""
    return f"slope {model.slope:.3f} at rate {model.rate:.3f}, loss {model.loss:.4f}"


@env.task
async def main(count: int = 6, smallest: float = 0.01, gate: float = 0.05) -> str:
    """Try rates side by side, train on with the best until that no longer helps, publish what is good enough.

    count: how many rates are tried. smallest: the first of them. gate: the loss above which nothing is published.
    """
    rates = await propose(count, smallest)
    tried = await asyncio.gather(*(train(rate) for rate in rates), return_exceptions=True)
    try:
        best = await choose(tried)
    except NothingLearnt:
        best = await train(SAFE_RATE)
    for _ in range(ROUNDS):
        better = await train(best.rate, best.slope)
        if best.loss - better.loss < 1e-6:
            break
        best = better
    if best.loss > gate:
        return f"not published: a loss of {best.loss:.4f} is above {gate}"
    return await publish(best)


if __name__ == "__main__":
    print(asyncio.run(main()))
