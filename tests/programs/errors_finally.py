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
async def finally_reads_what_a_handler_changed(n: int) -> list[object]:
    items = await numbers(2)
    items.reverse()
    try:
        await work(n)
        try:
            kept = n
            again = kept
        finally:
            more = await numbers(n)
    except Broken:
        items = [x for i, x in items[n:]]
    finally:
        last = items and n
    return [await add(n), last]


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


@env.task
async def finally_reads_what_was_set_after_a_return(n: int) -> list[int]:
    value = await add(n)
    try:
        if value > 2:
            return [await add(value, 10)]
        value = value // 2
    finally:
        await add(value)
    return [value]


@env.task
async def each_round_may_return(n: int) -> list[int]:
    trace: list[int] = []
    for number in await numbers(n):
        value = number
        try:
            if await add(number) > 2:
                value += 100
                return trace
            if number == 0:
                value = -1
                continue
            value = 50
        finally:
            trace.append(value + 1)
    return trace


@env.task
async def always_returned_and_changed(n: int) -> dict[str, int]:
    found: dict[str, int] = {}
    value = 0
    try:
        value = await work(n)
        return found
    finally:
        found["value"] = value


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


CASES = [
    *[("return_through_two_finallys", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_reads_what_a_handler_changed", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("finally_reads_what_a_handler_changed", {"n": n}) for n in (1, 2)],
    *[("without_except", {"n": n}) for n in (0, 1, 2, 3)],
    *[("runs_always", {"n": n}) for n in (0, 2, 3)],
    ("runs_always", {"n": 1}, 1),  # CATCH
    *[("finally_raises", {"n": n}) for n in (0, 1, 2, 3)],
    *[("return_and_finally", {"n": n}) for n in (0, 2, 3)],
    ("return_and_finally", {"n": 1}, 1),  # CATCH
    *[("finally_reads_what_was_bound", {"n": n}) for n in (0, 1, 3)],
    ("finally_reads_what_was_bound", {"n": 2}, 1),  # CATCH
    *[("continue_through_finally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("break_in_finally_swallows", {"n": n}) for n in (0, 3)],
    *[("break_in_finally_swallows", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("return_in_finally_swallows", {"n": n}) for n in (0, 3)],
    ("return_in_finally_swallows", {"n": 1}, 1),  # CATCH
    ("return_in_finally_swallows", {"n": 2}),
    *[("finally_raises_and_is_caught", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("finally_raises_and_is_caught", {"n": n}, 3) for n in (1, 2)],  # 2 CATCH, BEHIND
    *[("all_four_clauses", {"n": n}) for n in (0, 3)],
    ("all_four_clauses", {"n": 1}, 1),  # CATCH
    ("all_four_clauses", {"n": 2}),
    *[("break_through_finally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("finally_in_a_while", {"n": n}) for n in (0, 2)],
    ("finally_in_a_while", {"n": 1}, 5),  # 3 ROUND, CATCH, BEHIND
    ("finally_in_a_while", {"n": 3}, 3),  # 2 ROUND, BEHIND
    *[("finally_branches", {"n": n}, 2) for n in (0, 3)],  # 2 BEHIND
    ("finally_branches", {"n": 1}, 3),  # CATCH, 2 BEHIND
    ("finally_branches", {"n": 2}),
    *[("release_in_finally", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("release_in_finally", {"n": n}, 2) for n in (1, 2)],  # CATCH, BEHIND
    *[("finally_in_a_helper", {"n": n}, 1) for n in (0, 3)],  # INPUT
    ("finally_in_a_helper", {"n": 1}, 3),  # INPUT, 2 CATCH
    ("finally_in_a_helper", {"n": 2}),
    *[("handler_raises_finally_runs", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("handler_raises_finally_runs", {"n": 1}, 4),  # RAISE, 3 CATCH
    ("handler_raises_finally_runs", {"n": 2}),
    *[("else_raises_finally_runs", {"n": n}, 2) for n in (0, 3)],  # RAISE, BEHIND
    *[("else_raises_finally_runs", {"n": n}, 4) for n in (1, 2)],  # RAISE, 2 CATCH, BEHIND
    *[("finally_without_tasks", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("finally_without_tasks", {"n": 1}),
    ("finally_without_tasks", {"n": 2}, 2),  # CATCH, BEHIND
    *[("finally_reads_what_was_set_after_a_return", {"n": n}, 1) for n in (0, 1, 2, 3)],  # BEHIND
    *[("each_round_may_return", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("always_returned_and_changed", {"n": n}) for n in (0, 1, 2, 3)],
]
