"""`while`: conditions on what rounds give, `while True` with `break`, walrus, `else`, retries by hand, pages."""

from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("loops-while")


PATIENCE = 2


class Flaky(Exception):
    pass


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def double(a: int) -> int:
    return a * 2


@env.task
async def queue(n: int) -> list[int]:
    return list(range(n))


@env.task
async def children(n: int) -> list[int]:
    return [n * 2, n * 2 + 1] if n < 4 else []


@env.task
async def forever_with_return(n: int) -> int:
    tries = 0
    while True:
        tries += 1
        n = await add(n, 4)
        if n % 5 == 0:
            return tries
        if tries == 6:
            return -1


@env.task
async def worklist(root: int) -> list[int]:
    waiting, seen = [root], []
    while waiting:
        node = waiting.pop(0)
        seen.append(node)
        waiting.extend(await children(node))
    return seen


@env.task
async def work_until_empty(n: int) -> int:
    items = await queue(n)
    done = 0
    while items:
        head, *items = items
        if head == 2:
            items = items[1:]
        done += await double(head)
    return done


@env.task
async def champion(n: int) -> list[int]:
    best = await add(n, 0)
    challenger = best
    generation = 0
    while generation < 4:
        generation += 1
        challenger = await add(challenger, 5 - 2 * generation)
        if challenger <= best:
            break
        best = challenger
    return [best, challenger, generation]


@env.task
async def unreliable(attempt: int, works_at: int) -> str:
    if attempt < works_at:
        raise Flaky(f"attempt {attempt}")
    return f"worked at {attempt}"


@env.task
async def walrus_in_while(n: int) -> list[int]:
    seen = []
    value = n
    while (value := await add(value, 3)) < 12:
        seen.append(value)
    return [*seen, value]


@env.task
async def retries_by_hand(works_at: int) -> str:
    attempt = 0
    while True:
        try:
            return await unreliable(attempt, works_at)
        except Flaky as error:
            attempt += 1
            if attempt > PATIENCE:
                return f"gave up: {error}"


@env.task
async def job_state(polls: int, slow: int) -> str:
    return "done" if polls >= slow else "running"


@env.task
async def condition_is_a_task(n: int) -> int:
    value = n
    while await add(value) < 10:
        value = await double(value)
        value += 1
    return value


@env.task
async def polling(slow: int) -> list[object]:
    polls = 0
    while (state := await job_state(polls, slow)) == "running":
        polls += 1
        if polls == 5:
            return ["gave up", state]
    return [state, polls]


@env.task
async def while_else(n: int) -> str:
    value = await add(n, 0)
    while value < 10:
        value = await double(value)
        if value == 6:
            verdict = "six"
            break
        if not value:
            verdict = "stuck"
            break
    else:
        verdict = f"reached {await add(value)}"
    return verdict


@env.task
async def continue_in_while(n: int) -> list[int]:
    kept = []
    i = await add(n, 0)
    while i > 0:
        i -= 1
        if i % 2:
            continue
        kept.append(await double(i))
    return kept


@env.task
async def never_entered(n: int) -> list[int]:
    value = await add(n, 100)
    while value < 50:
        value = await double(value)
    while value and value > 1000:
        value = await add(value, -1)
    return [value]


@env.task
async def carried_types_change(n: int) -> object:
    value: object = None
    rounds = await add(n, 0)
    while rounds:
        if value is None:
            value = "text"
        elif isinstance(value, str):
            value = [value, await double(rounds)]
        else:
            value = {"rounds": rounds}
        rounds -= 1
    return value


@env.task
async def two_ways_out(n: int) -> str:
    value = await add(n, 0)
    while value < 30:
        value = await add(value, 7)
        if value % 4 == 0:
            break
        if value % 9 == 0:
            return f"ninth {value}"
    return f"out with {value}"


@env.task
async def page(number: int, size: int) -> dict[str, Any]:
    rows = list(range(number * size, min((number + 1) * size, 7)))
    return {"rows": rows, "next": number + 1 if len(rows) == size else None}


@env.task
async def loss(step: int, start: float) -> float:
    return round(start / (step + 1), 4)


