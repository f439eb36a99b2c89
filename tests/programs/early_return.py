"""`return` anywhere: in arms, in loops, in `try`, in handlers, in `finally`, in helpers."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("early-return")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def fails_above(limit: int, n: int) -> int:
    if n > limit:
        raise ValueError(f"{n} > {limit}")
    return n


@env.task
async def from_try(n: int) -> list[object]:
    try:
        return [await fails_above(3, n)]
    except ValueError as error:
        return [str(error), await add(n)]


@env.task
async def from_try_with_else(n: int) -> str:
    try:
        a = await fails_above(3, n)
    except ValueError:
        pass
    else:
        if a > 1:
            return "else"
        a = await add(a)
    return f"end {await add(n)}"


@env.task
async def in_finally_sometimes(n: int) -> object:
    try:
        a = await fails_above(3, n)
        if a == 2:
            return "two"
    except ValueError:
        a = 40
    finally:
        if n % 2:
            return "odd"
    return a


async def search(n: int) -> int:
    for item in await numbers(n):
        if await add(item) == 3:
            return item
    return -1


@env.task
async def in_a_helper(n: int) -> list[int]:
    first = await search(n)
    if first < 0:
        return [first]
    return [first, await search(2), await add(first)]


@env.task
async def gathered_helpers(n: int) -> list[int]:
    return await asyncio.gather(search(n), search(n + 1), search(5))


@env.task
async def check(n: int) -> dict[str, object]:
    return {"ok": n > 2, "why": f"only {n}"}


@env.task
async def guard_clauses(n: int) -> str:
    if n < 0:
        return "negative"
    a = await add(n)
    if a > 8:
        return "too big"
    b = await add(a, a)
    if b == 4:
        return "four"
    c = await add(b, 3)
    return f"done {c}"


@env.task
async def quality_gates(n: int) -> list[object]:
    report: list[object] = ["start"]
    for gate in ("schema", "volume", "drift"):
        result = await check(n + len(gate) - 6)
        report.append(gate)
        if not result["ok"]:
            report.append(result["why"])
            return report
    report.append(await add(n))
    return report


@env.task
async def from_a_loop(n: int) -> int:
    for item in await numbers(n):
        value = await add(item, item)
        if value > 4:
            return value
    return -1


@env.task
async def from_a_loop_in_a_branch(n: int) -> str:
    a = await add(n, 0)
    if a % 2:
        for item in await numbers(a):
            if await add(item) == 3:
                return "inside"
        return "odd"
    return f"even {await add(a)}"


@env.task
async def sometimes_none(n: int):
    a = await add(n)
    if a > 3:
        return await add(a, 10)


@env.task
async def in_finally(n: int) -> int:
    try:
        return await fails_above(3, n)
    finally:
        return await add(n, 1000)


@env.task
async def finally_swallows(n: int) -> str:
    while True:
        try:
            await fails_above(3, n)
            return "fine"
        finally:
            break
    return "broken out"


@env.task
async def sub(n: int) -> int:
    a = await add(n)
    if a > 3:
        return a
    return await add(a, 50)


@env.task
async def in_a_sub_orchestrator(n: int) -> list[int]:
    a = await sub(n)
    if a > 50:
        return [a]
    return [a, await sub(a)]


@env.task
async def different_shapes(n: int) -> object:
    a = await add(n)
    if a == 1:
        return None
    if a == 2:
        return [a, await add(a)]
    if a == 3:
        return {"a": a}
    return a


@env.task
async def after_a_gather(n: int) -> list[int]:
    a, b = await asyncio.gather(add(n), add(n, 2))
    if a > 3:
        return [a]
    c, d = await asyncio.gather(add(a), add(b))
    if c + d > 6:
        return [c, d]
    return [a, b, c, d]


@env.task
async def nothing_returned(n: int) -> None:
    a = await add(n)
    if a > 3:
        return
    await add(a)


@env.task
async def in_a_closure(n: int) -> int:
    limit = await add(n, 0)

    async def climb(x: int) -> int:
        if x >= limit:
            return x
        y = await add(x, 2)
        if y >= limit:
            return y
        return await add(y, 2)

    return await add(await climb(1), 100)


@env.task
async def through_finally(n: int) -> list[int]:
    trace: list[int] = []
    try:
        a = await add(n)
        if a > 3:
            return trace
        trace.append(a)
    finally:
        trace.append(await add(n, 100))
    trace.append(0)
    return trace


CASES = [
    *[("nothing_returned", {"n": n}) for n in (1, 5)],
    *[("in_a_closure", {"n": n}) for n in (0, 2, 9)],
    *[("guard_clauses", {"n": n}) for n in (-1, 1, 3, 9)],
    *[("quality_gates", {"n": n}) for n in (2, 3, 4, 9)],
    *[("from_a_loop", {"n": n}) for n in (0, 3, 5)],
    *[("from_a_loop_in_a_branch", {"n": n}) for n in (1, 3)],
    ("from_a_loop_in_a_branch", {"n": 2}),
    *[("sometimes_none", {"n": n}) for n in (1, 5)],
    ("in_finally", {"n": 1}),
    ("in_finally", {"n": 5}, 1),  # CATCH
    ("finally_swallows", {"n": 1}),
    ("finally_swallows", {"n": 5}, 1),  # CATCH
    ("in_a_sub_orchestrator", {"n": 1}, 1),  # BEHIND
    ("in_a_sub_orchestrator", {"n": 5}, 2),  # 2 BEHIND
    *[("different_shapes", {"n": n}) for n in (0, 1, 2, 3)],
    *[("after_a_gather", {"n": n}, 1) for n in (0, 1)],  # JOIN
    ("after_a_gather", {"n": 3}),
    ("from_try", {"n": 1}, 1),  # BEHIND
    ("from_try", {"n": 5}, 1),  # CATCH
    *[("from_try_with_else", {"n": n}, 1) for n in (1, 2)],  # INPUT
    ("from_try_with_else", {"n": 5}, 1),  # CATCH
    *[("in_finally_sometimes", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    *[("in_finally_sometimes", {"n": n}, 2) for n in (4, 5)],  # CATCH, BEHIND
    *[("in_a_helper", {"n": n}, 1) for n in (0, 2, 3)],  # BEHIND
    *[("gathered_helpers", {"n": n}, 1) for n in (0, 2, 3)],  # BEHIND
    *[("through_finally", {"n": n}) for n in (1, 5)],
]
