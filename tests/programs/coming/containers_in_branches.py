"""Lists, dicts, sets and objects that branches, loops and handlers change in place, and what tasks saw of them.

Why they wait:
dataclass_in_arms: refused: a field changed in place of an object that arms replace.
dict_of_lists: refused: `setdefault(...).append(...)` with a run-time key.
nested_lists_of_alias: refused: a list changed in place that another container may hold.
copies_are_apart: refused: a list changed in place that a shallow copy shares.
star_arguments: refused: how many arguments are passed is known only at run time.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("containers")


@dataclass
class State:
    step: int = 0
    log: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def dataclass_in_arms(n: int) -> State:
    state = State()
    a = await add(n)
    if a > 2:
        state.step = a
        state.log.append("big")
        state.extra["a"] = a
    else:
        state = State(step=-1, log=["replaced"])
    state.log.append("end")
    return state


@env.task
async def dict_of_lists(n: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in await numbers(n):
        found.setdefault("even" if item % 2 == 0 else "odd", []).append(await add(item))
    return found


@env.task
async def nested_lists_of_alias(n: int) -> list[object]:
    row = [0]
    grid = [row, row, [1]]
    a = await add(n)
    if a > 2:
        grid[0].append(a)
    else:
        grid[2] = row
    row.append(9)
    return [grid, grid[0] is grid[1]]


@env.task
async def copies_are_apart(n: int) -> list[object]:
    first = {"values": [1], "n": n}
    shallow = dict(first)
    deep = copy.deepcopy(first)
    a = await add(n)
    if a > 2:
        first["values"].append(a)
        first["n"] = a
    return [first, shallow, deep]


@env.task
async def star_arguments(n: int) -> int:
    args = [n]
    kwargs = {}
    a = await add(n)
    if a > 2:
        kwargs["b"] = a
    else:
        args.append(40)
    return await add(*args, **kwargs)


CASES = [
    *[("dataclass_in_arms", {"n": n}) for n in (0, 2, 5)],
    *[("dict_of_lists", {"n": n}) for n in (0, 2, 5)],
    *[("nested_lists_of_alias", {"n": n}) for n in (0, 2, 5)],
    *[("copies_are_apart", {"n": n}) for n in (0, 2, 5)],
    *[("star_arguments", {"n": n}) for n in (0, 2, 5)],
]
