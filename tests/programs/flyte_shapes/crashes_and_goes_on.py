"""stress: an orchestrator with retries that raises in a loop, by an environment variable."""

import os

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


def attempt() -> int:
    return int(os.environ.get("ATTEMPT", "0"))


@env.task(retries=10)
async def main() -> list[int]:
    found = []
    with flyte.group("steps"):
        for i in range(5):
            found.append(await work(i))
            if i == attempt():
                raise flyte.errors.RuntimeSystemError("simulated", f"at {i}")
    return found
