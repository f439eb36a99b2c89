"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names.

Why they wait:
aliases: refused: whether two names are of one list, of which one arm has replaced one, is known only at run time.
made_and_kept_in_an_arm: wrong: an object that an arm has made and put into a dict is afterwards two of them.
copied_in_an_arm: wrong: what a list holds is not the same as what its copy, made in one arm, holds.
item_of_a_defaultdict: wrong: a list of a `defaultdict`, chosen by an arm, is a copy afterwards.
"""

from collections import defaultdict

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
async def made_and_kept_in_an_arm(n: int) -> list[object]:
    a = await add(n)
    kept: dict[str, list[int]] = {}
    if a > 2:
        made = kept["a"] = [1]
    else:
        made = kept["b"] = [2]
    made.append(a)
    return [kept, made]


@env.task
async def copied_in_an_arm(n: int) -> list[object]:
    a = await add(n)
    values: list[object] = [1, [2]]
    inner = values[1] if a > 2 else [3]
    other = values[:] if a > 1 else values
    other.append(a)
    inner.append(4)
    return [values, other, inner]


@env.task
async def item_of_a_defaultdict(n: int) -> list[object]:
    lists: dict[str, list[int]] = defaultdict(list)
    a = await add(n)
    chosen = lists["x"]
    if a > 1:
        chosen = lists["y"]
    chosen.append(a)
    return [dict(lists), chosen]


CASES = [
    *[("made_and_kept_in_an_arm", {"n": n}) for n in (0, 3)],
    *[("copied_in_an_arm", {"n": n}) for n in (0, 1, 3)],
    *[("item_of_a_defaultdict", {"n": n}) for n in (0, 3)],
    *[("aliases", {"n": n}) for n in (0, 5)],
]
