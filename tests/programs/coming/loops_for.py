"""`for` over what a task gave: one item after the other, values that rounds carry, `break`, `continue`, `else`."""

from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("loops-for")


@dataclass
class Trial:
    rate: float
    depth: int


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def names(n: int) -> list[str]:
    return ["ann", "bob", "cid", "dan"][:n]


@env.task
async def table(n: int) -> dict[str, int]:
    return {name: i * 10 for i, name in enumerate(["a", "b", "c", "d"][:n])}


@env.task
async def greet(name: str) -> str:
    return f"hello {name}"


@env.task
async def skips_some(n: int) -> list[int]:
    kept = []
    for item in await numbers(n):
        if item % 2:
            continue
        value = await add(item)
        if value == 3:
            continue
        kept.append(value)
    return kept


@env.task
async def found_or_else(n: int) -> str:
    for item in await numbers(n):
        if await add(item) == 3:
            verdict = f"found at {item}"
            break
    else:
        verdict = "not found"
    return verdict


@env.task
async def tasks_in_else(n: int) -> list[object]:
    for name in await names(n):
        if name.startswith("c"):
            result = await greet(name)
            break
    else:
        result = await greet("nobody")
    return [result]


@env.task
async def over_values_and_keys(n: int) -> int:
    found = await table(n)
    total = 0
    for value in found.values():
        total = await add(total, value)
    for key in sorted(found.keys(), reverse=True):
        total = await add(total, len(key))
    return total


@env.task
async def over_a_range(n: int) -> list[int]:
    count = await add(n, 0)
    found = []
    for i in range(count):
        found.append(await add(i, i))
    for i in range(10, count, -4):
        found.append(await add(i, 0))
    return found


@env.task
async def over_reversed_and_sorted(n: int) -> list[int]:
    found = []
    values = await numbers(n)
    for item in reversed(values):
        found.append(await add(item))
    for item in sorted(values, key=lambda x: (x % 2, x)):
        found.append(await add(item, 100))
    return found


@env.task
async def over_a_generator_expression(n: int) -> list[int]:
    found = []
    for square in (x * x for x in await numbers(n) if x != 1):
        found.append(await add(square, 0))
    return found


@env.task
async def variable_after_the_loop(n: int) -> list[int]:
    item = -1
    value = -2
    for item in await numbers(n):
        value = await add(item, 10)
    return [item, value]


@env.task
async def item_unbound_after_no_rounds(n: int) -> int:
    for item in await numbers(n):
        value = await add(item, 10)
    return value


@env.task
async def no_tasks_in_the_body(n: int) -> int:
    total = 0
    for item in await numbers(n):
        if item == 3:
            break
        total += item * 2
    else:
        total = -total
    return await add(total)


@env.task
async def known_list_runtime_break(n: int) -> list[object]:
    found: list[object] = []
    for rate in (0.1, 0.01, 0.001, 0.0001, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
        value = await add(n, len(found))
        found.append(value)
        if value > 4:
            found.append(rate)
            break
    else:
        found.append("never")
    return found


@env.task
async def target_is_an_attribute(n: int) -> list[object]:
    latest = Trial(0.0, 0)
    slots = [0, 0]
    for latest.depth in await numbers(n):
        slots[1] = await add(latest.depth, slots[0])
        slots[0] = slots[1]
    return [latest, slots]


@env.task
async def loop_changes_its_own_name(n: int) -> list[int]:
    values = await numbers(n)
    for values in [values[:2], values[1:]]:
        values = [x + 1 for x in values]
    total = 0
    for total in values:
        total = await add(total, total)
    return [total, *values]


@env.task
async def two_loops(n: int) -> list[int]:
    firsts = []
    for item in await numbers(n):
        firsts.append(await add(item))
    seconds = []
    for item in firsts:
        seconds.append(await add(item, 100))
    return firsts + seconds


@env.task
async def accumulators_of_every_kind(n: int) -> list[object]:
    listed, keyed, united, text, count = [], {}, set(), "", 0
    for item in await numbers(n):
        value = await add(item, item)
        listed.extend([value, -value])
        keyed[f"k{item}"] = value
        united.add(value % 4)
        text += str(value)
        count += 1
    return [listed, keyed, sorted(united), text, count]


CASES = [
    *[("skips_some", {"n": n}) for n in (0, 1, 4)],
    *[("found_or_else", {"n": n}) for n in (0, 1, 4)],
    *[("tasks_in_else", {"n": n}) for n in (0, 1, 4)],
    *[("over_values_and_keys", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_range", {"n": n}) for n in (0, 1, 4)],
    *[("over_reversed_and_sorted", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_generator_expression", {"n": n}) for n in (0, 1, 4)],
    *[("variable_after_the_loop", {"n": n}) for n in (0, 1, 4)],
    *[("item_unbound_after_no_rounds", {"n": n}) for n in (0, 1, 4)],
    *[("no_tasks_in_the_body", {"n": n}) for n in (0, 1, 4)],
    *[("known_list_runtime_break", {"n": n}) for n in (0, 1, 4)],
    *[("target_is_an_attribute", {"n": n}) for n in (0, 1, 4)],
    *[("loop_changes_its_own_name", {"n": n}) for n in (0, 1, 4)],
    *[("two_loops", {"n": n}) for n in (0, 1, 4)],
    *[("accumulators_of_every_kind", {"n": n}) for n in (0, 1, 4)],
]
