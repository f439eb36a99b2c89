"""Control flow in control flow, on purpose: what a careless compiler gets wrong."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("nasty")


class Stop(Exception):
    pass


class Retry(Exception):
    def __init__(self, after: int) -> None:
        super().__init__(f"after {after}")
        self.after = after


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def risky(n: int) -> int:
    if n % 4 == 3:
        raise Retry(n)
    if n % 4 == 2:
        raise Stop(f"stop {n}")
    return n


@env.task
async def flags_and_loops(n: int) -> list[object]:
    done, rounds, log = False, 0, []
    while not done:
        rounds += 1
        for item in await numbers(n):
            if item + rounds > 4:
                done = True
                break
            log.append(await add(item, rounds * 10))
        else:
            done = rounds == 2
    return [rounds, log]


@env.task
async def return_in_try_overridden_by_finally(n: int) -> str:
    for item in await numbers(n):
        try:
            if await add(item) > 1:
                return f"try {item}"
        finally:
            if item == 2:
                return f"finally {item}"
    return "end"


@env.task
async def continue_in_finally(n: int) -> list[object]:
    log: list[object] = []
    for item in await numbers(n):
        try:
            log.append(await risky(item))
        finally:
            if item != 2:
                continue
            log.append("two")
            break
    return log


@env.task
async def same_name_every_kind(n: int) -> list[object]:
    x = n
    seen: list[object] = []
    for x in await numbers(n):
        if x == 1:
            x = "one"
        seen.append(x)
        x = await add(0)
    seen.append(x)
    try:
        x = await risky(n)
    except (Stop, Retry) as x:
        seen.append(str(x))
    else:
        seen.append(x)
    return seen


@env.task
async def while_in_finally(n: int) -> list[int]:
    left = n
    log: list[int] = []
    try:
        log.append(await risky(n))
    except Stop:
        log.append(-1)
    finally:
        while left > 0:
            left = await add(left, -2)
            log.append(left)
    return log


@env.task
async def match_in_while_in_try(n: int) -> list[object]:
    state, log = "start", []
    try:
        while True:
            match state:
                case "start":
                    state = "load" if await add(n) > 1 else "done"
                case "load":
                    log.append(await risky(n))
                    state = "done"
                case "done":
                    break
    except Retry as error:
        log.append(error.after)
    else:
        log.append("finished")
    return [state, *log]


@env.task
async def unbound_in_one_of_three(n: int) -> list[object]:
    a = await add(n)
    if a == 1:
        x = 1
    elif a == 2:
        y = 2
    else:
        x = y = 3
    try:
        return [x, y]
    except NameError as error:
        return [type(error).__name__]


@env.task
async def helper_with_every_exit(n: int) -> list[object]:
    async def step(x: int) -> object:
        try:
            if x == 0:
                return "zero"
            value = await risky(x)
            for item in await numbers(x):
                if item == 4:
                    return ("four", item)
            return value
        except Retry:
            raise
        except Stop as error:
            return str(error)

    found = []
    for x in (n, n + 1):
        try:
            found.append(await step(x))
        except Retry as error:
            found.append(error.after)
    return found


@env.task
async def gather_inside_try_inside_loop(n: int) -> list[object]:
    log: list[object] = []
    for size in (1, 2, 4):
        try:
            results = await asyncio.gather(*[risky(x) for x in await numbers(size)], add(n))
        except Stop as error:
            log.append(str(error))
            continue
        finally:
            log.append(size)
        if sum(results) > 4:
            return [*log, results]
        log.append(results)
    return log


@env.task
async def deep(n: int) -> list[object]:
    log: list[object] = []
    for a in await numbers(2):
        if a or n > 1:
            while len(log) < 3:
                try:
                    for b in await numbers(n):
                        if b == 1:
                            raise Stop(f"{a}{b}")
                        log.append(await add(b, a * 10))
                    log.append("inner done")
                except Stop as error:
                    log.append(str(error))
                    if n > 2:
                        break
    return log


@env.task
async def swap_in_a_loop(n: int) -> list[int]:
    a, b = 0, 1
    for _ in await numbers(n):
        a, b = b, await add(a, b)
    return [a, b]


@env.task
async def loop_variable_of_the_handler(n: int) -> list[object]:
    failed_at = None
    try:
        for item in await numbers(n):
            doubled = await add(item, item)
            await risky(item)
    except Stop:
        failed_at = (item, doubled)
    return [failed_at]


@env.task
async def break_with_values_of_the_round(n: int) -> list[object]:
    winner = None
    for name, bonus in [("a", 0), ("b", 2), ("c", 4)]:
        score = await add(n, bonus)
        if score >= 4:
            winner = {"name": name, "score": score}
            break
        previous = score
    else:
        return ["nobody", previous]
    if winner["name"] != "a":
        winner["before"] = previous
    return [winner]


@env.task
async def condition_changes_what_it_reads(n: int) -> list[int]:
    items = await numbers(n)
    log = []
    while items and (head := items.pop(0)) < 3:
        if head == 1:
            items.append(7)
        log.append(await add(head))
    return [*log, -1, *items]


@env.task
async def started_in_a_loop_awaited_after_a_branch(n: int) -> list[object]:
    jobs = {}
    for item in await numbers(n):
        jobs[item] = asyncio.create_task(add(item, 10))
    a = await add(n)
    if a > 2:
        results = {key: await job for key, job in jobs.items()}
    else:
        results = {key: -1 for key in jobs}
        for job in jobs.values():
            await job
    return [a, results]


CASES = [
    *[("started_in_a_loop_awaited_after_a_branch", {"n": n}) for n in (0, 1)],
    *[("started_in_a_loop_awaited_after_a_branch", {"n": n}, 1) for n in (2, 3, 5)],  # BEHIND
    *[("condition_changes_what_it_reads", {"n": n}, 1) for n in (0, 1, 2, 3, 5)],  # INPUT
    *[("break_with_values_of_the_round", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("loop_variable_of_the_handler", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    *[("loop_variable_of_the_handler", {"n": n}, 2) for n in (3, 5)],  # BEHIND, CATCH
    *[("swap_in_a_loop", {"n": n}) for n in (0, 1, 2, 3, 5)],
    ("return_in_try_overridden_by_finally", {"n": 0}),
    ("return_in_try_overridden_by_finally", {"n": 1}, 1),  # INPUT
    *[("return_in_try_overridden_by_finally", {"n": n}, 2) for n in (2, 3, 5)],  # 2 INPUT
    *[("continue_in_finally", {"n": n}) for n in (0, 1, 2)],
    *[("continue_in_finally", {"n": n}, 1) for n in (3, 5)],  # CATCH
    *[("same_name_every_kind", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("same_name_every_kind", {"n": n}, 2) for n in (2, 3)],  # CATCH, BEHIND
    *[("while_in_finally", {"n": n}, 2) for n in (0, 1, 5)],  # 2 BEHIND
    ("while_in_finally", {"n": 2}, 3),  # CATCH, 2 BEHIND
    ("while_in_finally", {"n": 3}),
    *[("match_in_while_in_try", {"n": n}, 2) for n in (0, 1, 5)],  # 2 BEHIND
    ("match_in_while_in_try", {"n": 2}),
    ("match_in_while_in_try", {"n": 3}, 3),  # CATCH, 2 BEHIND
    *[("unbound_in_one_of_three", {"n": n}, 3) for n in (0, 1)],  # RAISE, CATCH, BEHIND
    *[("unbound_in_one_of_three", {"n": n}, 2) for n in (2, 3, 5)],  # INPUT, BEHIND
    ("helper_with_every_exit", {"n": 0}, 2),  # 2 BEHIND
    *[("helper_with_every_exit", {"n": n}, 4) for n in (1, 5)],  # CATCH, 3 BEHIND
    ("helper_with_every_exit", {"n": 2}, 7),  # RAISE, 3 CATCH, 3 BEHIND
    ("helper_with_every_exit", {"n": 3}, 5),  # RAISE, 2 CATCH, 2 BEHIND
    *[("gather_inside_try_inside_loop", {"n": n}, 8) for n in (0, 1, 2)],  # 2 INPUT, CATCH, 5 BEHIND
    ("gather_inside_try_inside_loop", {"n": 3}, 5),  # INPUT, 4 BEHIND
    ("gather_inside_try_inside_loop", {"n": 5}, 2),  # 2 BEHIND
    ("deep", {"n": 0}, 7),  # 2 INPUT, 5 BEHIND
    ("deep", {"n": 1}, 5),  # 2 INPUT, 3 BEHIND
    *[("deep", {"n": n}, 8) for n in (2, 3, 5)],  # 2 INPUT, 2 RAISE, 2 CATCH, 2 BEHIND
    *[("flags_and_loops", {"n": n}, 2) for n in (0, 1, 2, 3)],  # 2 BEHIND
    ("flags_and_loops", {"n": 5}, 1),  # BEHIND
]
