"""Containers and objects changed in place by one of several names: parts of results, lists chosen by an arm, batches."""

import asyncio
import copy
import heapq
from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("changes-in-place")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def config(n: int) -> Any:
    return {"model": {"depth": n}, "tags": ["a"]}


@env.task
async def part_of_a_result(n: int) -> list[object]:
    found = await config(n)
    model = found["model"]
    model["width"] = 3
    found["model"]["depth"] = 0
    tags = found["tags"]
    found["tags"] = [*tags, "b"]
    tags.append("lost")
    return [found, model, tags]


@env.task
async def slices_are_copies(n: int) -> list[list[int]]:
    whole = await numbers(n)
    head, again = whole[:2], whole[:]
    head.append(7)
    again.pop()
    return [whole, head, again]


@env.task
async def deep_copies_are_apart(n: int) -> list[object]:
    first: dict[str, Any] = {"values": [await add(n)]}
    deep, shallow = copy.deepcopy(first), copy.copy(first)
    deep["values"].append(1)
    shallow["values"].append(2)
    shallow["more"] = True
    return [first, deep, shallow]


@env.task
async def chosen_by_an_arm(n: int) -> list[object]:
    a = await add(n)
    out = [a] if a > 2 else []
    for x in range(2):
        out.append(await add(x))
    options = {"big": True} if a > 2 else {}
    options["a"] = a
    return [out, options]


@env.task
async def none_until_needed(n: int) -> list[int]:
    found = None
    if await add(n) > 2:
        found = [1]
    if found is None:
        found = []
    found.append(n)
    return found


@env.task
async def one_of_two_lists(n: int) -> list[list[int]]:
    left, right = [1], [2]
    a = await add(n)
    target = left if a > 3 else right
    target.append(a)
    left.append(0)
    return [left, right, target]


@env.task
async def rows_with_results(n: int) -> list[dict[str, int]]:
    rows = [{"id": item} for item in await numbers(n)]
    scores = await asyncio.gather(*(add(row["id"], 10) for row in rows))
    for row, score in zip(rows, scores, strict=True):
        row["score"] = score
    return rows


@env.task
async def batches(n: int) -> list[int]:
    batch: list[int] = []
    sums = []
    for item in await numbers(n):
        batch.append(item)
        if len(batch) == 2:
            sums.append(await add(batch[0], batch[1]))
            batch = []
    if batch:
        sums.append(await add(batch[0], 100))
    return sums


@env.task
async def best_two(n: int) -> list[int]:
    best: list[int] = []
    for item in await numbers(n):
        best.append(await add(item * 7 % 5))
        best = sorted(best)[:2]
    return best


@env.task
async def union_in_place(n: int) -> list[int]:
    seen: set[int] = set()
    for item in await numbers(n):
        seen |= {await add(item % 3)}
    return sorted(seen)


@dataclass
class Point:
    x: int
    seen: int = 0


@env.task
async def best_of_objects(n: int) -> list[Point]:
    points = [Point(item) for item in await numbers(n)]
    best = max(points, key=lambda point: point.x % 3)
    best.seen = await add(best.x, 100)
    return points


@env.task
async def rows_one_by_one(n: int) -> list[dict[str, int]]:
    rows = [{"id": item} for item in await numbers(n)]
    for row in rows:
        row["score"] = await add(row["id"], 10)
    for i, row in enumerate(rows):
        row["place"] = await add(i, 0)
    return rows


@env.task
async def counters_by_name(n: int) -> dict[str, dict[str, int]]:
    counts = {"even": {"n": 0}, "odd": {"n": 0}}
    for item in await numbers(n):
        counts["odd" if item % 2 else "even"]["n"] += await add(item)
    return counts


@env.task
async def grows_while_it_is_walked(n: int) -> list[int]:
    found = await numbers(n)
    for item in found:
        if len(found) < 5:
            found.append(await add(item, 10))
    return found


