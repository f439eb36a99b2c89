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
async def values_and_errors(n: int) -> list[object]:
    results = await asyncio.gather(ping(n), ping(n + 1), add(n), return_exceptions=True)
    return [result.host if isinstance(result, Down) else result for result in results]


@env.task
async def unpacked(n: int) -> list[object]:
    a, b = await asyncio.gather(ping(n), add(n), return_exceptions=True)
    if isinstance(a, Exception):
        return [type(a).__name__, b]
    return [a, await add(b)]


@env.task
async def error_of_a_gather_is_caught(n: int) -> object:
    try:
        a, b = await asyncio.gather(add(n), ping(n))
    except Down as error:
        return [error.host, error.code_, await add(error.code_)]
    return a + b


@env.task
async def partial_results_are_kept(n: int) -> list[object]:
    kept: list[object] = []
    jobs = [asyncio.create_task(ping(x)) for x in (n, n + 1, n + 2)]
    for job in jobs:
        try:
            kept.append(await job)
        except Down as error:
            kept.append(error.host)
    return kept


async def safe(n: int) -> tuple[bool, object]:
    try:
        return True, await ping(n)
    except Down as error:
        return False, error.host


@env.task
async def helpers_that_handle(n: int) -> list[tuple[bool, object]]:
    return await asyncio.gather(*(safe(n + i) for i in range(3)))


async def pair(n: int) -> int:
    a = await ping(n)
    return await ping(a + 1)


@env.task
async def helpers_that_fail(n: int) -> list[str]:
    results = await asyncio.gather(pair(n), pair(n + 1), add(n), return_exceptions=True)
    return [repr(result) for result in results]


@env.task
async def nested_gathers(n: int) -> object:
    try:
        left, right = await asyncio.gather(asyncio.gather(ping(n), add(n)), asyncio.gather(ping(n + 1), add(n)))
    except Down as error:
        return error.host
    return left + right


@env.task
async def inner_gather_keeps_errors(n: int) -> list[object]:
    inner, other = await asyncio.gather(asyncio.gather(ping(n), ping(n + 1), return_exceptions=True), add(n))
    return [sum(isinstance(x, Exception) for x in inner), other]


@env.task
async def second_try_for_the_failed(n: int) -> list[object]:
    results = await asyncio.gather(ping(n), ping(n + 1), return_exceptions=True)
    final: list[object] = []
    for offset, result in enumerate(results):
        if isinstance(result, Down):
            final.append(await add(n + offset, 1000))
        else:
            final.append(result)
    return final


@env.task
async def started_before_the_try(n: int) -> list[object]:
    job = asyncio.create_task(ping(n))
    a = await add(n)
    try:
        b = await add(a)
        c = await job
    except Down as error:
        c = f"{error.host} was down"
    return [a, b, c]


@env.task
async def awaited_in_finally(n: int) -> list[object]:
    job = asyncio.create_task(add(n, 70))
    trace: list[object] = []
    try:
        trace.append(await ping(n))
    except Down:
        trace.append("down")
    finally:
        trace.append(await job)
    return trace


@env.task
async def all_failed_or_not(n: int) -> str:
    results = await asyncio.gather(ping(n), ping(n + 2), return_exceptions=True)
    if all(isinstance(x, Exception) for x in results):
        raise results[0]
    return f"{results}"


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


@env.task
async def begun_in_one_of_two_arms(n: int) -> list[object]:
    m = await add(n, 0)
    if m % 2:
        job = asyncio.create_task(ping(m))
    else:
        job = asyncio.create_task(add(m, 10))
    other = await add(1)
    try:
        return [await job, other]
    except Down as error:
        return [error.host, other]


@env.task
async def begun_in_both_arms(n: int) -> list[object]:
    m = await add(n, 0)
    job = asyncio.create_task(ping(m) if m > 1 else ping(m + 2))
    if m > 2:
        late = asyncio.create_task(ping(m + 1))
    else:
        late = asyncio.create_task(ping(m))
    found: list[object] = [await add(1)]
    for one in (job, late):
        try:
            found.append(await one)
        except Down as error:
            found.append(error.host)
    return found


@env.task
async def as_many_as_a_task_says(n: int) -> list[object]:
    count = await add(n, 0)
    jobs = [asyncio.create_task(ping(x)) for x in range(count)]
    found: list[object] = [await add(1)]
    for job in jobs:
        try:
            found.append(await job)
        except Down as error:
            found.append(error.host)
    return found


async def twice(x: int) -> int:
    return await ping(await ping(x) + 2)


@env.task
async def one_after_the_other(x: int) -> int:
    total = 0
    for i in range(x):
        total += await ping(i * 3 % 4)
    return total


