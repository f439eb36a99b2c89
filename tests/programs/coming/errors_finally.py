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
async def finally_raises_and_is_caught(n: int) -> list[object]:
    trace: list[object] = []
    try:
        try:
            trace.append(await work(n))
        finally:
            trace.append(await clean(n + 1))
    except (Broken, ValueError) as error:
        trace.append(str(error))
    except OSError as error:
        trace.append(f"{error} after all")
    return trace


@env.task
async def all_four_clauses(n: int) -> list[object]:
    trace: list[object] = []
    try:
        value = await work(n)
        trace.append("body")
    except Broken:
        trace.append("except")
        value = -1
    else:
        trace.append("else")
        value = await add(value)
    finally:
        trace.append("finally")
        trace.append(await clean(n + 10))
    trace.append(value)
    return trace


@env.task
async def break_through_finally(n: int) -> list[object]:
    trace: list[object] = []
    for item in await numbers(n + 1):
        try:
            if await add(item) == 3:
                break
            trace.append(item)
        finally:
            trace.append(f"f{item}")
    return trace


@env.task
async def return_through_two_finallys(n: int) -> list[str]:
    trace: list[str] = []
    try:
        try:
            if await add(n) > 1:
                return trace
        finally:
            trace.append(await clean(0))
        trace.append("between")
    finally:
        trace.append(await clean(2))
    return trace


@env.task
async def finally_in_a_while(n: int) -> list[object]:
    trace: list[object] = []
    while True:
        try:
            trace.append(await work(n))
            if n > 4:
                break
        except Broken:
            trace.append("broken")
        finally:
            n += 2
    return [*trace, n]


@env.task
async def finally_branches(n: int) -> list[object]:
    ok = False
    trace: list[object] = []
    try:
        await work(n)
        ok = True
    except Broken:
        pass
    finally:
        if ok:
            trace.append("commit")
        else:
            trace.append(await clean(40))
    return trace


@env.task
async def release_in_finally(n: int) -> dict[str, int]:
    locks = {"held": 0, "released": 0}
    try:
        locks["held"] = await add(locks["held"])
        await work(n)
    except (Broken, ValueError):
        locks["failed"] = 1
    finally:
        locks["released"] = await add(locks["released"])
    return locks


async def guarded(n: int, log: list[str]) -> int:
    try:
        return await work(n)
    finally:
        log.append(f"after {n}")


@env.task
async def finally_in_a_helper(n: int) -> list[object]:
    log: list[str] = []
    try:
        value = await guarded(n, log)
    except Broken:
        value = await guarded(0, log)
    return [value, log]


@env.task
async def handler_raises_finally_runs(n: int) -> list[str]:
    trace: list[str] = []
    try:
        try:
            await work(n)
        except Broken as error:
            raise RuntimeError("from the handler") from error
        finally:
            trace.append(await clean(5))
    except RuntimeError as error:
        trace.append(str(error))
    return trace


@env.task
async def else_raises_finally_runs(n: int) -> list[object]:
    trace: list[object] = []
    try:
        try:
            trace.append(await add(n))
        except Broken:
            trace.append("never")
        else:
            trace.append(await work(n))
        finally:
            trace.append("finally")
    except (Broken, ValueError):
        trace.append("outside")
    return trace


@env.task
async def finally_without_tasks(n: int) -> list[int]:
    count = [0]
    try:
        value = await work(n)
        count[0] += value
    except ValueError:
        count[0] -= 1
    finally:
        count.append(len(count))
    return count


CASES = [
    *[("finally_raises_and_is_caught", {"n": n}) for n in (0, 1, 2, 3)],
    *[("all_four_clauses", {"n": n}) for n in (0, 1, 2, 3)],
    *[("break_through_finally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("return_through_two_finallys", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_in_a_while", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_branches", {"n": n}) for n in (0, 1, 2, 3)],
    *[("release_in_finally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_in_a_helper", {"n": n}) for n in (0, 1, 2, 3)],
    *[("handler_raises_finally_runs", {"n": n}) for n in (0, 1, 2, 3)],
    *[("else_raises_finally_runs", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_without_tasks", {"n": n}) for n in (0, 1, 2, 3)],
]
