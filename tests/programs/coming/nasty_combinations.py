"""Control flow in control flow, on purpose: what a careless compiler gets wrong.

Why they wait:
everything_at_once: refused: a list changed in place that a way out of the loop may hold.
loop_variable_of_the_handler: our bug: KeyError in place_glue.
started_in_a_loop_awaited_after_a_branch: refused: tasks of a run-time loop in a dict.
two_accumulators_crossed: refused: a list chosen at run time is changed in place.
break_with_values_of_the_round: refused: a dict of the round is changed in place behind the loop.
condition_changes_what_it_reads: wrong: glue that pops from a list, and glue in the same pod that reads it afterwards.
"""

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
async def everything_at_once(n: int) -> list[object]:
    log: list[object] = []
    if await add(n, 0) > 0:
        for item in await numbers(n + 1):
            try:
                if item == 1:
                    continue
                value = await risky(item)
            except Retry as error:
                log.append(f"retry {error.after}")
                if error.after > 4:
                    break
            except Stop:
                log.append("stop")
            else:
                log.append(value)
                if value > 4:
                    return log
            finally:
                log.append(f"f{item}")
        else:
            log.append("else")
    return [*log, await add(n)]


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


@env.task
async def two_accumulators_crossed(n: int) -> list[list[int]]:
    evens: list[int] = []
    odds: list[int] = []
    for item in await numbers(n):
        target, other = (evens, odds) if item % 2 == 0 else (odds, evens)
        target.append(await add(item))
        if len(target) > 1:
            other.append(0)
    return [evens, odds]


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


CASES = [
    *[("everything_at_once", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("loop_variable_of_the_handler", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("started_in_a_loop_awaited_after_a_branch", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("two_accumulators_crossed", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("break_with_values_of_the_round", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("condition_changes_what_it_reads", {"n": n}) for n in (0, 1, 2, 3, 5)],
]
