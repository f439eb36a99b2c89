"""advanced: a task that calls itself through a partial, to a depth that is an input."""

import asyncio
from functools import partial

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def main(max_depth: int = 3, children: int = 2, index: int = 1, depth: int = 1) -> int:
    if depth >= max_depth:
        return 0
    step = partial(main, max_depth=max_depth, depth=depth + 1, children=children)
    jobs = [step(index=index * children + i) for i in range(children)]
    return children + sum(await asyncio.gather(*jobs))
