"""Coroutines and tasks as many as run time says, kept in lists: with other values, taken by number, zipped, chosen."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

import tiphys as flyte

env = flyte.TaskEnvironment("jobs-kept")


@env.task
async def add(a: int, b: int = 1) -> int:
    if a == 13:
        raise ValueError("thirteen")
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@dataclass
class Job:
    name: str
    task: object
    weight: int = 2


class Pair(NamedTuple):
    key: str
    job: object


@env.task
async def tuples_in_comprehension(n: int) -> list:
    jobs = [(x, asyncio.create_task(add(x))) for x in await numbers(n)]
    out = {}
    for x, job in jobs:
        out[str(x)] = await job
    return [out]


@env.task
async def tuples_of_coroutines(n: int) -> list:
    jobs = [(x, add(x)) for x in await numbers(n)]
    values = await asyncio.gather(*[job for _, job in jobs])
    return [[x for x, _ in jobs], values]


@env.task
async def tuples_appended(n: int) -> list:
    jobs = []
    for x in await numbers(n):
        jobs.append((x * 10, asyncio.create_task(add(x))))
    return [[x, await job] for x, job in jobs]


@env.task
async def objects(n: int) -> dict:
    jobs = [Job(name=str(x), task=asyncio.create_task(add(x))) for x in await numbers(n)]
    out = {}
    for job in jobs:
        out[job.name] = (await job.task) * job.weight
    return out


@env.task
async def named_tuples(n: int) -> dict:
    jobs = [Pair(str(x), asyncio.create_task(add(x))) for x in await numbers(n)]
    return {p.key: await p.job for p in jobs}


@env.task
async def known_pairs(n: int) -> dict:
    xs = await numbers(n)
    jobs = [(x, add(x)) for x in xs]
    return {str(x): await job for x, job in jobs}


@env.task
async def unpack_pair(n: int) -> list:
    jobs = [(add(x), add(x, 2)) for x in await numbers(n)]
    out = []
    for a, b in jobs:
        p, q = await asyncio.gather(a, b)
        out.append(p * q)
    return out


@env.task
async def zipped(n: int) -> dict[str, int]:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    out = {}
    for x, job in zip(xs, jobs):
        out[f"k{x}"] = await job
    return out


@env.task
async def zipped_in_a_comprehension(n: int) -> dict[str, int]:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    return {f"k{x}": await job for x, job in zip(xs, jobs)}


@env.task
async def zip_two(n: int) -> list:
    xs = await numbers(n)
    a = [asyncio.create_task(add(x)) for x in xs]
    b = [asyncio.create_task(add(x, 10)) for x in xs]
    out = []
    for one, two in zip(a, b):
        out.append((await one) + (await two))
    return out


@env.task
async def zip_strict(n: int) -> list:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    out = []
    for x, j in zip(xs[1:], jobs, strict=True):
        out.append((x, await j))
    return out


@env.task
async def enumerated(n: int) -> dict[str, int]:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    out = {}
    for i, job in enumerate(jobs):
        out[f"k{xs[i]}"] = await job
    return out


@env.task
async def by_number(n: int) -> list:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    return [len(jobs), await jobs[0], await jobs[-1]]


@env.task
async def out_of_range(n: int) -> str:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    try:
        return str(await jobs[3])
    except IndexError as e:
        return f"no {e}"


@env.task
async def sliced(n: int) -> list:
    xs = await numbers(n)
    jobs = [add(x) for x in xs]
    a = await asyncio.gather(*jobs[:2])
    b = await asyncio.gather(*jobs[2:])
    return [a, b]


@env.task
async def chunks(n: int) -> list:
    jobs = [add(x) for x in await numbers(n)]
    out = []
    for start in range(0, len(jobs), 2):
        out.append(await asyncio.gather(*jobs[start : start + 2]))
    return out


@env.task
async def reversed_jobs(n: int) -> list:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    return [await j for j in reversed(jobs)]


@env.task
async def none_of_them(n: int) -> str:
    jobs = [add(x) for x in await numbers(n)]
    if not jobs:
        return "none"
    return str(await asyncio.gather(*jobs))


@env.task
async def filtered_and_gathered(n: int) -> list:
    jobs = [(x, asyncio.create_task(add(x))) for x in await numbers(n)]
    return await asyncio.gather(*[j for x, j in jobs if x % 2])


@env.task
async def gathered_in_every_round(n: int) -> list:
    xs = await numbers(n)
    jobs = [asyncio.create_task(add(x)) for x in xs]
    out = []
    for y in await numbers(2):
        out.append([y, *await asyncio.gather(*jobs)])
    return out


@env.task
async def results_after_gather(n: int) -> list:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    await asyncio.gather(*jobs)
    return [j.result() for j in jobs]


@env.task
async def results_in_a_loop(n: int) -> list:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    await asyncio.gather(*jobs)
    out = []
    for j in jobs:
        out.append(j.result() * 2)
    return out


@env.task
async def summed(n: int) -> int:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    s = 0
    for j in jobs:
        s += await j
    return s


@env.task
async def summed_at_once(n: int) -> int:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    return sum([await j for j in jobs])


@env.task
async def left_early(n: int) -> int:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    for j in jobs:
        if (await j) > 2:
            return await j
    return -1


@env.task
async def group_of_tuples(n: int) -> list:
    async with asyncio.TaskGroup() as tg:
        jobs = [(x * 2, tg.create_task(add(x))) for x in await numbers(n)]
    return [(x, t.result()) for x, t in jobs]


@env.task
async def group_two(n: int) -> list:
    async with asyncio.TaskGroup() as tg:
        jobs = [(tg.create_task(add(x)), tg.create_task(add(x, 5)), x) for x in await numbers(n)]
    return [(x, a.result(), b.result()) for a, b, x in jobs]


@env.task
async def grid(n: int) -> list:
    xs = await numbers(n)
    rows = [[add(x, y) for y in (1, 2)] for x in xs]
    return [await asyncio.gather(*row) for row in rows]


@env.task
async def grid_side_by_side(n: int) -> list:
    xs = await numbers(n)
    rows = [[add(x, y) for y in xs] for x in xs]
    return await asyncio.gather(*[asyncio.gather(*row) for row in rows])


@env.task
async def chosen_lists(n: int) -> list:
    xs = await numbers(n)
    if n > 2:
        jobs = [add(x) for x in xs]
    else:
        jobs = [add(x, 7) for x in xs]
    return await asyncio.gather(*jobs)


@env.task
async def chosen_tasks(n: int) -> list:
    xs = await numbers(n)
    if n > 2:
        jobs = [asyncio.create_task(add(x)) for x in xs]
    else:
        jobs = [asyncio.create_task(add(x, 7)) for x in xs]
    return [await j for j in jobs]


@env.task
async def in_a_set(n: int) -> int:
    jobs = {asyncio.create_task(add(x)) for x in await numbers(n)}
    return sum(await asyncio.gather(*jobs))


@env.task
async def first_error_of_list(n: int) -> list:
    jobs = [asyncio.create_task(add(x)) for x in await numbers(n)]
    done: list[object] = []
    try:
        for job in jobs:
            done.append(await job)
    except ValueError as error:
        done.append(str(error))
    return done


CASES = [
    *[("tuples_in_comprehension", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("tuples_of_coroutines", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("tuples_appended", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("objects", {"n": n}) for n in (0,)],
    *[("objects", {"n": n}, 1) for n in (1,)],  # ROUND
    *[("objects", {"n": n}, 5) for n in (5,)],  # ROUND
    *[("named_tuples", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("known_pairs", {"n": n}) for n in (0, 1, 5)],
    *[("unpack_pair", {"n": n}) for n in (0,)],
    *[("unpack_pair", {"n": n}, 1) for n in (1,)],  # 1 JOIN
    *[("unpack_pair", {"n": n}, 5) for n in (5,)],  # 5 JOIN
    *[("zipped", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("zipped_in_a_comprehension", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("zip_two", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    ("zip_strict", {"n": 0}, 1),  # BEHIND
    *[("zip_strict", {"n": n}) for n in (1, 3)],
    *[("enumerated", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("by_number", {"n": n}, 1) for n in (3, 5)],  # BEHIND
    *[("out_of_range", {"n": n}, 4) for n in (0, 1)],  # in the `try`, CATCH, BEHIND
    ("out_of_range", {"n": 5}, 2),  # in the `try`, CATCH
    *[("sliced", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("chunks", {"n": n}) for n in (0,)],
    *[("chunks", {"n": n}, 2) for n in (1,)],  # 2 in each round: COPY, JOIN
    *[("chunks", {"n": n}, 6) for n in (5,)],  # 2 in each round: COPY, JOIN
    *[("reversed_jobs", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("none_of_them", {"n": n}) for n in (0,)],
    *[("none_of_them", {"n": n}, 1) for n in (1, 5)],  # BEHIND
    *[("filtered_and_gathered", {"n": n}) for n in (0, 1)],
    *[("filtered_and_gathered", {"n": n}, 2) for n in (5,)],  # BEHIND
    *[("gathered_in_every_round", {"n": n}, 2) for n in (0, 1, 5)],  # 2 JOIN, of the rounds
    *[("results_after_gather", {"n": n}) for n in (0, 1, 5)],
    *[("results_in_a_loop", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("summed", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("summed_at_once", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("left_early", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("group_of_tuples", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("group_two", {"n": n}, 2) for n in (0,)],  # 0 JOIN, RAISE, BEHIND
    *[("group_two", {"n": n}, 3) for n in (1,)],  # 1 JOIN, RAISE, BEHIND
    *[("group_two", {"n": n}, 7) for n in (5,)],  # 5 JOIN, RAISE, BEHIND
    *[("grid", {"n": n}) for n in (0,)],
    *[("grid", {"n": n}, 1) for n in (1,)],  # 1 JOIN
    *[("grid", {"n": n}, 5) for n in (5,)],  # 5 JOIN
    *[("grid_side_by_side", {"n": n}) for n in (0,)],
    *[("grid_side_by_side", {"n": n}, 2) for n in (1,)],  # COPY and JOIN in each item
    *[("grid_side_by_side", {"n": n}, 10) for n in (5,)],  # COPY and JOIN in each item
    *[("chosen_lists", {"n": n}) for n in (0, 1, 5)],
    *[("chosen_tasks", {"n": n}) for n in (0, 1, 5)],
    *[("in_a_set", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("first_error_of_list", {"n": n}, 4) for n in (15,)],  # in the `try`, CATCH, BEHIND
    *[("first_error_of_list", {"n": n}, 3) for n in (2,)],  # in the `try`, CATCH, BEHIND
]
