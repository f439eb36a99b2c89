"""patterns: a circuit breaker that looks at each result as soon as it is there."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main(values: list[int]) -> list[int | None]:
    jobs = [asyncio.create_task(work(value)) for value in values]
    pending = set(jobs)
    failures = 0
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for job in done:
            if job.exception():
                failures += 1
                if failures > 2:
                    raise RuntimeError("too many failures")
    return [job.result() for job in jobs]
