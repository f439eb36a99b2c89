"""Settings of calls that only run time knows: what a pod asks for, and how long it may take."""

import asyncio
from datetime import timedelta

import tiphys as flyte

env = flyte.TaskEnvironment("settings-at-run-time")


@env.task
async def size(n: int) -> int:
    return 200 + n


@env.task
async def sizes(n: int) -> list[int]:
    return [200 + i for i in range(n)]


@env.task
async def work(x: int) -> int:
    return x * 2


@env.task
async def needs(x: int, memory: int) -> int:
    if memory < x:
        raise flyte.errors.OOMError(f"{x} do not fit into {memory}")
    return x


@env.task
async def memory_of_a_result(n: int) -> int:
    memory = await size(n)
    return await work.override(resources=flyte.Resources(memory=f"{memory}Mi"))(n)


@env.task
async def pairs_and_what_is_known(n: int) -> list[int]:
    memory = await size(n)
    first = work.override(
        resources=flyte.Resources(cpu=(0.1, 0.1 + n), memory=(f"{memory}Mi", f"{memory * 2}Mi"), disk="50Mi"), retries=1
    )
    second = work.override(resources=flyte.Resources(0.1, f"{memory}Mi"), short_name="second")
    return [await first(1), await second(2)]


@env.task
async def memory_of_an_input(memory: str) -> int:
    return await work.override(resources=flyte.Resources(memory=memory))(1)


@env.task
async def side_by_side(n: int) -> list[int]:
    return await asyncio.gather(
        *[work.override(resources=flyte.Resources(memory=f"{memory}Mi"))(memory) for memory in await sizes(n)]
    )


@env.task
async def more_until_it_fits(n: int) -> list[int]:
    memory = await size(0)
    while True:
        try:
            found = await needs.override(resources=flyte.Resources(memory=f"{memory}Mi"))(n, memory)
            return [found, memory]
        except flyte.errors.OOMError:
            memory *= 2


@env.task
async def one_after_the_other(n: int) -> list[int]:
    found = []
    for memory in await sizes(n):
        found.append(await work.override(resources=flyte.Resources(memory=f"{memory}Mi", cpu=0.1))(memory))
    return found


@env.task
async def a_size_that_is_none(n: int) -> str:
    memory = await size(n)
    try:
        return str(await work.override(resources=flyte.Resources(memory=f"{memory} monkeys"))(n))
    except ValueError as error:
        return type(error).__mro__[-3].__name__


@env.task
async def seconds_of_a_result(n: int) -> int:
    return await work.override(timeout=await size(n))(n)


@env.task
async def seconds_in_a_loop(n: int) -> list[int]:
    found = []
    for seconds in await sizes(n):
        found.append(await work.override(timeout=timedelta(seconds=seconds))(seconds))
    return found


@env.task
async def one_of_several(n: int) -> int:
    asked = flyte.Resources(cpu=0.1)
    if await size(n) > 300:
        asked = flyte.Resources(memory="300Mi")
    try:
        return await work.override(resources=asked, retries=1)(n)
    except ValueError:
        return await work.override(resources=asked)(0)


@env.task
async def one_of_several_numbers(n: int) -> list[int]:
    found = []
    for each in await sizes(n):
        most = 2000 if each > 200 else 1000
        found.append(await work.override(max_inline_io_bytes=most, cache="disable" if each else "auto")(each))
    return found


# SIZE: what Argo reads before a pod begins is computed by an earlier one, which there may not be
CASES = [
    ("memory_of_a_result", {"n": 1}),
    ("pairs_and_what_is_known", {"n": 1}),
    ("memory_of_an_input", {"memory": "200Mi"}, 1),  # SIZE
    *[("side_by_side", {"n": n}, n) for n in (0, 1, 3)],  # SIZE of each item
    *[("more_until_it_fits", {"n": n}, glue) for n, glue in ((1, 1), (300, 3), (1000, 7))],  # SIZE, CATCH of each try
    *[("one_after_the_other", {"n": n}, n) for n in (0, 1, 3)],  # SIZE of each round
    ("a_size_that_is_none", {"n": 1}, 2),  # SIZE, CATCH
    ("seconds_of_a_result", {"n": 1}),
    *[("one_of_several_numbers", {"n": n}, 0) for n in (0, 2)],
    *[("one_of_several", {"n": n}, 1) for n in (1, 200)],  # which of them, for the frame of the try
    *[("seconds_in_a_loop", {"n": n}) for n in (0, 1, 3)],
]
