"""reuse: one more call with another input when the error's code is known."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(n: int) -> int:
    try:
        return await work(n)
    except flyte.errors.RuntimeUserError as error:
        if error.code == "ValueError":
            return await work(n + 1)
        raise
