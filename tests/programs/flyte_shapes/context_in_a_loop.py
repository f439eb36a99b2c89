"""advanced: a value of the context per round, read by the task below."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def inside(x: int) -> int:
    return x + int(flyte.ctx().custom_context["step"])


@env.task
async def main(x: int) -> int:
    found = []
    for i in range(3):
        with flyte.custom_context(step=str(i)):
            found.append(await inside(x))
    return sum(found)
