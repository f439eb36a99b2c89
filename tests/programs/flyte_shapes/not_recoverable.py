"""retries: a failure that no retry can mend."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task(retries=3)
async def check(x: int) -> str:
    if x < 0:
        raise flyte.errors.NonRecoverableError(f"{x} is negative")
    return f"done {x}"


@env.task
async def main(x: int) -> str:
    try:
        return await check(x)
    except flyte.errors.NonRecoverableError:
        return "given up"
