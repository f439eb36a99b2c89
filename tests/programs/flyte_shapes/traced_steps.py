"""advanced: steps marked with `trace`, and a task among them."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@flyte.trace
async def ask(question: str) -> str:
    return question + "?"


@env.task
async def main(question: str) -> list[str]:
    found = []
    for _ in range(3):
        found.append(await ask(question))
    return [*found, f"{await work(len(found))}"]