@env.task
async def guess(low: int, high: int) -> int:
    return (low + high) // 2


@env.task
async def until_big(n: int) -> int:
    value = await add(n, 0)
    while value < 20:
        value = await double(value) + 1
    return value


@env.task
async def forever_with_break(n: int) -> list[int]:
    seen: list[int] = []
    while True:
        value = await add(n, len(seen))
        if value > 5:
            break
        seen.append(value)
    return seen


@env.task
async def pagination(size: int) -> list[int]:
    rows: list[int] = []
    number: int | None = 0
    while number is not None:
        got = await page(number, size)
        rows.extend(got["rows"])
        number = got["next"]
    return rows


@env.task
async def early_stopping(start: float) -> list[object]:
    best, waited, step = 1e9, 0, 0
    while waited < PATIENCE and step < 6:
        value = await loss(step % 3, start)
        if value < best:
            best, waited = value, 0
        else:
            waited += 1
        step += 1
    return [best, step]


@env.task
async def bisection(target: int) -> list[int]:
    low, high, rounds = 0, 16, 0
    while low < high:
        middle = await guess(low, high)
        rounds += 1
        if middle < target:
            low = middle + 1
        else:
            high = middle
    return [low, rounds]


@env.task
async def no_tasks_in_the_body(n: int) -> int:
    value = await add(n)
    steps = 0
    while value != 1 and steps < 20:
        value = value // 2 if value % 2 == 0 else 3 * value + 1
        steps += 1
    return await add(steps, 0)


@env.task
async def condition_with_and_or(n: int) -> list[int]:
    a, b = await add(n, 0), 0
    while a < 6 and (b < 3 or not a):
        a = await add(a, 1)
        b += a % 2
    return [a, b]


@env.task
async def last_value_survives(n: int) -> list[object]:
    latest = None
    i = await add(n, 0)
    while i:
        latest = await double(i)
        i -= 1
    return [latest, i]


CASES = [
    *[("until_big", {"n": n}) for n in (0, 5, 19, 20)],
    *[("forever_with_break", {"n": n}) for n in (3, 6)],
    *[("pagination", {"size": size}) for size in (3, 7, 10)],
    *[("early_stopping", {"start": start}) for start in (1.0, 0.0)],
    *[("bisection", {"target": target}) for target in (0, 11)],
    *[("no_tasks_in_the_body", {"n": n}) for n in (0, 5)],
    *[("condition_with_and_or", {"n": n}) for n in (0, 9)],
    *[("last_value_survives", {"n": n}) for n in (0, 1, 3)],
    *[("condition_is_a_task", {"n": n}, 1) for n in (1, 9)],  # BEHIND
    *[("polling", {"slow": slow}, 1) for slow in (0, 2, 9)],  # BEHIND
    *[("while_else", {"n": n}, 1) for n in (0, 1, 3, 12)],  # BEHIND
    ("continue_in_while", {"n": 0}),
    ("continue_in_while", {"n": 5}, 5),  # 5 INPUT
    ("never_entered", {"n": 0}, 1),  # BEHIND
    ("carried_types_change", {"n": 0}),
    ("carried_types_change", {"n": 1}, 1),  # INPUT
    ("carried_types_change", {"n": 2}, 2),  # 2 INPUT
    ("carried_types_change", {"n": 3}, 3),  # 3 INPUT
    *[("two_ways_out", {"n": n}, 1) for n in (5, 13, 2, 40)],  # BEHIND
    *[("walrus_in_while", {"n": n}, 1) for n in (0, 9)],  # BEHIND
    ("retries_by_hand", {"works_at": 0}),
    ("retries_by_hand", {"works_at": 2}, 2),  # 2 CATCH
    ("retries_by_hand", {"works_at": 3}, 3),  # 3 CATCH
    *[("forever_with_return", {"n": n}) for n in (0, 1, 5)],
    *[("worklist", {"root": root}, 1) for root in (1, 4)],  # INPUT
    *[("work_until_empty", {"n": n}) for n in (0, 1, 5)],
    *[("champion", {"n": n}) for n in (0, 3)],
]
