"""Lists, dicts, sets and objects that branches, loops and handlers change in place, and what tasks saw of them."""

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import tiphys as flyte

env = flyte.TaskEnvironment("containers")


@dataclass
class State:
    step: int = 0
    log: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


class Pair(NamedTuple):
    left: int
    right: int


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def list_popped_in_a_loop(n: int) -> list[object]:
    waiting = await numbers(n)
    done = []
    while waiting:
        item = waiting.pop()
        done.append(await add(item))
        if len(done) == 3:
            break
    return [done, waiting]


@env.task
async def risky(n: int) -> int:
    if n > 3:
        raise ValueError(str(n))
    return n


@env.task
async def changed_before_the_failure(n: int) -> list[object]:
    state: dict[str, object] = {"ok": True}
    log = ["start"]
    try:
        log.append("trying")
        state["value"] = await risky(n)
        log.append("done")
    except ValueError as error:
        state["ok"] = False
        state["error"] = str(error)
        log.append("failed")
    return [state, log]


@env.task
async def named_tuples(n: int) -> list[object]:
    pair = Pair(n, await add(n))
    if pair.right > 2:
        pair = pair._replace(left=await add(pair.left, 50))
    left, right = pair
    return [pair, left + right, pair.left > pair.right]


@env.task
async def sets_and_membership(n: int) -> list[int]:
    seen: set[int] = set()
    repeated = []
    for item in [x % 3 for x in await numbers(n)]:
        value = await add(item)
        if value in seen:
            repeated.append(value)
            continue
        seen.add(value)
    return [len(seen), *repeated]


@env.task
async def mixed_known_and_runtime(n: int) -> dict[str, object]:
    result: dict[str, object] = {"name": "run", "parts": []}
    a, b = await asyncio.gather(add(n), add(n, 5))
    result["parts"] = [a] if a > 2 else []
    if b > 6:
        result |= {"b": b, "flag": None}
    result["count"] = len(result)
    return result


@env.task
async def tasks_see_copies(n: int) -> list[int]:
    values = [1, 2]
    first = await total(values)
    a = await add(n)
    if a > 2:
        values.append(a)
    second = await total(values)
    values.clear()
    return [first, second, await total(values)]


@env.task
async def results_changed_in_an_arm(n: int) -> list[object]:
    values = await numbers(n)
    original = list(values)
    if len(values) > 2:
        values.append(99)
        values[0] = -1
    else:
        values += [7]
    return [values, original]


@env.task
async def alias_of_a_result(n: int) -> list[object]:
    values = await numbers(n)
    same = values
    if await add(n) > 3:
        same.append(5)
    return [values, same, values is same]


@env.task
async def dataclass_in_a_loop(n: int) -> State:
    state = State()
    for item in await numbers(n):
        state.step += await add(item)
        state.log.append(f"item {item}")
    return state


@env.task
async def passed_to_a_helper_that_changes(n: int) -> list[int]:
    values = [0]

    def grow(target: list[int], by: int) -> None:
        if by > 2:
            target.append(by)
        else:
            target.insert(0, by)

    a = await add(n)
    grow(values, a)
    grow(values, 1)
    return values


@env.task
async def counts_by_key(n: int) -> dict[int, int]:
    counts: dict[int, int] = {}
    for item in await numbers(n):
        key = (await add(item)) % 3
        counts[key] = counts.get(key, 0) + 1
    return counts


@env.task
async def slots_by_runtime_index(n: int) -> list[int]:
    slots = [0, 0, 0, 0]
    i = await add(n, 0)
    slots[i % 4] = 5
    slots[(i + 1) % 4] = await add(i)
    return slots


@env.task
async def keys_at_run_time(n: int) -> dict[str, int]:
    key = f"k{await add(n)}"
    found = {key: 1}
    found[key] += await add(n)
    if key == "k3":
        found["three"] = found.pop(key)
    return found


@env.task
async def matrix(n: int) -> list[list[int]]:
    rows: list[list[int]] = []
    for i in range(2):
        row = []
        for j in await numbers(n):
            row.append(await add(i * 10, j))
        rows.append(row)
    return rows


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
async def inner_container_where_the_outer_one_differs(n: int) -> dict[str, object]:
    a = await add(n)
    found: dict[str, object] = {"a": 1, "c": [1, 2, 3], "tags": {"x": {0}}}
    if a > 2:
        del found["a"]
        del found["c"][0]
    else:
        found["c"].append(4)
        found["tags"]["x"].add(5)
    return found


@env.task
async def inner_container_where_the_outer_one_is_replaced(n: int) -> list[object]:
    a = await add(n)
    kept = [1]
    found: object = {"in": kept}
    if a > 2:
        kept.append(a)
        found = [kept]
    elif a == 2:
        found["in"].append(await add(a))
        found["more"] = a
    found_before = len(kept)
    kept.append(9)
    return [found, kept, found_before]


@env.task
async def inner_containers_in_rounds(n: int) -> dict[str, object]:
    found: dict[str, object] = {"k": {"l": []}}
    for i in range(3):
        if await add(i) > n:
            found[f"x{i}"] = i
            found["k"]["l"].append(i)
        else:
            found["k"][f"y{i}"] = found.pop(f"x{i - 1}", "none")
    return found


CASES = [
    *[("tasks_see_copies", {"n": n}) for n in (0, 2, 5)],
    *[("results_changed_in_an_arm", {"n": n}) for n in (0, 2, 5)],
    *[("alias_of_a_result", {"n": n}) for n in (0, 2, 5)],
    *[("dataclass_in_a_loop", {"n": n}) for n in (0, 2, 5)],
    *[("passed_to_a_helper_that_changes", {"n": n}) for n in (0, 2, 5)],
    *[("counts_by_key", {"n": n}) for n in (0, 2, 5)],
    *[("slots_by_runtime_index", {"n": n}) for n in (0, 2, 5)],
    *[("keys_at_run_time", {"n": n}) for n in (0, 2, 5)],
    *[("matrix", {"n": n}) for n in (0, 2, 5)],
    *[("named_tuples", {"n": n}) for n in (0, 2, 5)],
    *[("sets_and_membership", {"n": n}, 1) for n in (0, 2, 5)],  # BEHIND
    *[("mixed_known_and_runtime", {"n": n}, 1) for n in (0, 2, 5)],  # JOIN
    *[("changed_before_the_failure", {"n": n}, 1) for n in (0, 2)],  # BEHIND
    ("changed_before_the_failure", {"n": 5}, 2),  # CATCH, BEHIND
    *[("list_popped_in_a_loop", {"n": n}) for n in (0, 2, 5)],
    *[("dataclass_in_arms", {"n": n}) for n in (0, 2, 5)],
    *[("dict_of_lists", {"n": n}) for n in (0, 2, 5)],
    *[("nested_lists_of_alias", {"n": n}) for n in (0, 2, 5)],
    *[("copies_are_apart", {"n": n}) for n in (0, 2, 5)],
    *[("inner_container_where_the_outer_one_differs", {"n": n}) for n in (0, 2, 5)],
    *[("inner_container_where_the_outer_one_is_replaced", {"n": n}) for n in (0, 1, 2, 5)],
    *[("inner_containers_in_rounds", {"n": n}) for n in (0, 1, 2, 5)],
]
