"""reuse: two classes of errors, then the same task with more memory."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(x: int) -> int:
    try:
        return await work(x)
    except (flyte.errors.OOMError, flyte.errors.RuntimeUserError) as error:
        print(error.code)
        return await work.override(resources=flyte.Resources(cpu=1, memory="2Gi"))(x)
