"""Loops whose rounds begin with a test, or a step, of what the rounds before have left."""

import tiphys as flyte

env = flyte.TaskEnvironment("loops-turned")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def worded(n: int) -> str:
    return "done" if n > 3 else "more"


@env.task
async def enough(n: int) -> int:
    total = 0
    for i in range(n):
        if total > 5:
            return -total
        total += await add(i)
    return total


@env.task
async def gave_up(n: int) -> str:
    tries = 0
    while True:
        tries += 1
        if tries > 3:
            return f"gave up {tries}"
        value = await add(n, tries)
        if value % 5 == 0:
            return f"hit {value} after {tries}"


@env.task
async def states(n: int) -> list[object]:
    state, log = "start", []
    while True:
        match state:
            case "start":
                n = await add(n)
                state = "work" if n % 2 else "idle"
            case "idle":
                n = await add(n, n)
                state = "work"
            case "work" if n > 12:
                return [log, n]
            case _:
                n = await add(n, 7)
        log.append(state)


@env.task
async def may_raise(n: int) -> list[object]:
    left, found = await numbers(n), []
    for i in range(n + 1):
        first = left[0] / (3 - i)
        if first > 1:
            found.append("large")
        left = [await add(x, i) for x in left[:2]]
        found.append(round(first, 2))
    return found


@env.task
async def swapped(n: int) -> list[int]:
    a, b = 0, 1
    for _ in range(n):
        if a > 3:
            a = -a
        a, b = b, await add(a, b)
    return [a, b]


@env.task
async def slower_and_slower(n: int) -> list[object]:
    rate, left, found = 8.0, ["a", "b", "c"], []
    for i in await numbers(n):
        rate = rate / i if i else rate
        name = left.pop(0)
        found.append((name, await add(int(rate), len(left))))
    return [found, rate]


@env.task
async def no_item_behind_the_last(n: int) -> list[object]:
    seen: list[int] = []
    for x in await numbers(n):
        seen.append(x)
        if sum(seen) > 2:
            seen.append(await add(0, 0))
    left, found = n, []
    for i in range(1, n + 2):
        part = 10 // (i - 2) if i != 2 else 0
        if part > left:
            left = await add(left, part)
        else:
            found.append((i, part))
    return [seen, left, found]


@env.task
async def reset(n: int) -> list[int]:
    run, longest = 0, 0
    for i in range(n):
        if run > longest:
            longest = run
        value = await add(i, i)
        run = 0 if value % 4 == 0 else run + 1
    return [run, longest]


@env.task
async def nested(n: int) -> list[int]:
    total, found = 0, []
    for i in range(n):
        if total > 8:
            break
        for j in range(i):
            if total > 6:
                break
            total = await add(total, j)
        found.append(total)
        total = await add(total)
    return found


@env.task
async def by_its_number(n: int) -> list[int]:
    left = n
    found = []
    for i in range(9):
        if i >= left:
            break
        left = await add(left, -1)
        found.append(left - i)
    return found


@env.task
async def waits_for_a_word(n: int) -> list[object]:
    word, log = "more", []
    while True:
        if word == "done":
            return log
        log.append(len(word) + len(log))
        word = await worded(n + len(log))


@env.task
async def limited(n: int) -> int:
    if n > 3:
        raise ValueError(f"{n} is too large")
    return n + 1


@env.task
async def until_it_fails(n: int) -> list[object]:
    try:
        while True:
            n = await limited(n)
    except ValueError as error:
        return [n, str(error)]


@env.task
async def raised_in_the_end(n: int) -> int:
    while True:
        if n < 0:
            raise LookupError(f"below by {n}")
        n = await add(n, -2)


@env.task
async def shared_out(n: int) -> list[float]:
    left, found = n, []
    try:
        while True:
            part = 12 / left
            left = await add(left, -1)
            found.append(part)
    except ZeroDivisionError:
        found.append(-1.0)
    return found


@env.task
async def filled_by_two_loops(n: int) -> list[object]:
    items: list[int] = []
    a = await add(n)
    for x in await numbers(n):
        items.append(x)
        a = await add(a + len(items))
    if n > 3:
        items += [7]
    for x in await numbers(n):
        a = await add(a + len(items))
        items.append(x)
    return [a, items]


CASES = [
    *[("filled_by_two_loops", {"n": n}) for n in (0, 1, 5)],
    *[("enough", {"n": n}) for n in (-1, 0, 1, 2, 9)],
    ("gave_up", {"n": 0}, 1),  # BEHIND
    *[("gave_up", {"n": n}) for n in (2, 3)],
    *[("states", {"n": n}, 2) for n in (0, 1, 20)],  # BEHIND of what the states leave, in two rounds
    *[("may_raise", {"n": n}, 2 * n + 2) for n in (1, 2)],  # 2 ROUND in each: a loop stands in it
    *[("may_raise", {"n": n}) for n in (0, 3)],
    *[("until_it_fails", {"n": n}, 2) for n in (1, 3)],  # CATCH, BEHIND
    *[("raised_in_the_end", {"n": n}) for n in (0, 3)],
    *[("shared_out", {"n": n}, 3) for n in (1, 2)],  # INPUT and CATCH of the `try`, and the last test
    *[("swapped", {"n": n}) for n in (0, 1, 6)],
    *[("slower_and_slower", {"n": n}) for n in (0, 1, 3, 4)],
    *[("no_item_behind_the_last", {"n": n}, more) for n, more in ((0, 3), (1, 5), (3, 7))],  # INPUT, ROUND of each arm
    *[("reset", {"n": n}) for n in (0, 1, 6)],
    *[("nested", {"n": n}, more) for n, more in ((0, 1), (1, 2), (3, 4), (6, 6))],  # INPUT, ROUND where a loop ends it
    *[("by_its_number", {"n": n}, 1) for n in (-1, 0, 5)],  # INPUT
    *[("waits_for_a_word", {"n": n}) for n in (0, 3)],
]
