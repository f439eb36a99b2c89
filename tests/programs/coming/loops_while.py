"""`while`: conditions on what rounds give, `while True` with `break`, walrus, `else`, retries by hand, pages."""

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
async def unreliable(attempt: int, works_at: int) -> str:
    if attempt < works_at:
        raise Flaky(f"attempt {attempt}")
    return f"worked at {attempt}"


@env.task
async def queue(n: int) -> list[int]:
    return list(range(n))


@env.task
async def children(n: int) -> list[int]:
    return [n * 2, n * 2 + 1] if n < 4 else []


@env.task
async def walrus_in_while(n: int) -> list[int]:
    seen = []
    value = n
    while (value := await add(value, 3)) < 12:
        seen.append(value)
    return [*seen, value]


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


CASES = [
    *[("walrus_in_while", {"n": n}) for n in (0, 9)],
    *[("forever_with_return", {"n": n}) for n in (0, 1, 5)],
    *[("retries_by_hand", {"works_at": works_at}) for works_at in (0, 2, 3)],
    *[("worklist", {"root": root}) for root in (1, 4)],
    *[("work_until_empty", {"n": n}) for n in (0, 1, 5)],
    *[("champion", {"n": n}) for n in (0, 3)],
]
