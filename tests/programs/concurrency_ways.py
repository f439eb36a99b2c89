"""Everything that runs side by side: gather, tasks, task groups, coroutines kept in containers."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("concurrency")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def double(a: int) -> int:
    return a * 2


@env.task
async def sequential(n: int) -> int:
    a = await add(n)
    b = await add(a)
    return await add(b, b=a)


@env.task
async def gathered(n: int) -> list[int]:
    a, b = await asyncio.gather(add(n), add(n, 2))
    c = await asyncio.gather(*[add(a, i) for i in range(3)])
    d = await asyncio.gather(*(add(x) for x in c), add(b))
    return [a, b, *c, *d]


@env.task
async def gathered_nested(n: int) -> list[object]:
    x, (y, z) = await asyncio.gather(add(n), asyncio.gather(add(n, 2), add(n, 3)))
    return [x, y, z]


async def helper(a: int) -> int:
    b = await add(a)
    return await add(b, 10)


@env.task
async def gathered_helpers(n: int) -> list[int]:
    return await asyncio.gather(*(helper(n + i) for i in range(3)))


@env.task
async def child(n: int) -> int:
    a = await add(n)
    return await add(a, a)


@env.task
async def gathered_orchestrators(n: int) -> list[int]:
    return await asyncio.gather(child(n), child(n + 1), child(7))


@env.task
async def tasks_before_awaits(n: int) -> list[int]:
    first = asyncio.create_task(add(n))
    second = asyncio.create_task(add(n, 5))
    third = await add(n, 7)
    return [await first, await second, third]


@env.task
async def tasks_after_awaits(n: int) -> list[int]:
    a = await add(n)
    job = asyncio.create_task(helper(a))
    b = await add(a)
    c = await job
    return [a, b, c, await job, job.result()]


@env.task
async def grouped(n: int) -> list[int]:
    async with asyncio.TaskGroup() as group:
        jobs = [group.create_task(add(n, i)) for i in range(3)]
        late = group.create_task(helper(n))
    return [job.result() for job in jobs] + [late.result(), await jobs[0]]


@env.task
async def kept_in_containers(n: int) -> dict[str, int]:
    jobs = [add(n, i) for i in range(2)]
    named = {"a": add(n, 10), "b": add(n, 20)}
    pair = (add(n, 30), add(n, 40))
    found = {}
    for i, job in enumerate(jobs):
        found[str(i)] = await job
    for name, job in named.items():
        found[name] = await job
    found["pair"] = sum([await one for one in pair])
    return found


@env.task
async def gathered_dict(n: int) -> dict[str, int]:
    jobs = {f"k{i}": add(n, i) for i in range(3)}
    results = await asyncio.gather(*jobs.values())
    return dict(zip(jobs, results, strict=True))


@env.task
async def sync_and_aio(n: int) -> list[int]:
    a = double(n)
    b = await double.aio(a)
    c, d = await asyncio.gather(double.aio(a), add.aio(b))
    return [a, b, c, d]


@env.task
def sync_orchestrator(n: int) -> int:
    return double(double(n)) + 1


@env.task
async def calls_sync_orchestrator(n: int) -> int:
    return sync_orchestrator(n) + await sync_orchestrator.aio(n + 1)


@env.task
async def forwarded(n: int) -> int:
    a = await add(n)
    return await add.forward(a, 5) + double.forward(3)


@env.task
async def overridden(n: int) -> list[int]:
    big = add.override(resources=flyte.Resources(cpu=2), retries=0)
    a = await big(n)
    b = await add.override(env_vars={"A": "{{x}}"})(a)
    return [a, b, await big(b)]


@env.task
async def diamonds(n: int) -> int:
    total = 0
    for depth in range(3):
        left, right = await asyncio.gather(add(n, depth), add(n, depth + 1))
        total += left * right
    return total


@env.task
async def task_helpers_closing_over(n: int) -> list[int]:
    async def step(i: int) -> int:
        return await add(n, i)

    jobs = []
    for i in range(3):
        jobs.append(asyncio.create_task(step(i)))
    return [await job for job in jobs]


@env.task
async def returned_directly(n: int) -> list[int]:
    return await asyncio.gather(add(n), add(n))


@env.task
async def nothing_gathered(n: int) -> list[int]:
    found = await asyncio.gather(*[add(n, i) for i in range(0)])
    return [*found, await add(n)]


@env.task
async def awaited_in_arguments(n: int) -> int:
    return await add(await add(n), b=await add(n, 2))


CASES = [
    *[
        (name, {"n": 3})
        for name in (
            "sequential", "kept_in_containers", "sync_orchestrator", "forwarded", "overridden", "nothing_gathered",
            "awaited_in_arguments", "gathered", "gathered_nested", "gathered_helpers", "gathered_orchestrators",
            "tasks_before_awaits", "tasks_after_awaits", "grouped", "gathered_dict", "sync_and_aio",
            "task_helpers_closing_over", "returned_directly",
        )
    ],
    # a sum of results that no later call reads takes a pod of glue
    ("calls_sync_orchestrator", {"n": 3}, 1),  # BEHIND
    ("diamonds", {"n": 3}, 1),  # JOIN
    ("add", {"a": 1}),
    ("double", {"a": 4}),
]  # fmt: skip
