"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names.

Why they wait:
bound_on_one_path: refused as read before it is set, though the way that reads it has set it.
aliases: refused: whether two names are of one list, of which one arm has replaced one, is known only at run time.
alias_chosen: refused: a container changed in place through a name that one of two holds.
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
async def bound_on_one_path(n: int) -> int:
    a = await add(n)
    if a > 3:
        extra = await add(a, 10)
    if a > 3:
        return extra
    return 0


@env.task
async def alias_chosen(n: int) -> list[list[int]]:
    left, right = [1], [2]
    a = await add(n)
    target = left if a > 3 else right
    target.append(a)
    return [left, right, target]


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
    *[("bound_on_one_path", {"n": n}) for n in (0, 5)],
    *[("alias_chosen", {"n": n}) for n in (0, 5)],
]
