"""Failures of calls that run side by side: `gather` with and without `return_exceptions`, tasks awaited later."""

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
async def named_jobs(n: int) -> dict[str, object]:
    jobs = {"left": asyncio.create_task(ping(n)), "right": asyncio.create_task(ping(n + 1))}
    found: dict[str, object] = {}
    for name, job in jobs.items():
        try:
            found[name] = await job
        except Down:
            found[name] = "down"
    return found


@env.task
async def awaited_in_one_arm_or_the_other(n: int) -> list[object]:
    job = asyncio.create_task(add(n, 70))
    a = await add(n)
    if a > 2:
        return ["big", await job]
    b = await add(a)
    return ["small", b, await job]


@env.task
async def count(values: list[int]) -> int:
    return len(values)


@env.task
async def first_error_is_raised(n: int) -> list[int]:
    return await asyncio.gather(add(n), ping(n), ping(n + 2))


@env.task
async def quorum(n: int) -> str:
    results = await asyncio.gather(*[ping(n * i) for i in range(1, 4)], return_exceptions=True)
    alive = [x for x in results if not isinstance(x, Exception)]
    if len(alive) < 2:
        raise RuntimeError(f"only {len(alive)} alive")
    return f"{await count(alive)} alive"


CASES = [
    *[("first_error_is_raised", {"n": n}) for n in (0, 1, 2)],
    *[("quorum", {"n": n}) for n in (0, 1, 2)],
    *[("named_jobs", {"n": n}, 3) for n in (0, 1, 2)],  # RAISE, 2 CATCH
    *[("awaited_in_one_arm_or_the_other", {"n": n}) for n in (0, 1)],
    ("awaited_in_one_arm_or_the_other", {"n": 2}, 1),  # ROUND
]
