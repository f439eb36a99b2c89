"""`deque`, `Counter`, `defaultdict`, heaps, `bytearray`, random generators and endless iterators, changed in place."""

import bisect
import copy
import functools
import heapq
import itertools
import json
import random
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("collections")


@dataclass
class Point:
    x: int
    y: int = 0


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def children(n: int) -> list[int]:
    return [each for each in (2 * n + 1, 2 * n + 2) if each < 6]


@env.task
async def unsure(x: int, attempt: int) -> int:
    if attempt < x:
        raise ValueError(f"{x} at {attempt}")
    return x + attempt


@env.task
async def nested_ones(n: int) -> list[object]:
    read = json.loads('[[1], [2], {"a": [3]}]')
    read[0].append(3)
    read[2]["a"].append(await add(n))
    rows = [[2], [1]]
    first = rows[0]
    rows.sort()
    first.append(9)
    deep = copy.deepcopy(rows)
    deep[1].append(await add(n, 2))
    return [read, rows, deep]


@env.task
async def deques(n: int) -> list[object]:
    queue = deque([1, 2, 3], maxlen=4)
    queue.append(await add(n))
    queue.appendleft(7)
    queue.rotate(1)
    queue.extend([8, await add(n)])
    queue += [1]
    first = queue.popleft()
    queue.extend(await numbers(n))
    return [first, list(queue), len(queue), queue, queue[0], bool(deque()), queue + deque([1]), 8 in queue]


@env.task
async def rolling(n: int) -> list[object]:
    window: deque[int] = deque(maxlen=2)
    sums = []
    for x in await numbers(n):
        window.append(await add(x))
        sums.append(sum(window))
    return [sums, list(window)]


@env.task
async def worklist(n: int) -> list[int]:
    queue, seen, order = deque([n]), {n}, []
    while queue:
        node = queue.popleft()
        order.append(node)
        for child in await children(node):
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return order


@env.task
async def counters(n: int) -> list[object]:
    letters = Counter("abca")
    letters["z"] += 1
    letters.update("b")
    unseen = letters["none"]
    odd: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    for x in await numbers(n):
        odd[x % 2] += await add(x)
        sums.update([x + await add(x)])
    letters += Counter("q")
    letters.subtract("a")
    del letters["none"]
    return [letters, unseen, odd, sorted(sums.items()), letters.most_common(1), Counter(await numbers(n)), letters + odd]


@env.task
async def defaults(n: int) -> list[object]:
    known = defaultdict(list)
    known["a"].append(await add(n))
    known["b"]
    kept = defaultdict(lambda: n)
    kept[1] += 5
    kept[await add(n)] += 1
    return [known, dict(kept), kept[7], len(kept), sorted(known)]


@env.task
async def grouped(n: int) -> list[object]:
    groups: dict[str, list[int]] = defaultdict(list)
    sizes: dict[int, int] = defaultdict(int)
    for item in await numbers(n):
        groups["even" if item % 2 == 0 else "odd"].append(await add(item))
        sizes[item % 2] += 1
    return [dict(groups), dict(sizes)]


@env.task
async def default_that_is_read(n: int) -> list[object]:
    table: dict[int, int] = defaultdict(int)
    a = await add(n)
    x = table[a]
    if table[a + 1]:
        x = 7
    return [x, dict(table), len(table)]


@env.task
async def ordered(n: int) -> list[object]:
    known = OrderedDict(a=1)
    known["b"] = await add(n)
    known.move_to_end("a")
    first = known.popitem(last=False)
    found: OrderedDict[int, int] = OrderedDict()
    for x in await numbers(n):
        found[x] = await add(x)
    if found:
        found.move_to_end(0)
    return [list(known.items()), first, list(found.items()), found]


@env.task
async def changed_in_arms(n: int) -> list[object]:
    queue, counter, table = deque([1]), Counter("a"), defaultdict(int)
    if await add(n) > 2:
        queue.append(2)
        counter["a"] += n
        table[n] += 1
    else:
        queue.popleft()
    queue.append(3)
    table[0] += 1
    counter["a"] += 1
    return [queue, counter, table]


@env.task
async def random_numbers(n: int) -> list[object]:
    generator = random.Random(7)
    found = [generator.randint(0, 100)]
    for x in await numbers(n):
        found.append(generator.randint(0, 100) + await add(x))
    generator.shuffle(found)
    return [found, generator.choice([1, 2, 3, 4])]


@env.task
async def bytes_changed(n: int) -> list[object]:
    made = bytearray()
    made.extend(b"x")
    made += bytes([await add(n)])
    return [list(made), bytes(made)]


