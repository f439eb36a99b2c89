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
async def lookup(n: int) -> dict[str, int]:
    return {"a": n} if n else {}


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


@env.task
async def grade(n: int) -> str:
    return "good" if n > 7 else "fair" if n > 3 else ""


@env.task
async def deploy_or_reject(n: int) -> str:
    model = await train(n)
    if model.accuracy > 0.5:
        verdict = await deploy(model)
    else:
        verdict = await reject(model, "too weak")
    return verdict


@env.task
async def without_else(n: int) -> int:
    value = await add(n)
    if value > 3:
        value = await add(value, 100)
    return value


@env.task
async def arm_without_tasks(n: int) -> int:
    value = await add(n)
    if value > 3:
        bonus = value * 2
    else:
        bonus = 0
    return await add(value, bonus)


@env.task
async def condition_is_a_task(n: int) -> list[int]:
    if await is_big.aio(n):
        value = await add(n, 10)
    else:
        value = await add(n, -10)
    return [value]


@env.task
async def truthiness_of_lists(n: int) -> str:
    found = await rows(n)
    if found:
        return f"{len(found)} rows, the last is {await add(found[-1], 0)}"
    return "no rows"


@env.task
async def truthiness_of_dicts(n: int) -> int:
    found = await lookup(n)
    if not found:
        return -1
    return await add(found["a"])


@env.task
async def truthiness_of_text(n: int) -> str:
    text = await grade(n)
    if text:
        if text == "good":
            text = text.upper()
        return f"{text}!"
    return "none"


@env.task
async def chained_comparison(n: int) -> str:
    a = await add(n)
    if 2 < a <= 5:
        return "within"
    if 5 < a < 7 < 2 * a:
        return "just above"
    return "outside"


@env.task
async def and_or_not(n: int) -> str:
    a = await add(n)
    b = await maybe(n - 3)
    if (a > 2 and b is not None) or not a:
        return "both"
    if not (a > 2 or b):
        return "neither"
    return "one"


@env.task
async def tasks_in_and_or(n: int) -> list[object]:
    first = await maybe(n) or await maybe(n + 3) or await add(40, 2)
    second = await is_big.aio(first) and await add(first, 1)
    return [first, second]


@env.task
async def nested_ternaries(n: int) -> str:
    model = await train(n)
    return await (
        deploy(model)
        if model.accuracy > 0.8
        else reject(model, "almost" if model.accuracy > 0.5 else "not ready" if not model.ready else "weak")
    )


@env.task
async def argument_is_a_ternary(n: int) -> int:
    a = await add(n)
    return await add(a if a > 2 else -a, b=1 if a == 2 else 0)


@env.task
async def same_condition_twice(n: int) -> list[int]:
    a = await add(n)
    big = a > 3
    if big:
        b = await add(a, 5)
    else:
        b = 1
    if big:
        c = await add(b, 5)
    else:
        c = 2
    return [a, b, c]


@env.task
async def an_arm_of_several_tasks(n: int) -> int:
    a = await add(n)
    if a % 2:
        b = await add(a, 1)
        c = await add(b, 2)
        d = await add(c, b)
    else:
        d = a
    return await add(d, a)


@env.task
async def nothing_left_to_do(n: int) -> None:
    a = await add(n)
    if a > 3:
        await add(a)


@env.task
async def unused_result_decides(n: int) -> str:
    await add(n)
    if len(await rows(n)) > 2:
        return "many"
    return "few"


CASES = [
    *[("deploy_or_reject", {"n": n}) for n in (3, 5, 6)],
    *[("without_else", {"n": n}) for n in (1, 5)],
    *[("arm_without_tasks", {"n": n}) for n in (1, 5)],
    *[("condition_is_a_task", {"n": n}) for n in (1, 9)],
    *[("truthiness_of_lists", {"n": n}) for n in (0, 1, 3)],
    *[("truthiness_of_dicts", {"n": n}) for n in (0, 3)],
    *[("truthiness_of_text", {"n": n}) for n in (1, 5, 9)],
    *[("chained_comparison", {"n": n}) for n in (0, 3, 5, 9)],
    *[("and_or_not", {"n": n}) for n in (-1, 0, 2, 9)],
    *[("tasks_in_and_or", {"n": n}) for n in (-1, 2, 9, -9)],
    *[("nested_ternaries", {"n": n}) for n in (9, 6, 3, 2)],
    *[("argument_is_a_ternary", {"n": n}) for n in (0, 1, 5)],
    *[("same_condition_twice", {"n": n}) for n in (0, 5)],
    *[("an_arm_of_several_tasks", {"n": n}) for n in (0, 1)],
    *[("nothing_left_to_do", {"n": n}) for n in (0, 5)],
    *[("unused_result_decides", {"n": n}) for n in (0, 5)],
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
