"""`finally`: after success, failure, `return`, `break` and `continue`; what it changes, raises and swallows."""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-finally")


class Broken(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def work(n: int) -> int:
    if n == 1:
        raise Broken("broken")
    if n == 2:
        raise ValueError("value")
    return n


@env.task
async def clean(n: int) -> str:
    if n == 3:
        raise OSError("cannot clean")
    return f"cleaned {n}"


@env.task
async def runs_always(n: int) -> list[object]:
    trace: list[object] = []
    try:
        trace.append(await work(n))
    except Broken:
        trace.append("caught")
    finally:
        trace.append(await clean(n * 10))
    return trace


@env.task
async def finally_raises(n: int) -> str:
    try:
        value = await work(n)
    finally:
        await clean(n)
    return f"{value}"


@env.task
async def return_and_finally(n: int) -> int:
    value = n
    try:
        value = await work(n)
        return value
    except Broken:
        return await add(value, 50)
    finally:
        value = await add(value, 1000)


@env.task
async def finally_reads_what_was_bound(n: int) -> list[object]:
    state = "before"
    try:
        state = "started"
        value = await work(n)
        state = f"worked {value}"
    except ValueError:
        state = f"{state} then failed"
    finally:
        note = await clean(len(state))
    return [state, note]


@env.task
async def continue_through_finally(n: int) -> list[object]:
    trace: list[object] = []
    for item in await numbers(n + 1):
        try:
            if await add(item) == 2:
                continue
            trace.append(item)
        except Broken:
            trace.append("never")
        finally:
            trace.append(await clean(item + 10))
    return trace


@env.task
async def break_in_finally_swallows(n: int) -> str:
    for item in await numbers(3):
        try:
            await work(item + n)
        finally:
            break
    return await clean(0)


@env.task
async def return_in_finally_swallows(n: int) -> str:
    try:
        await work(n)
        return "worked"
    finally:
        if n != 2:
            return await clean(n + 20)


@env.task
async def without_except(n: int) -> list[object]:
    trace: list[object] = []
    try:
        trace.append(await work(n))
    finally:
        trace.append(await clean(0))
    return trace


CASES = [
    *[("without_except", {"n": n}) for n in (0, 1, 2, 3)],
    *[("runs_always", {"n": n}) for n in (0, 2, 3)],
    ("runs_always", {"n": 1}, 1),  # CATCH
    *[("finally_raises", {"n": n}) for n in (0, 1, 2, 3)],
    *[("return_and_finally", {"n": n}) for n in (0, 2, 3)],
    ("return_and_finally", {"n": 1}, 1),  # CATCH
    *[("finally_reads_what_was_bound", {"n": n}) for n in (0, 1, 3)],
    ("finally_reads_what_was_bound", {"n": 2}, 1),  # CATCH
    ("continue_through_finally", {"n": 0}, 1),  # RAISE
    ("continue_through_finally", {"n": 1}, 2),  # 2 RAISE
    ("continue_through_finally", {"n": 2}, 3),  # 3 RAISE
    ("continue_through_finally", {"n": 3}, 4),  # 4 RAISE
    *[("break_in_finally_swallows", {"n": n}) for n in (0, 3)],
    *[("break_in_finally_swallows", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("return_in_finally_swallows", {"n": n}, 1) for n in (0, 3)],  # INPUT
    ("return_in_finally_swallows", {"n": 1}, 2),  # INPUT, CATCH
    ("return_in_finally_swallows", {"n": 2}),
]
