"""basics: tasks and a main that return nothing."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def say(text: str) -> None:
    print(text)


@env.task
async def main() -> None:
    await say("a")
    await say("b")
