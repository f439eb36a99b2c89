"""Lists and dicts that several names and containers hold: they stay the same ones, whoever chose, kept or copied them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("same-objects")


@dataclass
class Bag:
    items: list[Any] = field(default_factory=list)


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


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


@env.task
async def chosen_within_a_display(n: int) -> list[object]:
    values: list[int] = []
    a = await add(n)
    kept = {"k": values if a > 1 else [4]}
    values.extend([2])
    return [kept, values]


@env.task
async def picked_in_an_arm(n: int) -> list[object]:
    values: list[int] = []
    a = await add(n)
    if n % 2 == 0:
        values.insert(0, a)
    chosen = [5] if len(values) % 2 else max([values], key=len)
    bag = Bag(chosen or values)
    chosen.append(1)
    return [bag, values]


@env.task
async def changed_in_rounds(n: int) -> list[object]:
    values: list[int] = []
    a = await add(n)
    kept = {"k": [0]}
    for _ in range(2):
        kept["k"] = max([values], key=len)
        if a > 1:
            values.extend([a])
    return [kept]


@env.task
async def made_in_the_last_round(n: int) -> list[object]:
    a = await add(n)
    last = [0]
    for _ in await numbers(n):
        last = []
        rows = [last]
    last.append(a)
    return [last] if n == 0 else [rows, last]


@env.task
async def bound_in_a_round_only(n: int) -> list[object]:
    a = await add(n)
    for _ in await numbers(n):
        last: list[int] = []
        rows = [last]
    last.append(a)
    return [rows]


@env.task
async def changed_by_the_next_loop(n: int) -> list[object]:
    a = await add(n)
    last = [1]
    rows: list[object] = []
    for _ in await numbers(n):
        last = last[:]
        rows = [last]
    for _ in await numbers(n):
        last.append(a)
    return [rows]


@env.task
async def sorted_into_two(n: int) -> list[object]:
    evens: list[int] = []
    odds: list[int] = []
    for x in await numbers(n):
        target, other = (evens, odds) if x % 2 == 0 else (odds, evens)
        target.append(await add(x, len(other)))
    return [evens, odds]


@env.task
async def sorted_into_a_dict(n: int) -> dict[str, list[int]]:
    kept: dict[str, list[int]] = {"train": [], "test": []}
    for x in await numbers(n):
        rows = kept["train"] if x % 2 else kept["test"]
        rows.append(await add(x))
    return kept


@env.task
async def held_by_a_dict_since_a_loop(n: int) -> list[object]:
    seen: list[int] = []
    kept: dict[str, list[int]] = {}
    for x in await numbers(n):
        seen.append(x)
        kept["all"] = seen
    seen.append(5)
    return [kept]


@env.task
async def field_under_a_name(n: int) -> list[object]:
    bag = Bag()
    items = bag.items
    for _ in await numbers(n):
        bag.items = []
        items = []
    items.append(1)
    return [bag]


@env.task
async def moved_in_rounds(n: int) -> list[object]:
    a = await add(n)
    values: list[int] = []
    bag = Bag()
    bag.items = values
    for _ in range(2):
        if a > 1:
            bag = Bag()
            values = values[:]
        elif n % 2 == 0:
            values.insert(0, n)
        else:
            values = []
    return [bag, values]


@env.task
async def filled_and_left_in_rounds(n: int) -> list[object]:
    values: list[int] = []
    a = await add(n)
    kept = {"k": values}
    if n % 2:
        for _ in await numbers(n):
            values.extend([a])
            values = []
    return [kept, values]


CASES = [
    *[("filled_and_left_in_rounds", {"n": n}) for n in (0, 1, 3)],
    *[("sorted_into_two", {"n": n}) for n in (0, 1, 3, 5)],
    *[("sorted_into_a_dict", {"n": n}) for n in (0, 1, 3, 5)],
    *[("held_by_a_dict_since_a_loop", {"n": n}) for n in (0, 1, 3)],
    *[("field_under_a_name", {"n": n}) for n in (0, 1, 3)],
    *[("moved_in_rounds", {"n": n}) for n in (-1, 0, 3)],
    *[("made_and_kept_in_an_arm", {"n": n}) for n in (0, 3)],
    *[("copied_in_an_arm", {"n": n}) for n in (0, 1, 3)],
    *[("item_of_a_defaultdict", {"n": n}) for n in (0, 3)],
    *[("chosen_within_a_display", {"n": n}) for n in (0, 1, 3)],
    *[("picked_in_an_arm", {"n": n}) for n in (0, 1, 3)],
    *[("changed_in_rounds", {"n": n}) for n in (0, 1, 3)],
    *[("made_in_the_last_round", {"n": n}) for n in (0, 1, 3)],
    *[("bound_in_a_round_only", {"n": n}) for n in (0, 1, 3)],
    *[("changed_by_the_next_loop", {"n": n}) for n in (0, 1, 3)],
]
