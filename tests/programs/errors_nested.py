"""`try` in `try`, in branches, in handlers, in loops and in helpers; errors that pass several of them."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("errors-nested")


class First(Exception):
    pass


class Second(First):
    pass


class Third(Exception):
    def __init__(self, depth: int, note: str = "") -> None:
        super().__init__(depth, note)
        self.depth = depth
        self.note = note


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise First("first")
    if n == 2:
        raise Second("second")
    if n == 3:
        raise Third(3, "deep")
    return n


@env.task
async def inner_handles(n: int) -> list[object]:
    trace: list[object] = []
    try:
        try:
            trace.append(await risky(n))
        except Second:
            trace.append("inner")
        trace.append(await add(n))
    except First:
        trace.append("outer")
    return trace


@env.task
async def inner_translates(n: int) -> str:
    try:
        try:
            return f"{await risky(n)}"
        except First as error:
            raise Third(n, str(error)) from error
    except Third as error:
        return f"{error.depth} {error.note}"


@env.task
async def handler_fails(n: int) -> str:
    try:
        try:
            await risky(n)
        except First:
            await risky(3)
            return "not here"
    except Third as error:
        return f"from the handler {error.note}"
    return "fine"


@env.task
async def handler_has_a_try(n: int) -> list[object]:
    try:
        return [await risky(n)]
    except First:
        try:
            return [await risky(n + 1)]
        except (Second, Third) as error:
            return ["both failed", type(error).__name__]


@env.task
async def chain_of_fallbacks(n: int) -> str:
    for source in ("cache", "replica", "origin"):
        try:
            value = await risky(n - len(source) + 5)
        except First as error:
            failure = error
        else:
            return f"{source}: {value}"
    return f"nothing worked, last {failure}"


@env.task
async def three_levels(n: int) -> list[str]:
    trace = []
    try:
        try:
            try:
                await risky(n)
                trace.append("ok")
            except Third:
                trace.append("innermost")
                raise
        except Second:
            trace.append("middle")
    except (First, Third) as error:
        trace.append(f"outermost {type(error).__name__}")
    else:
        trace.append("no error left")
    return trace


@env.task
async def branch_in_a_try(n: int) -> list[object]:
    try:
        a = await add(n)
        if a == 2:
            b = await risky(1)
        elif a == 3:
            b = await risky(20)
        else:
            b = await risky(n)
    except First:
        b = -1
    return [a, b]


@env.task
async def branch_in_a_handler(n: int) -> list[object]:
    try:
        value = await risky(n)
    except First as error:
        if isinstance(error, Second):
            value = await add(200)
        elif await add(n) > 1:
            value = 100
        else:
            raise
    return [value, n]


@env.task
async def break_and_return_out_of_tries(n: int) -> list[object]:
    trace: list[object] = []
    for item in await numbers(n + 1):
        try:
            try:
                value = await risky(item)
            except First:
                trace.append("first")
                continue
            if value == 4:
                return trace
        except Third:
            trace.append("third")
            break
        trace.append(value)
    else:
        trace.append("else")
    return trace


@env.task
async def loop_and_try_both_ways(n: int) -> list[object]:
    found: list[object] = []
    try:
        for item in await numbers(n + 1):
            try:
                found.append(await risky(item))
            except Second:
                found.append("second")
    except First as error:
        found.append(f"ended by {error}")
    return found


@env.task
async def retry_then_give_up(n: int) -> list[object]:
    attempts = []
    while True:
        try:
            value = await risky(n)
            break
        except First as error:
            attempts.append(str(error))
            if len(attempts) == 2:
                return ["gave up", attempts]
            n += 1
    return [value, attempts]


async def careful(n: int) -> int | None:
    try:
        return await risky(n)
    except First:
        return None


@env.task
async def helper_with_a_try_in_a_try(n: int) -> str:
    try:
        a = await careful(n)
        b = await careful(n + 1)
    except Third as error:
        return f"third at {error.depth}"
    return f"{a} {b}"


@env.task
async def gather_of_tries_in_a_try(n: int) -> list[int | None] | str:
    try:
        return await asyncio.gather(careful(n), careful(n + 1), careful(0))
    except Third as error:
        return error.note


@env.task
async def else_has_a_try(n: int) -> list[object]:
    try:
        a = await add(n)
    except First:
        a = 0
    else:
        try:
            a = await risky(a)
        except First as error:
            a = f"else: {error}"
    return [a]


@env.task
async def error_passes_a_loop_and_a_branch(n: int) -> str:
    try:
        for item in await numbers(n + 1):
            if item > 1:
                while True:
                    await risky(item)
                    break
    except (Second, Third) as error:
        return f"{type(error).__name__}"
    return "done"


@env.task
async def variables_of_both_tries(n: int) -> list[object]:
    a = b = c = 0
    try:
        a = await add(n, 10)
        try:
            b = await add(a, 10)
            c = await risky(n)
            b = await add(b, 100)
        except Second:
            c = b + a
        a = await risky(n - 1)
    except First:
        a = a + 1
    return [a, b, c]


@env.task
async def try_in_a_branch(n: int) -> str:
    a = await add(n)
    if a > 2:
        try:
            return f"{await risky(n)}"
        except Second:
            return "caught"
    else:
        b = await risky(n)
    return f"{b}"


@env.task
async def loop_in_a_handler(n: int) -> int:
    try:
        total = await risky(n)
    except First:
        total = 0
        for item in await numbers(n + 2):
            total = await add(total, item)
    return total


@env.task
async def same_error_twice(n: int) -> list[bool]:
    seen = []
    for _ in range(2):
        try:
            await risky(n)
            seen.append(True)
        except First:
            seen.append(False)
    return seen


@env.task
async def recorded_and_raised_later(n: int) -> int:
    failure: Exception | None = None
    value = 0
    try:
        value = await risky(n)
    except First as error:
        failure = error
    value = await add(value, 5)
    if failure is not None and value > 4:
        raise failure
    return value


CASES = [
    *[("recorded_and_raised_later", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("try_in_a_branch", {"n": n}) for n in (0, 1, 3, 4)],
    ("try_in_a_branch", {"n": 2}, 1),  # CATCH
    *[("loop_in_a_handler", {"n": n}) for n in (0, 3, 4)],
    *[("loop_in_a_handler", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("same_error_twice", {"n": n}) for n in (0, 3, 4)],
    *[("same_error_twice", {"n": n}, 2) for n in (1, 2)],  # 2 CATCH
    *[("inner_handles", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    ("inner_handles", {"n": 1}, 3),  # RAISE, 2 CATCH
    ("inner_handles", {"n": 2}, 2),  # CATCH, BEHIND
    ("inner_handles", {"n": 3}),
    *[("inner_translates", {"n": n}) for n in (0, 4)],
    *[("inner_translates", {"n": n}, 3) for n in (1, 2, 3)],  # RAISE, 2 CATCH
    *[("handler_fails", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("handler_fails", {"n": n}, 3) for n in (1, 2)],  # 2 CATCH, BEHIND
    ("handler_fails", {"n": 3}, 3),  # RAISE, 2 CATCH
    *[("handler_has_a_try", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("handler_has_a_try", {"n": n}, 2) for n in (1, 2)],  # 2 CATCH
    ("handler_has_a_try", {"n": 3}),
    *[("chain_of_fallbacks", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("chain_of_fallbacks", {"n": n}, 2) for n in (1, 2)],  # CATCH, BEHIND
    ("chain_of_fallbacks", {"n": 3}),
    *[("three_levels", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("three_levels", {"n": n}, 5) for n in (1, 3)],  # 2 RAISE, 3 CATCH
    ("three_levels", {"n": 2}, 4),  # RAISE, 2 CATCH, BEHIND
    *[("branch_in_a_try", {"n": n}, 1) for n in (0, 2, 4)],  # BEHIND
    ("branch_in_a_try", {"n": 1}, 2),  # CATCH, BEHIND
    ("branch_in_a_try", {"n": 3}),
    *[("branch_in_a_handler", {"n": n}) for n in (0, 4)],
    *[("branch_in_a_handler", {"n": n}, 1) for n in (1, 2)],  # CATCH
    ("branch_in_a_handler", {"n": 3}),
    ("break_and_return_out_of_tries", {"n": 0}, 5),  # INPUT, 4 BEHIND
    ("break_and_return_out_of_tries", {"n": 1}, 9),  # 2 INPUT, CATCH, 6 BEHIND
    ("break_and_return_out_of_tries", {"n": 2}, 13),  # 3 INPUT, 2 CATCH, 8 BEHIND
    *[("break_and_return_out_of_tries", {"n": n}, 18) for n in (3, 4)],  # 4 INPUT, RAISE, 4 CATCH, 9 BEHIND
    ("loop_and_try_both_ways", {"n": 0}, 1),  # BEHIND
    *[("loop_and_try_both_ways", {"n": n}, 3) for n in (1, 2, 3, 4)],  # RAISE, 2 CATCH
    *[("retry_then_give_up", {"n": n}, 2) for n in (0, 4)],  # 2 BEHIND
    ("retry_then_give_up", {"n": 1}, 5),  # 2 CATCH, 3 BEHIND
    *[("retry_then_give_up", {"n": n}) for n in (2, 3)],
    ("helper_with_a_try_in_a_try", {"n": 0}, 2),  # CATCH, BEHIND
    ("helper_with_a_try_in_a_try", {"n": 1}, 3),  # 2 CATCH, BEHIND
    ("helper_with_a_try_in_a_try", {"n": 2}, 4),  # RAISE, 3 CATCH
    ("helper_with_a_try_in_a_try", {"n": 3}, 3),  # RAISE, 2 CATCH
    ("helper_with_a_try_in_a_try", {"n": 4}, 1),  # BEHIND
    ("gather_of_tries_in_a_try", {"n": 0}, 2),  # CATCH, BEHIND
    ("gather_of_tries_in_a_try", {"n": 1}, 3),  # 2 CATCH, BEHIND
    ("gather_of_tries_in_a_try", {"n": 2}, 4),  # RAISE, 3 CATCH
    ("gather_of_tries_in_a_try", {"n": 3}, 3),  # RAISE, 2 CATCH
    ("gather_of_tries_in_a_try", {"n": 4}, 1),  # BEHIND
    *[("else_has_a_try", {"n": n}, 2) for n in (0, 1)],  # CATCH, BEHIND
    ("else_has_a_try", {"n": 2}),
    *[("else_has_a_try", {"n": n}, 1) for n in (3, 4)],  # BEHIND
    *[("error_passes_a_loop_and_a_branch", {"n": n}) for n in (0, 1)],
    *[("error_passes_a_loop_and_a_branch", {"n": n}, 1) for n in (2, 3, 4)],  # CATCH
    ("variables_of_both_tries", {"n": 0}, 2),  # 2 BEHIND
    ("variables_of_both_tries", {"n": 1}, 5),  # RAISE, 2 CATCH, 2 BEHIND
    ("variables_of_both_tries", {"n": 2}, 5),  # 2 CATCH, 3 BEHIND
    *[("variables_of_both_tries", {"n": n}) for n in (3, 4)],
]
