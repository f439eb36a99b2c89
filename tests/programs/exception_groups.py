"""`ExceptionGroup` from a `TaskGroup`, and `except*`."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("groups")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise ValueError("one")
    if n == 2:
        raise KeyError("two")
    return n


@env.task
async def group_is_caught(n: int) -> list[object]:
    try:
        async with asyncio.TaskGroup() as group:
            a = group.create_task(add(n))
            b = group.create_task(risky(n))
    except ExceptionGroup as errors:
        return [type(error).__name__ for error in errors.exceptions]
    return [a.result(), b.result()]


@env.task
async def except_star(n: int) -> list[str]:
    trace = []
    try:
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(risky(x)) for x in (n, 0)]
        trace.append(f"{sum(job.result() for job in jobs)}")
    except* ValueError as errors:
        trace.append(f"values {len(errors.exceptions)}")
    except* KeyError as errors:
        trace.append(await_name(errors))
    return trace


def await_name(errors: BaseExceptionGroup) -> str:
    return ",".join(str(error) for error in errors.exceptions)


@env.task
async def except_star_with_both(n: int) -> list[str]:
    trace = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(risky(n))
            group.create_task(risky(n + 1))
    except* ValueError:
        trace.append("value")
    except* LookupError:
        trace.append(f"lookup {await add(n)}")
    return trace


@env.task
async def except_star_leaves_the_rest(n: int) -> str:
    try:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(risky(n))
                group.create_task(risky(n + 1))
        except* ValueError:
            pass
    except ExceptionGroup as rest:
        return f"left: {[type(error).__name__ for error in rest.exceptions]}"
    return "nothing left"


@env.task
async def except_star_of_one_error(n: int) -> str:
    try:
        await risky(n)
    except* ValueError as errors:
        return_value = f"wrapped {len(errors.exceptions)}"
    except* KeyError:
        return_value = "key"
    else:
        return_value = "fine"
    return return_value


@env.task
async def raised_by_hand(n: int) -> list[str]:
    results = await asyncio.gather(risky(n), risky(n + 1), return_exceptions=True)
    failed = [result for result in results if isinstance(result, Exception)]
    try:
        if failed:
            raise ExceptionGroup("batch", failed)
    except* ValueError:
        return_value = ["value"]
    except* KeyError:
        return_value = ["key"]
    else:
        return_value = ["none", f"{await add(n)}"]
    return return_value


@env.task
async def group_is_not_caught(n: int) -> int:
    async with asyncio.TaskGroup() as group:
        a = group.create_task(risky(n))
    return a.result()


CASES = [
    *[("group_is_not_caught", {"n": n}) for n in (0, 1, 2, 3)],
    *[("group_is_caught", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("group_is_caught", {"n": n}, 4) for n in (1, 2)],  # RAISE, 2 CATCH, BEHIND
    *[("except_star", {"n": n}, 2) for n in (0, 3)],  # 2 BEHIND
    *[("except_star", {"n": n}, 4) for n in (1, 2)],  # INPUT, RAISE, 2 CATCH
    ("except_star_with_both", {"n": 0}, 4),  # INPUT, RAISE, 2 CATCH
    ("except_star_with_both", {"n": 1}, 6),  # INPUT, RAISE, 3 CATCH, BEHIND
    ("except_star_with_both", {"n": 2}, 5),  # INPUT, RAISE, 2 CATCH, BEHIND
    ("except_star_with_both", {"n": 3}),
    ("except_star_leaves_the_rest", {"n": 0}, 4),  # RAISE, 2 CATCH, BEHIND
    ("except_star_leaves_the_rest", {"n": 1}, 7),  # 2 RAISE, 4 CATCH, BEHIND
    ("except_star_leaves_the_rest", {"n": 2}, 6),  # 2 RAISE, 3 CATCH, BEHIND
    ("except_star_leaves_the_rest", {"n": 3}),
    *[("except_star_of_one_error", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("except_star_of_one_error", {"n": n}, 2) for n in (1, 2)],  # INPUT, CATCH
    *[("raised_by_hand", {"n": n}, 5) for n in (0, 2)],  # INPUT, RAISE, 2 CATCH, BEHIND
    ("raised_by_hand", {"n": 1}, 6),  # INPUT, RAISE, 3 CATCH, BEHIND
    ("raised_by_hand", {"n": 3}, 2),  # RAISE, BEHIND
]
