"""A task picked at run time: by a key, by a ternary, by a flag; with arguments of its own."""

import functools
from collections.abc import Callable
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("choice")


@env.task
async def plus(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def minus(a: int, b: int = 1) -> int:
    return a - b


@env.task
async def times(a: int, b: int = 1) -> int:
    return a * b


@env.task
async def pick(n: int) -> str:
    return ["plus", "minus", "times"][n % 3]


@env.task
async def number(n: int) -> int:
    return n


@env.task
async def ask_model(name: str, prompt: str) -> str:
    return f"{name}: {prompt}"


OPS: dict[str, Any] = {"plus": plus, "minus": minus, "times": times}


STEPS = [plus, times]


@env.task
async def child(a: int, b: int = 1) -> int:
    return await times(await plus(a, b), 2)


@env.task
async def assigned_in_arms(n: int) -> int:
    a = await number(n)
    if a > 4:
        step = child
    elif a > 2:
        step = plus
    else:
        step = minus
    return await step(a, 10)


@env.task
async def list_of_chosen(n: int) -> list[int]:
    names = [await pick(n), await pick(n + 1)]
    return [await OPS[name](n, 2) for name in names]


@env.task
async def optional_step(n: int) -> int:
    a = await number(n)
    step = plus if a > 2 else None
    if step is not None:
        a = await step(a, 40)
    return a


async def helper(a: int, b: int) -> int:
    return await minus(await plus(a, b), 1)


def plain(a: int, b: int) -> int:
    return a * 100 + b


@env.task
async def by_key(n: int) -> int:
    name = await pick(n)
    return await OPS[name](n, 5)


@env.task
async def by_index(n: int) -> int:
    i = await number(n)
    return await STEPS[i % 2](n, b=7)


@env.task
async def by_ternary(n: int) -> int:
    a = await number(n)
    op = plus if a > 2 else times
    return await op(a, 3)


@env.task
async def called_twice(n: int) -> list[int]:
    a = await number(n)
    op = plus if a > 2 else minus
    b = await op(a, 3)
    return [b, await op(b)]


@env.task
async def missing_key(n: int) -> int:
    name = await pick(n)
    return await {"plus": plus, "minus": minus}[name](n)


@env.task
async def partials(n: int) -> int:
    a = await number(n)
    step = functools.partial(plus, b=10) if a > 2 else functools.partial(times, 3)
    return await step(a)


@env.task
async def chosen_helper(n: int) -> int:
    a = await number(n)
    step = helper if a > 2 else child
    return await step(a, 2)


@env.task
async def chosen_plain_function(n: int) -> int:
    a = await number(n)
    step: Callable[[int, int], int] = plain if a > 2 else max
    return await plus(step(a, 1))


@env.task
async def overridden_choice(n: int) -> int:
    a = await number(n)
    big = plus.override(retries=1)
    return await (big if a > 2 else plus)(a)


@env.task
async def chain_of_choices(n: int) -> int:
    value = n
    for _ in range(3):
        name = await pick(value)
        value = await OPS[name](value, 2)
    return value


@env.task
async def fallback_model(n: int) -> str:
    length = await number(n)
    model = "small" if length < 3 else "large"
    answer = await ask_model(model, "hi")
    if "large" in answer:
        answer = await ask_model("judge", answer)
    return answer


@env.task
async def key_with_default(n: int) -> int:
    name = await pick(n)
    return await {"plus": plus}.get(name, times)(n, 4)


@env.task
async def key_without_default(n: int) -> int:
    step = {"plus": plus, "minus": minus}.get(await pick(n))
    if step is None:
        return -1
    return await step(n, 2)


CASES = [
    *[(name, {"n": n}) for n in (0, 1, 2) for name in ("key_with_default", "key_without_default")],
    *[("by_key", {"n": n}) for n in (0, 1, 2)],
    *[("by_index", {"n": n}) for n in (0, 1)],
    *[("missing_key", {"n": n}) for n in (0, 1, 2)],
    *[("chain_of_choices", {"n": n}) for n in (0, 1, 2)],
    *[("by_ternary", {"n": n}) for n in (1, 5)],
    *[("called_twice", {"n": n}) for n in (1, 5)],
    *[("partials", {"n": n}) for n in (1, 5)],
    *[("chosen_helper", {"n": n}) for n in (1, 5)],
    *[("chosen_plain_function", {"n": n}) for n in (1, 5)],
    *[("overridden_choice", {"n": n}) for n in (1, 5)],
    *[("fallback_model", {"n": n}) for n in (1, 5)],
    *[("assigned_in_arms", {"n": n}) for n in (1, 3, 9)],
    *[("list_of_chosen", {"n": n}) for n in (1, 5)],
    *[("optional_step", {"n": n}) for n in (1, 5)],
]
