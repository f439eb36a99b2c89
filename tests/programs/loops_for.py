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
async def variable_after_the_loop(n: int) -> list[int]:
    item = -1
    value = -2
    for item in await numbers(n):
        value = await add(item, 10)
    return [item, value]


@env.task
async def target_is_an_attribute(n: int) -> list[object]:
    latest = Trial(0.0, 0)
    slots = [0, 0]
    for latest.depth in await numbers(n):
        slots[1] = await add(latest.depth, slots[0])
        slots[0] = slots[1]
    return [latest, slots]


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
async def names(n: int) -> list[str]:
    return ["ann", "bob", "cid", "dan"][:n]


@env.task
async def trials(n: int) -> list[Trial]:
    return [Trial(10.0**-i, i + 1) for i in range(n)]


@env.task
async def evaluate(trial: Trial) -> float:
    return round(1 - abs(0.01 - trial.rate), 4) * trial.depth


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
async def loop_changes_its_own_name(n: int) -> list[int]:
    values = await numbers(n)
    for values in [values[:2], values[1:]]:
        values = [x + 1 for x in values]
    total = 0
    for total in values:
        total = await add(total, total)
    return [total, *values]


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


@env.task
async def step(state, item):
    return {"seen": state["seen"] + [item], "sum": state["sum"] + item}


@env.task
async def carried_value(n: int) -> int:
    total = 0
    for item in await numbers(n):
        total = await add(total, item)
    return total


@env.task
async def collected(n: int) -> list[str]:
    found = []
    for name in await names(n):
        found.append(await greet(name))
    return found


@env.task
async def several_carried(n: int) -> list[int]:
    low, high, last = 100, -100, 0
    for item in await numbers(n):
        value = await add(item, 3)
        low = min(low, value)
        high = max(high, value)
        last = value
    return [low, high, last]


@env.task
async def carried_dict(n: int) -> dict[str, object]:
    state: dict[str, object] = {"seen": [], "sum": 0}
    for item in await numbers(n):
        state = await step(state, item)
    return state


@env.task
async def stops_at_the_first(n: int) -> list[int]:
    tried = []
    for item in await numbers(n):
        value = await add(item, item)
        tried.append(value)
        if value > 3:
            break
    return tried


@env.task
async def best_of_trials(n: int) -> Trial | None:
    best, best_score = None, -1.0
    for trial in await trials(n):
        score = await evaluate(trial)
        if score > best_score:
            best, best_score = trial, score
    return best


@env.task
async def early_stopping(n: int) -> list[float]:
    history: list[float] = []
    patience = 1
    for trial in await trials(n):
        score = await evaluate(trial)
        if history and score <= max(history):
            patience -= 1
            if patience < 0:
                break
        else:
            patience = 1
        history.append(score)
    return history


@env.task
async def unpacked_items(n: int) -> list[int]:
    found = []
    pairs = list(zip(await numbers(n), await numbers(n)))
    for left, right in pairs:
        found.append(await add(left, right))
    return found


@env.task
async def nothing_carried(n: int) -> str:
    for name in await names(n):
        await greet(name)
    return "done"


@env.task
async def several_tasks_a_round(n: int) -> int:
    total = 1
    for item in await numbers(n):
        a = await add(item, total)
        b = await add(a, a)
        if b % 3 == 0:
            b = await add(b, 1)
        total = await add(total, b)
    return total


@env.task
async def known_list_runtime_continue(n: int) -> list[str]:
    found = []
    for name in ("a", "b", "c"):
        value = await add(n, ord(name) - 97)
        if value % 2:
            continue
        found.append(await greet(name))
    return found


@env.task
async def forty_five_rounds(n: int) -> int:
    total = n
    for item in await numbers(45):
        total = await add(total, item)
    return total


@env.task
async def copies_are_walked(n: int) -> list[object]:
    table = {"a": await add(n), "b": 2}
    seen = []
    for value in list(table.values()):
        seen.append(await add(value))
        table.update(b=n)
    return [seen, table]


CASES = [
    *[("copies_are_walked", {"n": n}) for n in (0, 4)],
    *[("carried_value", {"n": n}) for n in (0, 1, 4)],
    *[("collected", {"n": n}) for n in (0, 1, 4)],
    *[("several_carried", {"n": n}) for n in (0, 1, 4)],
    *[("carried_dict", {"n": n}) for n in (0, 1, 4)],
    *[("stops_at_the_first", {"n": n}) for n in (0, 1, 4)],
    *[("best_of_trials", {"n": n}) for n in (0, 1, 4)],
    *[("early_stopping", {"n": n}) for n in (0, 1, 4)],
    *[("unpacked_items", {"n": n}) for n in (0, 1, 4)],
    *[("nothing_carried", {"n": n}) for n in (0, 1, 4)],
    *[("several_tasks_a_round", {"n": n}) for n in (0, 1, 4)],
    *[("known_list_runtime_continue", {"n": n}) for n in (0, 1, 4)],
    ("forty_five_rounds", {"n": 2}, 1),  # BEHIND: without a round it is the input, a text that a pod has to read
    ("skips_some", {"n": 0}),
    ("skips_some", {"n": 1}),
    ("skips_some", {"n": 4}),
    *[("found_or_else", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    ("tasks_in_else", {"n": 0}, 1),  # BEHIND
    ("tasks_in_else", {"n": 1}, 2),  # INPUT, BEHIND
    ("tasks_in_else", {"n": 4}, 3),  # 2 INPUT, BEHIND
    ("item_unbound_after_no_rounds", {"n": 0}),
    *[("item_unbound_after_no_rounds", {"n": n}, 1) for n in (1, 4)],  # BEHIND
    *[("no_tasks_in_the_body", {"n": n}) for n in (0, 1, 4)],
    *[("known_list_runtime_break", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("loop_changes_its_own_name", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("accumulators_of_every_kind", {"n": n}, 1) for n in (0, 1, 4)],  # BEHIND
    *[("variable_after_the_loop", {"n": n}) for n in (0, 1, 4)],
    *[("target_is_an_attribute", {"n": n}) for n in (0, 1, 4)],
    *[("two_loops", {"n": n}, 2) for n in (0, 1, 4)],  # 2 BEHIND
]
