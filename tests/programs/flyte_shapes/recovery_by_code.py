"""basics: a caught user error told apart by its code, then two tries with more memory."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def hungry(x: int) -> None:
    print(len([0] * x))


@env.task
async def broken(x: int) -> int:
    raise ValueError(f"broken {x}")


@env.task
async def fine() -> int:
    return 42


@env.task
async def main() -> int:
    try:
        await broken(1)
    except flyte.errors.RuntimeUserError as error:
        if error.code == "ValueError":
            try:
                await hungry(2)
            except flyte.errors.OOMError as full:
                print(f"{full.code}: more memory")
                try:
                    await hungry.override(resources=flyte.Resources(cpu=1, memory="1Gi"))(5)
                except flyte.errors.OOMError as again:
                    raise again
        else:
            raise error
    return await fine()
