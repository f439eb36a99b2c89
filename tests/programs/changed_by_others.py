"""Loops that call no task and change an object otherwise than by one name: chosen, held, given by a call, by its method."""

import asyncio
from collections import defaultdict

import tiphys as flyte

env = flyte.TaskEnvironment("changed-by-others")


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def risky(x: int, limit: int = 2) -> int:
    if x > limit:
        raise ValueError(f"{x} is over {limit}")
    return x * 10


class Sum:
    def __init__(self) -> None:
        self.items: list[int] = []
        self.count = 0

    def add(self, x: int) -> None:
        self.items.append(x)
        self.count += 1

    def held(self) -> list[int]:
        return self.items


@env.task
async def chosen_by_a_condition(n: int) -> list[list[int]]:
    odd: list[int] = []
    even: list[int] = []
    for x in await numbers(n):
        (odd if x % 2 else even).append(x)
    return [odd, even]


@env.task
async def chosen_by_an_index(n: int) -> list[list[int]]:
    odd: list[int] = []
    even: list[int] = []
    for x in await numbers(n):
        [even, odd][x % 2].append(x)
    return [odd, even]


@env.task
async def chosen_by_truth(n: int) -> list[list[int]]:
    first: list[int] = [0]
    second: list[int] = []
    for x in await numbers(n):
        (second or first).append(x)
    return [first, second]


@env.task
async def entries_of_chosen_dicts(n: int) -> list[dict[object, int]]:
    small: dict[object, int] = {}
    large: dict[object, int] = {}
    for x in await numbers(n):
        (large if x > 1 else small)[x] = x
        (large if x % 2 else small).update({"last": x})
    return [small, large]


@env.task
async def given_by_a_helper(n: int) -> list[list[int]]:
    odd: list[int] = []
    even: list[int] = []

    def fitting(x: int) -> list[int]:
        return odd if x % 2 else even

    for x in await numbers(n):
        fitting(x).append(x)
    return [odd, even]


@env.task
async def given_by_a_method(n: int) -> list[object]:
    total = Sum()
    for x in await numbers(n):
        total.held().append(x)
    return [total.items, total.count]


@env.task
async def by_a_method_under_a_name(n: int) -> list[int]:
    found: list[int] = []
    push = found.append
    for x in await numbers(n):
        push(x)
    return found


@env.task
async def by_methods_in_a_table(n: int) -> list[list[int]]:
    odd: list[int] = []
    even: list[int] = []
    push = {True: even.append, False: odd.append}
    for x in await numbers(n):
        push[x % 2 == 0](x)
    return [odd, even]


@env.task
async def by_a_method_of_ones_own(n: int) -> list[object]:
    total = Sum()
    add = total.add
    for x in await numbers(n):
        add(x)
    return [total.items, total.count]


@env.task
async def by_a_method_passed_on(n: int) -> list[list[int]]:
    first: list[int] = []
    second: list[int] = []
    for x in await numbers(n):
        list(map(first.append, range(x)))
        any(second.append(y) for y in range(x))
    list(map(second.append, await numbers(n)))
    return [first, second]


@env.task
async def in_a_while_loop(n: int) -> list[int]:
    items = await numbers(n)
    found: list[int] = []
    push = found.append
    at = 0
    while at < len(items):
        push(items[at] * 2)
        at += 1
    return found


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def groups_side_by_side(n: int) -> dict[int, int]:
    groups = defaultdict(list)
    for x in await numbers(n):
        groups[x % 3].append(x)
    keys = sorted(groups)
    jobs = []
    for key in groups:
        jobs.append(total(groups[key]))
    totals = await asyncio.gather(*(total(groups[key]) for key in keys))
    return {key: value - other for key, value, other in zip(keys, totals, await asyncio.gather(*jobs))}


@env.task
async def outcomes_sorted(n: int) -> dict[int, tuple[list[int], list[int]]]:
    found = {}
    for limit in (0, 2):
        passed: list[int] = []
        failed: list[int] = []
        outcomes = await asyncio.gather(*(risky(x, limit) for x in range(n)), return_exceptions=True)
        for x, outcome in zip(range(n), outcomes):
            (failed if isinstance(outcome, Exception) else passed).append(x)
        found[limit] = (passed, failed)
    return found


CASES = [
    *[("chosen_by_a_condition", {"n": n}) for n in (0, 1, 2, 5)],
    *[("chosen_by_an_index", {"n": n}) for n in (0, 1, 2, 5)],
    *[("chosen_by_truth", {"n": n}) for n in (0, 1, 2, 5)],
    *[("entries_of_chosen_dicts", {"n": n}) for n in (0, 1, 2, 5)],
    ("given_by_a_helper", {"n": 0}),
    ("given_by_a_helper", {"n": 1}, 1),  # ROUND
    ("given_by_a_helper", {"n": 2}, 2),  # ROUND
    ("given_by_a_helper", {"n": 5}, 5),  # ROUND
    *[("given_by_a_method", {"n": n}) for n in (0, 1, 2, 5)],
    ("by_a_method_under_a_name", {"n": 0}),
    ("by_a_method_under_a_name", {"n": 1}, 1),  # ROUND
    ("by_a_method_under_a_name", {"n": 2}, 2),  # ROUND
    ("by_a_method_under_a_name", {"n": 5}, 5),  # ROUND
    ("by_methods_in_a_table", {"n": 0}),
    ("by_methods_in_a_table", {"n": 1}, 1),  # ROUND
    ("by_methods_in_a_table", {"n": 2}, 2),  # ROUND
    ("by_methods_in_a_table", {"n": 5}, 5),  # ROUND
    ("by_a_method_of_ones_own", {"n": 0}),
    ("by_a_method_of_ones_own", {"n": 1}, 1),  # ROUND
    ("by_a_method_of_ones_own", {"n": 2}, 2),  # ROUND
    ("by_a_method_of_ones_own", {"n": 5}, 5),  # ROUND
    ("by_a_method_passed_on", {"n": 0}, 1),  # BEHIND, ROUND
    ("by_a_method_passed_on", {"n": 1}, 2),  # BEHIND, ROUND
    ("by_a_method_passed_on", {"n": 2}, 3),  # BEHIND, ROUND
    ("by_a_method_passed_on", {"n": 5}, 6),  # BEHIND, ROUND
    ("in_a_while_loop", {"n": 0}),
    ("in_a_while_loop", {"n": 1}, 1),  # ROUND
    ("in_a_while_loop", {"n": 2}, 2),  # ROUND
    ("in_a_while_loop", {"n": 5}, 5),  # ROUND
    *[("groups_side_by_side", {"n": n}, 2) for n in (0, 1, 2, 5)],  # BEHIND
    *[("outcomes_sorted", {"n": n}, 2) for n in (0, 1, 2, 5)],  # CATCH of each that fails
]
