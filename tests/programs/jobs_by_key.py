"""Coroutines and tasks in dicts whose keys only run time knows."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("jobs-by-key")


@env.task
async def add(a: int, b: int = 1) -> int:
    if a == 13:
        raise ValueError("thirteen")
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def names(n: int) -> list[str]:
    return [f"k{i % 4}" for i in range(n)]


@env.task
async def dict_of_tasks(n: int) -> dict[str, int]:
    jobs = {f"k{x}": asyncio.create_task(add(x)) for x in await numbers(n)}
    return {k: await job for k, job in jobs.items()}


@env.task
async def dict_of_coroutines(n: int) -> dict[str, int]:
    jobs = {f"k{x}": add(x) for x in await numbers(n)}
    return dict(zip(jobs, await asyncio.gather(*jobs.values())))


@env.task
async def dict_keys(n: int) -> dict[str, int]:
    jobs = {f"k{x}": add(x) for x in await numbers(n)}
    return dict(zip(jobs.keys(), await asyncio.gather(*jobs.values())))


@env.task
async def set_in_a_loop(n: int) -> dict[str, int]:
    jobs = {}
    for x in await numbers(n):
        jobs[f"k{x}"] = asyncio.create_task(add(x))
    out = {}
    for k, job in jobs.items():
        out[k] = await job
    return out


@env.task
async def dict_of_zip(n: int) -> dict:
    xs = await numbers(n)
    jobs = dict(zip(map(str, xs), [asyncio.create_task(add(x)) for x in xs]))
    return {k: await j for k, j in jobs.items()}


@env.task
async def awaited_by_key(n: int) -> list:
    xs = await numbers(n)
    jobs = {x: asyncio.create_task(add(x)) for x in xs}
    out = []
    for x in xs:
        out.append(await jobs[x])
    return out


@env.task
async def gathered_by_key(n: int) -> list:
    xs = await numbers(n)
    jobs = {x: add(x) for x in xs}
    return await asyncio.gather(*(jobs[x] for x in jobs))


@env.task
async def asked_first(n: int) -> list:
    xs = await numbers(n)
    jobs = {x: asyncio.create_task(add(x)) for x in xs if x > 1}
    if not jobs:
        return ["none"]
    if 2 in jobs:
        return [await jobs[2], len(jobs), list(await asyncio.gather(*jobs.values()))]
    return [len(jobs)]


@env.task
async def errors_of_some(n: int) -> dict:
    jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
    out = {}
    for k, job in jobs.items():
        try:
            out[str(k)] = await job
        except ValueError as e:
            out[str(k)] = repr(e)
    return out


@env.task
async def exceptions_as_values(n: int) -> dict:
    jobs = {x: add(x) for x in await numbers(n)}
    got = await asyncio.gather(*jobs.values(), return_exceptions=True)
    return {str(k): (repr(v) if isinstance(v, Exception) else v) for k, v in zip(jobs, got)}


@env.task
async def dict_of_gather(n: int) -> dict:
    jobs = {x: asyncio.gather(add(x), add(x, 2)) for x in await numbers(n)}
    return {str(x): sum(await job) for x, job in jobs.items()}


@env.task
async def duplicates(n: int) -> dict:
    ks = await names(n)
    jobs = {k: asyncio.create_task(add(i)) for i, k in enumerate(ks)}
    return {k: await j for k, j in jobs.items()}


@env.task
async def filtered_by_key(n: int) -> list:
    jobs = {k: asyncio.create_task(add(i)) for i, k in enumerate(await names(n))}
    return [await j for k, j in jobs.items() if k != "k1"]


@env.task
async def no_such_key(n: int) -> str:
    jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
    try:
        return str(await jobs[3])
    except KeyError as e:
        return f"no {e}"


@env.task
async def get_of_a_key(n: int) -> list:
    jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
    out = []
    for k in [0, 5, 2]:
        job = jobs.get(k)
        out.append(None if job is None else await job)
    return out


@env.task
async def keys_of_two(n: int) -> dict:
    xs = await numbers(n)
    jobs = {(x, y): asyncio.create_task(add(x, y)) for x in xs for y in xs if x != y}
    return {f"{x}-{y}": await j for (x, y), j in jobs.items()}


@env.task
async def sorted_keys(n: int) -> list:
    jobs = {k: add(i) for i, k in enumerate(await names(n))}
    order = sorted(jobs, reverse=True)
    return list(zip(order, await asyncio.gather(*[jobs[k] for k in order])))


@env.task
async def given_to_a_helper(n: int) -> dict:
    async def all_of(jobs):
        return {k: await j for k, j in jobs.items()}

    return {str(k): v for k, v in (await all_of({x: asyncio.create_task(add(x)) for x in await numbers(n)})).items()}


@env.task
async def task_group_dict(n: int) -> dict[str, int]:
    async with asyncio.TaskGroup() as tg:
        jobs = {f"k{x}": tg.create_task(add(x)) for x in await numbers(n)}
    return {k: t.result() for k, t in jobs.items()}


@env.task
async def group_dict_fails(n: int) -> list:
    try:
        async with asyncio.TaskGroup() as tg:
            jobs = {x: tg.create_task(add(x)) for x in await numbers(n)}
    except* ValueError as group:
        msg = [str(e) for e in group.exceptions]
    else:
        msg = [t.result() for t in jobs.values()]
    return msg


@env.task
async def group_loop(n: int) -> list:
    jobs = {}
    async with asyncio.TaskGroup() as tg:
        for x in await numbers(n):
            jobs[x] = tg.create_task(add(x))
    return [[k, t.result()] for k, t in jobs.items()]


@env.task
async def first_error(n: int) -> list:
    jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
    done, bad = [], []
    for k, j in jobs.items():
        try:
            done.append(await j)
        except ValueError:
            bad.append(k)
    return [done, bad]


@env.task
async def chosen_dicts(n: int) -> dict:
    xs = await numbers(n)
    if n > 2:
        jobs = {x: add(x) for x in xs}
    else:
        jobs = {x: add(x, 7) for x in xs}
    return {str(k): v for k, v in zip(jobs, await asyncio.gather(*jobs.values()))}


@env.task
async def keys_as_data(n: int) -> list:
    jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
    ks = [k * 2 for k in jobs]
    vs = [await j for j in jobs.values()]
    return [ks, vs, len(jobs), 2 in jobs, bool(jobs), max(jobs, default=-1)]


CASES = [
    *[("dict_of_tasks", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("dict_of_coroutines", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("dict_keys", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("set_in_a_loop", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("dict_of_zip", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("awaited_by_key", {"n": n}) for n in (0,)],
    *[("awaited_by_key", {"n": n}, 1) for n in (1,)],  # ROUND
    *[("awaited_by_key", {"n": n}, 5) for n in (5,)],  # ROUND
    *[("gathered_by_key", {"n": n}) for n in (0, 1, 5)],
    *[("asked_first", {"n": n}) for n in (0, 1)],
    *[("asked_first", {"n": n}, 5) for n in (5,)],  # 3 ROUND, of the questions and the arm, BEHIND
    *[("errors_of_some", {"n": n}, 1) for n in (15,)],  # BEHIND
    *[("exceptions_as_values", {"n": n}, 1) for n in (15,)],  # BEHIND
    *[("dict_of_gather", {"n": n}, 1) for n in (0,)],  # BEHIND
    *[("dict_of_gather", {"n": n}, 2) for n in (1,)],  # 1 JOIN, BEHIND
    *[("dict_of_gather", {"n": n}, 6) for n in (5,)],  # 5 JOIN, BEHIND
    *[("duplicates", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("filtered_by_key", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("no_such_key", {"n": n}, 4) for n in (0, 1)],  # in the `try`, CATCH, BEHIND
    *[("no_such_key", {"n": n}, 2) for n in (5,)],  # in the `try`, BEHIND
    *[("get_of_a_key", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("keys_of_two", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("sorted_keys", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("given_to_a_helper", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("task_group_dict", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("group_dict_fails", {"n": n}, 2) for n in (0, 3)],  # RAISE, BEHIND
    *[("group_dict_fails", {"n": n}, 3) for n in (15,)],  # RAISE, BEHIND
    *[("group_loop", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("first_error", {"n": n}, 1) for n in (15, 2)],  # BEHIND
    *[("chosen_dicts", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
    *[("keys_as_data", {"n": n}, 1) for n in (0, 1, 5)],  # BEHIND
]
