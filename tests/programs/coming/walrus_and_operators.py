"""Walrus, `and`/`or`/`not`, chained comparisons, `in`, `any`/`all`, conditional expressions: where a task call is inside."""

from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("operators")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def positive(n: int) -> bool:
    return n > 0


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def maybe(n: int) -> dict[str, Any] | None:
    return {"n": n} if n > 1 else None


@env.task
async def name_of(n: int) -> str:
    return "x" * n


@env.task
async def short_circuit_saves_a_pod(n: int) -> list[bool]:
    first = n > 1 and await positive(n)
    second = await positive(n - 2) or await positive(n + 2)
    third = not await positive(n)
    return [first, second, third]


@env.task
async def chain_of_awaits(n: int) -> list[bool]:
    return [0 < await add(n, -1) < await add(n) <= 4, await add(n) == n + 1 != await add(n, 3)]


@env.task
async def any_and_all_of_tasks(n: int) -> list[bool]:
    flags = [await positive(x - 1) for x in await numbers(n)]
    return [any(flags), all(flags), any(x > 2 for x in await numbers(n))]


@env.task
async def comparison_of_containers(n: int) -> list[bool]:
    values = await numbers(n)
    a = await add(n)
    if values == [0, 1]:
        a = await add(a, 10)
    return [values < [0, 1, 2], a == 13, (a, values) != (a, [])]


@env.task
async def is_and_is_not(n: int) -> list[object]:
    found = await maybe(n)
    flag = await positive(n)
    result: list[object] = [found is None, flag is True, found is not None and found is not False]
    if flag is not True:
        result.append(await add(n))
    return result


@env.task
async def conditional_in_fstring(n: int) -> str:
    a = await add(n)
    return f"{'big' if a > 2 else 'small'} {a if a % 2 else await name_of(a)}"


@env.task
async def assigned_conditionally(n: int) -> list[object]:
    low, high = (n, await add(n)) if await positive(n) else (await add(n, -1), n)
    items = [await add(low)] if high > 2 else []
    return [low, high, *items]


@env.task
async def lambda_with_condition(n: int) -> list[str]:
    a = await add(n)
    label = lambda x: "even" if x % 2 == 0 else "odd"  # noqa: E731
    found = [label(a)]
    if label(a) == "odd":
        found.append(await name_of(a))
    return found


@env.task
async def nested_boolean_arms(n: int) -> list[object]:
    a = await add(n)
    result = (a > 3 and "big") or (a > 1 and await name_of(a)) or None
    other = a > 1 and (await positive(n - 1) or [a])
    return [result, other]


@env.task
async def assertion_is_caught(n: int) -> str:
    try:
        a = await add(n)
        assert a < 4, "too big"
        assert await positive(n)
    except AssertionError as error:
        return f"assertion: {error}"
    return await name_of(a)


CASES = [
    *[("short_circuit_saves_a_pod", {"n": n}) for n in (0, 1, 2, 3)],
    *[("chain_of_awaits", {"n": n}) for n in (0, 1, 2, 3)],
    *[("any_and_all_of_tasks", {"n": n}) for n in (0, 1, 2, 3)],
    *[("comparison_of_containers", {"n": n}) for n in (0, 1, 2, 3)],
    *[("is_and_is_not", {"n": n}) for n in (0, 1, 2, 3)],
    *[("conditional_in_fstring", {"n": n}) for n in (0, 1, 2, 3)],
    *[("assigned_conditionally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("lambda_with_condition", {"n": n}) for n in (0, 1, 2, 3)],
    *[("nested_boolean_arms", {"n": n}) for n in (0, 1, 2, 3)],
    *[("assertion_is_caught", {"n": n}) for n in (0, 1, 2, 3)],
]
