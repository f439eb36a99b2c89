"""`while`: conditions on what rounds give, `while True` with `break`, walrus, `else`, retries by hand, pages."""

import tiphys as flyte

env = flyte.TaskEnvironment("loops-while")


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


CASES = [
    *[("forever_with_return", {"n": n}) for n in (0, 1, 5)],
    *[("worklist", {"root": root}) for root in (1, 4)],
    *[("work_until_empty", {"n": n}) for n in (0, 1, 5)],
    *[("champion", {"n": n}) for n in (0, 3)],
]
