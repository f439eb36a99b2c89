"""Conditions: people's answers as values, wherever the wait stands; nobody's answer as an exception."""

import asyncio
from datetime import timedelta

import tiphys as flyte

env = flyte.TaskEnvironment("conditions")
ODD = 'a {{workflow.name}} {{=1+1}} "q" $(HOME) é'


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def greet(name: str) -> str:
    return f"Hello, {name}"


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def yes_or_no(n: int) -> int:
    value = await add(n)
    go_on = await flyte.new_condition.aio("go-on", prompt="Go on?")
    if await go_on.wait.aio():
        value = await add(value, 10)
    return value


@env.task
async def all_kinds(n: int) -> list[object]:
    count = await flyte.new_condition("count", data_type=int).wait()
    share = await flyte.new_condition("share", data_type=float).wait()
    name = await flyte.new_condition("name", data_type=str).wait()
    return [await add(n, count), share, await greet(name)]


@env.task
async def answer_is_the_result() -> str:
    return await flyte.new_condition("name", data_type=str).wait()


@env.task
async def runtime_prompt(n: int) -> int:
    value = await add(n)
    count = flyte.new_condition("count", f"how many on top of {value}?", data_type=int)
    return await add(value, await count.wait())


@env.task
async def until_it_is_enough(n: int) -> int:
    total = n
    enough = False
    while not enough:
        total = await add(total)
        enough = await flyte.new_condition("enough").wait()
    return total


@env.task
async def as_many_rounds(n: int) -> int:
    for i in range(await flyte.new_condition("rounds", data_type=int).wait()):
        n = await add(n, i)
    return n


async def approved(x: int) -> int:
    allowed = await flyte.new_condition("allowed", timeout=60).wait()
    return await add(x, 100) if allowed else x


@env.task
async def in_a_map(n: int) -> list[int]:
    return await asyncio.gather(*[approved(x) for x in await numbers(n)])


@env.task
async def items_are_answers(n: int) -> list[str]:
    async def ask(_: int) -> str:
        return await flyte.new_condition("name", data_type=str).wait()

    return await asyncio.gather(*[ask(x) for x in await numbers(n)])


@env.task
async def side_by_side(n: int) -> tuple[int, bool]:
    waits = asyncio.create_task(flyte.new_condition("go-on").wait())
    value = await add(n)
    return value, await waits


@env.task
async def nobody_answers(n: int) -> str:
    value = await add(n)
    try:
        await flyte.new_condition("never", timeout=timedelta(seconds=2)).wait()
    except flyte.errors.ConditionTimedoutError as error:
        return f"{value}: {error}"
    return "answered"


@env.task
async def nobody_answers_and_a_task_goes_on(n: int) -> int:
    try:
        count = await flyte.new_condition("never", data_type=int, timeout=2).wait()
        await add(count)
    except TimeoutError:
        count = 7
    return await add(n, count)


@env.task
async def nobody_answers_uncaught(n: int) -> int:
    value = await add(n)
    await flyte.new_condition("never", timeout=2).wait()
    return value


@env.task
async def in_time(n: int) -> int:
    try:
        count = await asyncio.wait_for(flyte.new_condition("count", data_type=int).wait(), 60)
    except TimeoutError:
        return -1
    return await add(n, count)


@env.task
async def chosen(n: int) -> int:
    if await add(n) > 3:
        return await flyte.new_condition("count", data_type=int).wait()
    return await add(n)


OK = flyte.new_condition("ok")


async def asked(condition):
    return await condition.wait()


@env.task
async def of_the_module(n: int) -> int:
    if await asked(OK):
        n = await add(n, 5)
    return await add(n)


@env.task
async def asking(condition: object, n: int) -> int:
    allowed = await condition.wait()
    return await add(n, allowed)


@env.task
async def as_an_argument(n: int) -> int:
    return await asking(OK, n) + await asking(flyte.new_condition("count", data_type=int), n)


@env.task
async def one_of_two_conditions(n: int) -> int:
    value = await add(n)
    if value > 2:
        condition = flyte.new_condition("count", f"{value} is much; how many?", data_type=int)
    else:
        condition = flyte.new_condition("few", f"{value} is little; how many?", data_type=int)
    return await add(value, await condition.wait())


@env.task
async def in_a_group(n: int) -> int:
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(OK.wait())
        value = group.create_task(add(n))
    return await add(value.result(), answer.result())


@env.task
async def in_finally(n: int) -> int:
    try:
        n = await add(n)
    finally:
        go_on = await OK.wait()
    return await add(n, go_on)


@env.task
def in_sync_code(n: int) -> int:
    return add_sync(n, flyte.new_condition("count", data_type=int).wait())


@env.task
def add_sync(a: int, b: int) -> int:
    return a + b


ANSWERS = {
    "yes_or_no": {"go-on": True},
    "all_kinds": {"count": 3, "share": 0.5, "name": ODD},
    "answer_is_the_result": {"name": ODD},
    "runtime_prompt": {"count": 3},
    "until_it_is_enough": {"enough": [False, False, True]},
    "as_many_rounds": {"rounds": 3},
    "in_a_map": {"allowed": True},
    "items_are_answers": {"name": ODD},
    "side_by_side": {"go-on": False},
    "nobody_answers": {"never": None},
    "nobody_answers_and_a_task_goes_on": {"never": None},
    "nobody_answers_uncaught": {"never": None},
    "in_time": {"count": 4},
    "chosen": {"count": 9},
    "of_the_module": {"ok": True},
    "as_an_argument": {"ok": True, "count": 3},
    "one_of_two_conditions": {"count": 3, "few": 1},
    "in_a_group": {"ok": True},
    "in_finally": {"ok": False},
    "in_sync_code": {"count": 5},
}
"""What people say."""
CASES = [
    ("yes_or_no", {"n": 1}, 1),  # ANSWER
    ("all_kinds", {"n": 1}),
    ("answer_is_the_result", {}, 1),  # ANSWER
    ("runtime_prompt", {"n": 1}),
    ("until_it_is_enough", {"n": 1}, 3),  # 3 ANSWER
    ("as_many_rounds", {"n": 1}, 2),  # ANSWER, BEHIND
    ("in_a_map", {"n": 3}, 3),  # 3 ANSWER
    ("items_are_answers", {"n": 2}, 2),  # 2 ANSWER
    ("side_by_side", {"n": 2}, 1),  # ANSWER
    ("nobody_answers", {"n": 1}, 3),  # RAISE, CATCH, BEHIND
    ("nobody_answers_and_a_task_goes_on", {"n": 1}, 2),  # ANSWER, CATCH
    ("nobody_answers_uncaught", {"n": 1}),
    ("in_time", {"n": 1}, 1),  # ANSWER
    ("chosen", {"n": 1}, 1),  # ANSWER
    ("chosen", {"n": 5}, 1),  # ANSWER
    ("of_the_module", {"n": 1}, 1),  # ANSWER
    ("as_an_argument", {"n": 1}, 1),  # BEHIND
    ("one_of_two_conditions", {"n": 1}),
    ("one_of_two_conditions", {"n": 5}),
    ("in_a_group", {"n": 1}),
    ("in_finally", {"n": 1}),
    ("in_sync_code", {"n": 1}),
]
