"""Failures of calls that run side by side: `gather` with and without `return_exceptions`, tasks awaited later.

Why they wait:
error_looked_at: refused: `exception()` of a task.
"""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("errors-gather")


class Down(Exception):
    def __init__(self, host: str, code: int = 1) -> None:
        super().__init__(host, code)
        self.host = host
        self.code_ = code


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def ping(n: int) -> int:
    if n % 2:
        raise Down(f"h{n}", n)
    return n


@env.task
async def error_looked_at(n: int) -> list[object]:
    job = asyncio.create_task(ping(n))
    await asyncio.gather(job, add(n), return_exceptions=True)
    error = job.exception()
    if error is not None:
        return [str(error)]
    return [job.result()]


CASES = [
    *[("error_looked_at", {"n": n}) for n in (0, 1, 2)],
]