@env.task
async def grows_by_a_branch(n: int) -> list[int]:
    todo, done = [n], []
    for item in todo:
        a = await add(item)
        done.append(a)
        if a < 4:
            todo.append(a)
    return done


@env.task
async def smallest_first(n: int) -> list[int]:
    heap: list[int] = []
    for item in await numbers(n):
        heapq.heappush(heap, await add(-item))
    first = heapq.heappop(heap)
    return [first, *sorted(heap)]


@env.task
async def returned_and_then_changed(n: int) -> list[object]:
    log = [n]
    try:
        a = await add(n)
        return [a, log]
    finally:
        log.append(1)


@env.task
async def given_away_in_an_arm(n: int) -> list[object]:
    found = await numbers(n)
    kept: list[int] = []
    if n > len(found) - 1:
        given = await asyncio.gather(add(n, max(kept, default=n)), add(n))
        if n > 3:
            return ["early", given]
    else:
        given = [0, 0]
    if n > 1:
        kept.append(n + n)
    return [kept, given]


@dataclass
class Part:
    a: int = 0
    values: list[int] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    other: "Part | None" = None


@env.task
async def size_of(part: Part) -> int:
    return part.a + len(part.values)


@env.task
async def what_one_of_several_objects_holds(n: int) -> list[object]:
    parts = [Part(i) for i in range(2)]
    a = await add(n)
    chosen = parts[0] if a > 2 else parts[1]
    chosen.values.append(a)
    chosen.a += 10
    chosen.more["k"] = a
    chosen.values.append(await size_of(chosen))
    return [parts, chosen.a, await size_of(parts[0])]


@env.task
async def what_one_of_several_dicts_holds(n: int) -> list[object]:
    rows: list[dict[str, Any]] = [{"values": []} for _ in range(2)]
    a = await add(n)
    if a > 2:
        chosen = rows[0]
    else:
        chosen = rows[1]
    chosen["values"].append(a)
    chosen["a"] = 10
    return rows


@env.task
async def object_that_comes_to_hold_another(n: int) -> list[object]:
    left, right = Part(1), Part(2)
    target = left
    if await add(n) > 2:
        target = right
        target.other = left
    target.values.append(n)
    target.more.setdefault("l", []).append(n)
    left.values.append(7)
    return [left, right, target]


CASES = [
    *[("part_of_a_result", {"n": n}) for n in (0, 2)],
    *[("slices_are_copies", {"n": n}) for n in (1, 3)],
    ("deep_copies_are_apart", {"n": 1}),
    *[("chosen_by_an_arm", {"n": n}) for n in (0, 3)],
    *[("none_until_needed", {"n": n}) for n in (0, 3)],
    *[("one_of_two_lists", {"n": n}) for n in (0, 5)],
    *[("rows_with_results", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    ("batches", {"n": 0}, 1),  # BEHIND
    ("batches", {"n": 1}, 2),
    ("batches", {"n": 5}, 6),
    *[("best_two", {"n": n}) for n in (0, 1, 4)],
    *[("union_in_place", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("best_of_objects", {"n": n}) for n in (1, 5)],
    *[("rows_one_by_one", {"n": n}, 1) for n in (0, 3)],  # BEHIND
    *[("counters_by_name", {"n": n}) for n in (0, 3)],
    *[("grows_while_it_is_walked", {"n": n}, n) for n in (0, 1, 3)],  # ROUND
    *[("grows_by_a_branch", {"n": n}, 1) for n in (0, 5)],  # INPUT
    *[("smallest_first", {"n": n}, 1) for n in (1, 4)],  # BEHIND
    *[("returned_and_then_changed", {"n": n}) for n in (0, 4)],
    *[("given_away_in_an_arm", {"n": n}, 1) for n in (0, 2, 5)],  # BEHIND
    *[("what_one_of_several_objects_holds", {"n": n}) for n in (0, 3)],
    *[("what_one_of_several_dicts_holds", {"n": n}) for n in (0, 3)],
    *[("object_that_comes_to_hold_another", {"n": n}) for n in (0, 3)],
]