async def divided(x: int) -> int:
    return await ping(12 // (x - 1))


@env.task
async def items_of_several_steps(n: int) -> list[object]:
    xs = list(range(await add(n, 0)))
    steps = await asyncio.gather(*[twice(x) for x in xs], return_exceptions=True)
    loops = await asyncio.gather(*[one_after_the_other(x) for x in xs], return_exceptions=True)
    glue = await asyncio.gather(*[divided(x) for x in xs], return_exceptions=True)
    return [str(item) for item in (*steps, *loops, *glue)]


@env.task
async def items_in_lanes(n: int) -> list[object]:
    width = await add(n, 0)
    found = list(flyte.map(ping, range(width + 1), concurrency=width))
    return [str(item) for item in found]


CASES = [
    *[("first_error_is_raised", {"n": n}) for n in (0, 1, 2)],
    *[("quorum", {"n": n}) for n in (0, 1, 2)],
    *[("named_jobs", {"n": n}, 3) for n in (0, 1, 2)],  # RAISE, 2 CATCH
    *[("awaited_in_one_arm_or_the_other", {"n": n}) for n in (0, 1)],
    ("awaited_in_one_arm_or_the_other", {"n": 2}, 1),  # ROUND
    *[("values_and_errors", {"n": n}, 2) for n in (0, 1, 2)],  # CATCH, BEHIND
    *[("unpacked", {"n": n}, 2) for n in (0, 2)],  # 2 BEHIND
    ("unpacked", {"n": 1}, 3),  # CATCH, 2 BEHIND
    *[("error_of_a_gather_is_caught", {"n": n}, 1) for n in (0, 2)],  # BEHIND
    ("error_of_a_gather_is_caught", {"n": 1}, 1),  # CATCH
    *[("partial_results_are_kept", {"n": n}, 6) for n in (0, 2)],  # RAISE, 2 CATCH, 3 BEHIND
    ("partial_results_are_kept", {"n": 1}, 9),  # 2 RAISE, 4 CATCH, 3 BEHIND
    *[("helpers_that_handle", {"n": n}, 5) for n in (0, 2)],  # CATCH, 4 BEHIND
    ("helpers_that_handle", {"n": 1}, 6),  # 2 CATCH, 4 BEHIND
    *[("helpers_that_fail", {"n": n}, 3) for n in (0, 1, 2)],  # 2 CATCH, BEHIND
    *[("nested_gathers", {"n": n}, 1) for n in (0, 1, 2)],  # CATCH
    *[("inner_gather_keeps_errors", {"n": n}, 2) for n in (0, 1, 2)],  # CATCH, BEHIND
    *[("second_try_for_the_failed", {"n": n}, 1) for n in (0, 2)],  # CATCH
    ("second_try_for_the_failed", {"n": 1}, 2),  # ROUND, CATCH
    *[("started_before_the_try", {"n": n}, 1) for n in (0, 2)],  # BEHIND
    ("started_before_the_try", {"n": 1}, 4),  # RAISE, 2 CATCH, BEHIND
    *[("awaited_in_finally", {"n": n}, 3) for n in (0, 2)],  # 3 BEHIND
    ("awaited_in_finally", {"n": 1}, 4),  # CATCH, 3 BEHIND
    *[("all_failed_or_not", {"n": n}, 1) for n in (0, 2)],  # BEHIND
    ("all_failed_or_not", {"n": 1}),
    ("begun_in_one_of_two_arms", {"n": 0}, 2),  # in the `try`, BEHIND
    ("begun_in_one_of_two_arms", {"n": 1}, 4),  # RAISE, 2 CATCH, BEHIND
    ("begun_in_both_arms", {"n": 0}, 4),  # 2 in the `try`, 2 BEHIND
    ("begun_in_both_arms", {"n": 1}, 9),  # in the `try`, 2 RAISE, 4 CATCH, 2 BEHIND
    ("begun_in_both_arms", {"n": 3}, 7),  # 2 in the `try`, RAISE, 2 CATCH, 2 BEHIND
    ("as_many_as_a_task_says", {"n": 0}, 1),  # BEHIND
    *[("as_many_as_a_task_says", {"n": n}, 1) for n in (1, 3)],  # BEHIND
    ("items_of_several_steps", {"n": 0}, 1),  # BEHIND
    ("items_of_several_steps", {"n": 1}, 2),  # JOIN, BEHIND
    ("items_of_several_steps", {"n": 3}, 7),  # RAISE, 2 CATCH, 3 JOIN, BEHIND
    ("items_in_lanes", {"n": 1}, 3),  # CATCH, JOIN, BEHIND
    ("items_in_lanes", {"n": 3}, 6),  # 2 CATCH, 3 JOIN, BEHIND
]
