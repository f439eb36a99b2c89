"""`if`, `elif`, `else` on what tasks gave: only the arm that is taken runs, and the condition costs no pod."""

from dataclasses import dataclass

import tiphys as flyte

env = flyte.TaskEnvironment("branches")
THRESHOLD = 5


@dataclass
class Model:
    name: str
    accuracy: float
    ready: bool = False


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def train(n: int) -> Model:
    return Model(f"m{n}", n / 10, n % 2 == 0)


@env.task
async def deploy(model: Model) -> str:
    return f"{model.name} is live"


@env.task
async def reject(model: Model, reason: str) -> str:
    return f"{model.name}: {reason}"


@env.task
def is_big(n):
    return n > THRESHOLD


@env.task
async def rows(n: int) -> list[int]:
    return list(range(n))


@env.task
async def maybe(n: int) -> int | None:
    return n if n > 0 else None


@env.task
async def three_ways(n: int) -> str:
    model = await train(n)
    if model.accuracy >= 0.8 and model.ready:
        verdict = await deploy(model)
    elif model.accuracy >= 0.5:
        verdict = await reject(model, "borderline")
    else:
        verdict = await reject(model, "weak")
    return verdict


@env.task
async def condition_is_an_input(n: int) -> int:
    if n > 2:
        value = await add(n, 10)
    else:
        value = await add(n, 20)
    return value


@env.task
async def elif_asks_a_task(n: int) -> str:
    first = await add(n)
    if first > 8:
        return "high"
    elif (second := await add(first, first)) > 6:
        return f"middle {second}"
    elif await is_big.aio(second + 3):
        return "low"
    else:
        return "nothing"


@env.task
async def nested(n: int) -> str:
    a = await add(n)
    if a > 2:
        b = await add(a, a)
        if b > 10:
            c = await add(b, 100)
            if c % 2:
                return "odd"
            return f"even {c}"
        else:
            return f"small {b}"
    if a == 1:
        return "one"
    return "two"


@env.task
async def is_none(n: int) -> str:
    found = await maybe(n)
    if found is None:
        found = await add(0, 50)
    if found is not None and found > 40:
        return "default"
    return "given"


@env.task
async def in_and_not_in(n: int) -> list[object]:
    found = await rows(n)
    result: list[object] = []
    if 2 in found:
        result.append(await add(2, 2))
    if 0 not in found:
        result.append("empty")
    elif n in found:
        result.append("never")
    return result


@env.task
async def ternary_of_tasks(n: int) -> int:
    a = await add(n)
    b = await add(a, 10) if a > 3 else await add(a, 20)
    c = await add(b) if b % 2 else 7
    return c


@env.task
async def walrus_in_condition(n: int) -> list[int]:
    if (a := await add(n)) > 2 and (b := await add(a, a)) > 8:
        return [a, b]
    return [a]


@env.task
async def pass_in_an_arm(n: int) -> int:
    a = await add(n)
    if a > 3:
        pass
    elif a == 3:
        ...
    else:
        a = await add(a, 100)
    return a


CASES = [
    *[("three_ways", {"n": n}) for n in (9, 8, 5, 1)],
    *[("condition_is_an_input", {"n": n}) for n in (1, 9)],
    *[("elif_asks_a_task", {"n": n}) for n in (0, 1, 3, 9)],
    *[("nested", {"n": n}) for n in (0, 1, 3, 5, 6)],
    *[("is_none", {"n": n}) for n in (0, 3, 60)],
    *[("in_and_not_in", {"n": n}) for n in (0, 1, 4)],
    *[("ternary_of_tasks", {"n": n}) for n in (0, 1, 3, 4)],
    *[("walrus_in_condition", {"n": n}) for n in (0, 2, 5)],
    *[("pass_in_an_arm", {"n": n}) for n in (0, 2, 5)],
]
