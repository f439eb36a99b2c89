"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names.

Why they wait:
one_list_under_two_keys: wrong: a loop without tasks that may set a dict gives back two lists for one.
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


@env.task
async def one_list_under_two_keys(n: int) -> dict[str, list[int]]:
    kept: dict[str, list[int]] = {}
    kept["a"] = kept.setdefault("b", [])
    for _ in range(await add(n)):
        kept = {"a": []}
    kept["a"].append(n)
    return kept


CASES = [
    *[("one_list_under_two_keys", {"n": n}) for n in (0, 3)],
    *[("aliases", {"n": n}) for n in (0, 5)],
]
