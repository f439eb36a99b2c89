"""A diamond: one task, two that run beside each other on its result, one that joins them.

tiphys run examples/diamond.py main --seed 4
"""

import asyncio

import tiphys

env = tiphys.TaskEnvironment(name="diamond", resources=tiphys.Resources(cpu="100m", memory="64Mi"))


@env.task
async def top(seed: int) -> int:
    return seed + 1


@env.task
async def left(x: int) -> int:
    return x * 10


@env.task
async def right(x: int) -> int:
    return x * x


@env.task
async def bottom(label: str, total: int) -> str:
    return f"{label}: {total}"


@env.task
async def main(seed: int = 3) -> str:
    """Say what both ways down from the top come to, together."""
    start = await top(seed)
    low, high = await asyncio.gather(left(start), right(start))
    # Plain Python between the tasks needs no pod of its own: it is computed in the pod of `bottom`.
    return await bottom(f"from {start}", total=low + high)


if __name__ == "__main__":
    print(asyncio.run(main()))