@env.task
async def numbered(n: int) -> list[object]:
    ids, steps = itertools.count(5), itertools.count(await add(n), 2)
    found = [await add(next(ids)) for _ in await numbers(n)]
    pairs = list(zip(ids, "ab"))
    return [found, pairs, next(ids), next(steps), next(steps), [i for _, i in zip("abc", itertools.count(1))]]


@env.task
async def until_it_works(n: int) -> list[int]:
    for attempt in itertools.count(1):
        try:
            return [attempt, await unsure(n, attempt)]
        except ValueError:
            if attempt > 3:
                raise


@env.task
async def one_iterator_in_two_loops(n: int) -> list[int]:
    ids = itertools.count()
    for i in ids:
        if await add(i) > n:
            break
    for j in ids:
        if j > 7:
            break
    return [i, j, next(ids)]


@env.task
async def in_turn(n: int) -> list[object]:
    workers, tasks = itertools.cycle(["a", "b", "c"]), itertools.cycle([add, children])
    given = []
    for x in await numbers(n):
        given.append((next(workers), await add(x)))
    return [given, next(workers), await next(tasks)(n), await next(tasks)(n), await next(tasks)(n)]


@env.task
async def priorities(n: int) -> list[int]:
    waiting: list[int] = [n]
    for x in await numbers(n):
        heapq.heappush(waiting, await add(-x))
    bisect.insort(waiting, 0)
    return [heapq.heappop(waiting) for _ in range(len(waiting))]


@env.task
async def attributes_set(n: int) -> Point:
    point = Point(await add(n))
    setattr(point, "yx"[:1], n)
    object.__setattr__(point, "x", point.x + point.y)
    return point


def known_rows() -> list[dict[str, Any]]:
    return [{"i": 2, "l": []}, {"i": 5, "l": []}, {"i": 3, "l": []}]


@env.task
async def known_objects_picked_by_functions(n: int) -> list[object]:
    rows = known_rows()
    best = max(rows, key=lambda row: row["i"])
    best["best"] = await add(n)
    best["l"].append(1)
    ranked = sorted(rows, key=lambda row: row["i"])
    ranked[0]["first"] = True
    joined = list(itertools.chain(rows[:1], rows[1:]))
    joined[2]["joined"] = n
    small = functools.reduce(lambda a, b: a if a["i"] < b["i"] else b, rows)
    small["l"].append(await add(n))
    shallow = copy.copy(rows[1])
    shallow["l"].append(9)
    shallow["own"] = True
    return [rows, ranked, shallow]


@env.task
async def known_objects_picked_by_generators(n: int) -> list[object]:
    rows = known_rows()
    for key, group in itertools.groupby(rows, key=lambda row: row["i"] > 2):
        next(group)["key"] = key
    found = next((row for row in rows if row["i"] == 5), None)
    missing = next((row for row in rows if row["i"] == 7), {"i": 0})
    if found is not None:
        found["found"] = await add(n)
    doubled = (2 * i for i in [1, 2, 3, 4])
    first = next(doubled)
    for k in doubled:
        if k == 4:
            break
    return [rows, missing, first, list(doubled), list(doubled)]


def first_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return rows[0]


@env.task
async def items_that_calls_give(n: int) -> list[object]:
    rows: list[dict[str, Any]] = [{"i": 1}, {"i": await add(n)}]
    for key, group in itertools.groupby(rows, key=lambda row: row["i"] > 1):
        list(group)[0]["key"] = key
    for row in sorted(rows, key=lambda row: row["i"]):
        first_of([row])["seen"] = True
        json.loads("{}")["lost"] = 1
    return rows


CASES = [
    *[("priorities", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("attributes_set", {"n": n}) for n in (0, 4)],
    *[
        (name, {"n": n})
        for n in (0, 1, 4)
        for name in ("deques", "counters", "defaults", "default_that_is_read", "changed_in_arms", "in_turn")
    ],
    *[("nested_ones", {"n": n}) for n in (0, 1, 4)],
    *[("grouped", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("numbered", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("rolling", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("worklist", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("ordered", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("random_numbers", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("bytes_changed", {"n": n}) for n in (0, 4)],
    ("until_it_works", {"n": 0}, 1),  # BEHIND
    ("until_it_works", {"n": 2}, 3),  # 2 CATCH, BEHIND
    ("until_it_works", {"n": 9}),
    *[("one_iterator_in_two_loops", {"n": n}, 1) for n in (0, 4)],  # BEHIND
    *[("known_objects_picked_by_functions", {"n": n}) for n in (0, 3)],
    *[("known_objects_picked_by_generators", {"n": n}) for n in (0, 3)],
    *[("items_that_calls_give", {"n": n}) for n in (0, 3)],
]
