"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names.

Why they wait:
aliases: refused: whether two names are of one list, of which one arm has replaced one, is known only at run time.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("merging")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def aliases(n: int) -> list[object]:
    values = [1]
    same = values
    a = await add(n)
    if a > 3:
        same.append(a)
    else:
        values = [a]
        values.append(2)
    return [values, same, values is same]


CASES = [
    *[("aliases", {"n": n}) for n in (0, 5)],
]
