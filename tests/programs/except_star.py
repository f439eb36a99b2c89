"""`except*`: what clauses raise themselves, groups in groups, known exceptions, `finally`, loops."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("stars")


class Mine(Exception):
    def __init__(self, a: int) -> None:
        super().__init__(f"mine {a}")
        self.a = a


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise ValueError("one")
    if n == 2:
        raise KeyError("two")
    if n == 3:
        raise Mine(3)
    return n


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


async def both(n: int) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(risky(n))
        group.create_task(risky(n + 1))


@env.task
async def bare_raise(n: int) -> str:
    try:
        await both(n)
    except* ValueError:
        raise
    except* Mine as mine:
        return_value = f"{mine.exceptions[0].a}"
    else:
        return_value = "fine"
    return return_value


@env.task
async def raises_new(n: int) -> str:
    try:
        await both(n)
    except* ValueError as errors:
        raise Mine(len(errors.exceptions))
    except* KeyError:
        await add(n)
    return "end"


@env.task
async def task_fails_in_clause(n: int) -> str:
    try:
        await both(n)
    except* ValueError as errors:
        await risky(len(errors.exceptions) + 1)
    return "end"


@env.task
async def known(n: int) -> str:
    try:
        raise ValueError("now")
    except* ValueError as errors:
        word = f"{errors.exceptions[0]} {await add(n)}"
    return word


@env.task
async def known_left(n: int) -> str:
    try:
        raise ExceptionGroup("both", [ValueError("now"), KeyError("k")])
    except* ValueError as errors:
        word = f"{errors.exceptions[0]} {await add(n)}"
    return word


@env.task
async def naked(n: int) -> str:
    word = "start"
    try:
        word = "one"
        await risky(n)
        word = "two"
        await risky(n - 1)
        word = "three"
    except* KeyError as errors:
        word = word + repr(errors)
    except* Mine:
        raise
    else:
        word = word + " else"
    finally:
        word = word + " finally"
    return word


@env.task
async def naked_new(n: int) -> str:
    try:
        await risky(n)
    except* ValueError as errors:
        raise Mine(7) from errors
    return "fine"


@env.task
async def in_a_loop(n: int) -> list[str]:
    found = []
    for i in range(4):
        try:
            await risky(i)
        except* ValueError:
            found.append("value")
        except* KeyError as errors:
            found.append(f"key {await add(i)} {len(errors.exceptions)}")
            if i == n:
                found.append("is n")
        except* Mine:
            found.append("mine")
        else:
            found.append("fine")
    return found


@env.task
async def in_a_while(n: int) -> list[str]:
    found = []
    i = await add(n)
    while i < 4:
        try:
            await risky(i)
        except* (ValueError, Mine) as errors:
            found.append(f"value {errors}")
        i += 1
    return found


@env.task
async def unused(n: int) -> str:
    try:
        word = "calm"
    except* ValueError:
        word = "never"
    return f"{word} {await add(n)}"


CASES = [
    *[("bare_raise", {"n": n}) for n in (0, 1, 2, 4)],
    ("bare_raise", {"n": 3}, 4),  # INPUT, RAISE, 2 CATCH
    *[("raises_new", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("task_fails_in_clause", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("known", {"n": n}, 1) for n in (0, 1, 2, 3, 4)],  # BEHIND
    *[("known_left", {"n": n}) for n in (0, 1, 2, 3, 4)],
    ("naked", {"n": 0}, 1),  # BEHIND
    *[("naked", {"n": n}) for n in (1, 3, 4)],
    ("naked", {"n": 2}, 4),  # INPUT, ROUND, CATCH, BEHIND
    *[("naked_new", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("in_a_loop", {"n": n}, 6) for n in (0, 1, 2, 3, 4)],  # 2 INPUT, 3 CATCH, BEHIND
    *[("in_a_while", {"n": n}) for n in (0, 1, 3, 4)],
    ("in_a_while", {"n": 2}, 1),  # CATCH
    *[("unused", {"n": n}) for n in (0, 1, 2, 3, 4)],
]
