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
async def trials(n: int) -> list[Trial]:
    return [Trial(10.0**-i, i + 1) for i in range(n)]


@env.task
async def evaluate(trial: Trial) -> float:
    return round(1 - abs(0.01 - trial.rate), 4) * trial.depth


@env.task
async def greet(name: str) -> str:
    return f"hello {name}"


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
async def over_a_dict(n: int) -> list[str]:
    found = []
    for key in await table(n):
        found.append(await greet(key))
    return found


@env.task
async def over_items(n: int) -> dict[str, int]:
    grown = {}
    for key, value in (await table(n)).items():
        grown[key + "!"] = await add(value, 5)
    return grown


@env.task
async def enumerated(n: int) -> list[str]:
    found = []
    for i, name in enumerate(await names(n), start=1):
        greeting = await greet(name)
        found.append(f"{i}. {greeting}")
    return found


@env.task
async def zipped(n: int) -> list[int]:
    found = []
    values = await numbers(4)
    for name, value in zip(await names(n), values):
        found.append(await add(value, len(name)))
    return found


@env.task
async def over_a_slice(n: int) -> int:
    total = 0
    for item in (await numbers(n))[1:4]:
        total = await add(total, item)
    return total


@env.task
async def over_text(n: int) -> list[str]:
    found = []
    for letter in (await greet("x" * n))[6:]:
        found.append(await greet(letter))
    return found


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


CASES = [
    *[("carried_value", {"n": n}) for n in (0, 1, 4)],
    *[("collected", {"n": n}) for n in (0, 1, 4)],
    *[("several_carried", {"n": n}) for n in (0, 1, 4)],
    *[("carried_dict", {"n": n}) for n in (0, 1, 4)],
    *[("stops_at_the_first", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_dict", {"n": n}) for n in (0, 1, 4)],
    *[("over_items", {"n": n}) for n in (0, 1, 4)],
    *[("enumerated", {"n": n}) for n in (0, 1, 4)],
    *[("zipped", {"n": n}) for n in (0, 1, 4)],
    *[("over_a_slice", {"n": n}) for n in (0, 1, 4)],
    *[("over_text", {"n": n}) for n in (0, 1, 4)],
    *[("best_of_trials", {"n": n}) for n in (0, 1, 4)],
    *[("early_stopping", {"n": n}) for n in (0, 1, 4)],
    *[("unpacked_items", {"n": n}) for n in (0, 1, 4)],
    *[("nothing_carried", {"n": n}) for n in (0, 1, 4)],
    *[("several_tasks_a_round", {"n": n}) for n in (0, 1, 4)],
    *[("known_list_runtime_continue", {"n": n}) for n in (0, 1, 4)],
    ("forty_five_rounds", {"n": 2}),
]
