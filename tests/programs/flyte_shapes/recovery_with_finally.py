"""basics: more memory after a kill, with a task in `finally`."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def hungry(x: int) -> None:
    print(len([0] * x))


@env.task
async def fine() -> int:
    return 42


@env.task
async def main() -> int:
    try:
        await hungry(2)
    except flyte.errors.OOMError as error:
        try:
            await hungry.override(resources=flyte.Resources(cpu=1, memory="1Gi"))(5)
        except flyte.errors.OOMError as error:
            raise error
    finally:
        await fine()
    return await fine()
