"""Tasks that a loop or a comprehension of run time reaches otherwise than by their names: tables, partials, maps."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import tiphys
import tiphys as flyte
from tiphys import map as tmap

env = flyte.TaskEnvironment("reached-otherwise")


@env.task
def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
def words(n: int) -> list[str]:
    return ["inc", "neg", "inc"][:n]


@env.task
def inc(x: int) -> int:
    return x + 1


@env.task
def neg(x: int) -> int:
    return -x


@env.task
def add(a: int, b: int) -> int:
    return a + b


@env.task
def picky(x: int) -> int:
    if x == 2:
        raise ValueError(f"bad {x}")
    return x * 10


OPS = {"inc": inc, "neg": neg}
STEPS = [inc, neg]


@dataclass
class Stage:
    name: str
    run: Callable[[int], int]

    def twice(self, x: int) -> int:
        return self.run(self.run(x))


class Chain:
    step = inc

    def __init__(self) -> None:
        self.steps = [inc, neg]

    def go(self, x: int) -> int:
        for step in self.steps:
            x = step(x)
        return x


STAGE = Stage("module", inc)


@env.task
def local_table(n: int) -> list[int]:
    table = {"inc": inc, "neg": neg}
    found = []
    for index, word in enumerate(words(n)):
        found.append(table[word](index))
    return found


@env.task
def asked_of_a_table(n: int) -> list[int]:
    found = []
    for index, word in enumerate(words(n)):
        chosen = OPS.get(word, neg)
        found.append(chosen(index))
    return found


@env.task
def one_after_the_other(n: int) -> list[int]:
    found = []
    for item in numbers(n):
        for step in STEPS:
            item = step(item)  # noqa: PLW2901
        found.append(item)
    return found


@env.task
def of_a_partial(n: int) -> list[int]:
    more = functools.partial(add, b=5)
    found = []
    for item in numbers(n):
        found.append(more(item))
    return found


@env.task
def fields_of_objects(n: int) -> list[int]:
    stage = Stage("local", neg)
    found = []
    for item in numbers(n):
        found.append(stage.run(item))
        found.append(STAGE.run(item))
    return found


@env.task
def methods_of_objects(n: int) -> list[int]:
    chain = Chain()
    found = []
    for item in numbers(n):
        found.append(STAGE.twice(item))
        found.append(chain.go(item))
        found.append(chain.step(item))
    return found


@env.task
def map_looped_over(n: int) -> list[int]:
    found = []
    for item in tiphys.map(inc, numbers(n)):
        found.append(item)
    return found


@env.task
def map_added_up(n: int) -> int:
    total = 0
    for item in tmap(inc, range(n)):
        total += item
    return total


@env.task
def map_with_errors(n: int) -> list[str]:
    items = numbers(n)
    found = []
    for item, outcome in zip(items, tiphys.map(picky, items)):
        if isinstance(outcome, Exception):
            found.append(f"{item}: {type(outcome).__name__} {outcome}")
        else:
            found.append(f"{item} = {outcome}")
    return found


@env.task
def map_in_a_loop(n: int) -> list[int]:
    items = numbers(n)
    while len(items) > 1:
        items = list(flyte.map(add, items[::2], items[1::2]))
    return items


@env.task
def map_in_an_arm(n: int) -> list[int]:
    items = numbers(n)
    found = []
    if len(items) > 2:
        for item in tiphys.map(inc, items):
            found.append(item)
    elif items:
        found = list(tiphys.map(neg, items))
    return found


@env.task
def map_under_another_name(n: int) -> list[int]:
    each = tiphys.map
    found = []
    for item in each(inc, numbers(n)):
        found.append(item)
    return found


@env.task
def map_of_each(n: int) -> list[list[int]]:
    found = []
    for item in numbers(n):
        found.append(list(tiphys.map(inc, range(item))))
    return found


@env.task
def builtin_map_of_each(n: int) -> list[int]:
    found = []
    for item in numbers(n):
        found += list(map(inc, range(item)))
    return found


CASES = [
    ("local_table", {"n": 0}),
    ("local_table", {"n": 1}, 1),  # ROUND
    ("local_table", {"n": 3}, 3),  # ROUND
    ("asked_of_a_table", {"n": 0}),
    ("asked_of_a_table", {"n": 1}, 1),  # ROUND
    ("asked_of_a_table", {"n": 3}, 3),  # ROUND
    *[("one_after_the_other", {"n": n}) for n in (0, 1, 3)],
    *[("of_a_partial", {"n": n}) for n in (0, 1, 3)],
    *[("fields_of_objects", {"n": n}) for n in (0, 1, 3)],
    *[("methods_of_objects", {"n": n}) for n in (0, 1, 3)],
    *[("map_looped_over", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    *[("map_added_up", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    *[("map_with_errors", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    *[("map_in_a_loop", {"n": n}) for n in (0, 1)],
    ("map_in_a_loop", {"n": 3}, 2),  # ROUND
    ("map_in_an_arm", {"n": 0}),
    *[("map_in_an_arm", {"n": n}, 1) for n in (1, 3)],  # BEHIND
    *[("map_under_another_name", {"n": n}, 1) for n in (0, 1, 3)],  # BEHIND
    ("map_of_each", {"n": 0}),
    ("map_of_each", {"n": 1}, 1),  # ROUND
    ("map_of_each", {"n": 3}, 3),  # ROUND
    ("builtin_map_of_each", {"n": 0}),
    ("builtin_map_of_each", {"n": 1}, 1),  # ROUND
    ("builtin_map_of_each", {"n": 3}, 3),  # ROUND
]
