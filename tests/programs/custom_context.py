"""`custom_context`: texts that reach every task called inside, read with `ctx()`."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("custom-context")


@env.task
async def seen(x: int = 0) -> dict[str, str]:
    return dict(flyte.ctx().custom_context)


@env.task
async def name_of(x: int) -> str:
    return f"n{x}"


@env.task
async def fails(x: int) -> int:
    raise ValueError(flyte.ctx().custom_context.get("who", "nobody"))


@env.task
async def known(n: int) -> list[dict[str, str]]:
    before = await seen()
    with flyte.custom_context(project="p", who="me"):
        first = await seen(n)
        with flyte.custom_context(who="you"):
            second = await seen(n)
        third = await seen(n)
    return [before, first, second, third, await seen()]


@env.task
async def of_run_time(n: int) -> dict[str, str]:
    with flyte.custom_context(who=await name_of(n), fixed="f"):
        return await seen()


@env.task
async def of_an_input(who: str) -> dict[str, str]:
    with flyte.custom_context(who=who + "!"):
        return await seen()


@env.task
async def inner(n: int) -> list[dict[str, str]]:
    with flyte.custom_context(depth=str(n)):
        return [await seen(n), dict(flyte.ctx().custom_context)]


@env.task
async def through_orchestrators(n: int) -> list[list[dict[str, str]]]:
    found = [await inner(n)]
    with flyte.custom_context(who="me"):
        found.append(await inner(n))
    with flyte.custom_context(who=await name_of(n)):
        found.append(await inner(n))
    return found


@env.task
async def in_maps_and_loops(n: int) -> list[dict[str, str]]:
    with flyte.custom_context(who="me"):
        found = await asyncio.gather(*[seen(i) for i in range(n)])
        for i in range(n):
            with flyte.custom_context(round=await name_of(i)):
                found.append(await seen(i))
    return found


@env.task
async def in_a_branch(n: int) -> dict[str, str]:
    got = await name_of(n)
    if got == "n1":
        with flyte.custom_context(branch="one"):
            return await seen()
    return await seen()


@env.task
async def when_it_fails(n: int) -> str:
    try:
        with flyte.custom_context(who="me"):
            await fails(n)
    except ValueError as error:
        return f"{error} {sorted(await seen())}"
    return "none"


@env.task
async def begun_inside_awaited_outside(n: int) -> list[dict[str, str]]:
    with flyte.custom_context(who="me"):
        job = asyncio.create_task(seen(n))
    later = seen(n)
    with flyte.custom_context(who="you"):
        return [await job, await later]


CASES = [
    ("known", {"n": 1}),
    ("of_run_time", {"n": 1}),
    ("of_an_input", {"who": "a"}),
    ("through_orchestrators", {"n": 1}),
    *[("in_maps_and_loops", {"n": n}) for n in (0, 1, 3)],
    *[("in_a_branch", {"n": n}) for n in (0, 1)],
    ("when_it_fails", {"n": 1}, 1),  # CATCH
    ("begun_inside_awaited_outside", {"n": 1}),
]
