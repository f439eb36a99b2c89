"""`durable.sleep` and `asyncio.sleep` in an orchestrator: a wait without a pod, wherever it stands; clocks read once."""

import asyncio
from datetime import timedelta

import tiphys as flyte
from tiphys import durable

env = flyte.TaskEnvironment("sleeping")
SHORT = 0.01


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def pause_for(n: int) -> float:
    return n / 100


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def between_calls(n: int) -> int:
    first = await add(n)
    await durable.sleep(SHORT)
    await flyte.durable.sleep.aio(timedelta(milliseconds=5))
    return await add(first)


@env.task
async def nothing_else() -> str:
    await durable.sleep(SHORT)
    return "awake"


@env.task
async def runtime_length(n: int) -> int:
    await durable.sleep(await pause_for(n))
    return await add(n)


@env.task
async def length_from_an_input(seconds: float) -> int:
    await durable.sleep(seconds * 2)
    return await add(1)


@env.task
async def in_a_loop(n: int) -> int:
    total = 0
    while total < n:
        total = await add(total)
        await asyncio.sleep(SHORT)
    return total


@env.task
async def only_sleeps_in_a_loop(n: int) -> int:
    for _ in range(await add(n)):
        await asyncio.sleep(SHORT)
    return await add(n)


@env.task
async def in_an_arm(n: int) -> int:
    value = await add(n)
    if value > 3:
        await durable.sleep(SHORT)
    else:
        value = await add(value)
    return await add(value)


@env.task
async def rested(x: int) -> int:
    await durable.sleep(SHORT)
    return await add(x)


@env.task
async def in_a_map(n: int) -> list[int]:
    return await asyncio.gather(*[rested(x) for x in await numbers(n)])


@env.task
async def side_by_side(n: int) -> tuple[int, int]:
    one, _, two = await asyncio.gather(add(n), durable.sleep(SHORT), rested(n))
    return one, two


@env.task
async def in_a_try(n: int) -> int:
    try:
        await durable.sleep(SHORT)
        value = await add(n)
        await durable.sleep(await pause_for(value))
    except TypeError:
        value = -1
    return value


@env.task
async def gives_a_result(n: int) -> int:
    return await add(await asyncio.sleep(SHORT, n))


@env.task
async def wrong_length(n: int) -> str:
    value = await add(n)
    try:
        await durable.sleep("long" if value else 0)
    except TypeError as error:
        return str(error)
    return "slept"


@env.task
async def clocks(n: int) -> tuple[bool, bool]:
    before = durable.time()
    began = await durable.now.aio()
    await add(n)
    return durable.time() >= before, durable.now() >= began


@env.task
def in_sync_code(n: int) -> int:
    durable.sleep(SHORT)
    return add_sync(n)


@env.task
def add_sync(n: int) -> int:
    return n + 1


@env.task
async def for_less_than_nothing(n: int) -> int:
    await durable.sleep(-1)
    await asyncio.sleep(-SHORT)
    await durable.sleep(timedelta(seconds=-2))
    await durable.sleep(await add(-n))
    return await add(n)


CASES = [
    ("between_calls", {"n": 1}),
    ("nothing_else", {}),
    ("runtime_length", {"n": 1}),
    ("length_from_an_input", {"seconds": 0.005}, 1),  # INPUT
    ("in_a_loop", {"n": 2}),
    ("only_sleeps_in_a_loop", {"n": 2}),
    ("in_an_arm", {"n": 1}),
    ("in_an_arm", {"n": 5}),
    ("in_a_map", {"n": 3}),
    ("side_by_side", {"n": 2}),
    ("in_a_try", {"n": 2}),
    ("gives_a_result", {"n": 2}),
    ("wrong_length", {"n": 2}, 3),  # RAISE, CATCH, BEHIND
    ("clocks", {"n": 2}),
    ("in_sync_code", {"n": 2}),
    ("for_less_than_nothing", {"n": 3}),
]
