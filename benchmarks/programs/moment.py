"""One async task that tells when it was reached."""

import time

import tiphys

env = tiphys.TaskEnvironment(name="env")


@env.task
async def moment() -> float:
    return time.monotonic()


@env.task
async def main() -> float:
    return await moment()
