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
async def assertion_is_caught(n: int) -> str:
    try:
        a = await add(n)
        assert a < 4, "too big"
        assert await positive(n)
    except AssertionError as error:
        return f"assertion: {error}"
    return await name_of(a)


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
async def walrus_everywhere(n: int) -> list[object]:
    found = [(a := await add(n)), a + 1]
    if (b := await maybe(n)) is not None:
        found.append(b["n"])
    found.append((c := a * 2) > 4 and (a := c))
    return [*found, a]


@env.task
async def walrus_or_default(n: int) -> list[object]:
    value = (found := await maybe(n)) and found["n"] or -1
    return [value, found]


@env.task
async def membership(n: int) -> list[bool]:
    values = await numbers(n)
    return [await add(n, -1) in values, n not in await numbers(n), "x" in await name_of(n)]


@env.task
async def conditional_arguments(n: int) -> list[int]:
    return [
        await add(n, b=(await add(n) if await positive(n) else 0)),
        await (add(1) if n > 2 else add(n, 2)),
    ]


@env.task
async def first_that_works(n: int) -> object:
    return await maybe(n) or await maybe(n + 1) or await maybe(n + 2) or "nothing"


@env.task
async def and_chain(n: int) -> object:
    return await numbers(n) and await positive(n - 1) and await name_of(n)


@env.task
async def not_and_parentheses(n: int) -> str:
    a = await positive(n)
    b = await positive(n - 2)
    if not (a and not b) and (b or n == 0):
        return await name_of(2)
    return "no"


@env.task
async def assertion_at_run_time(n: int) -> str:
    a = await add(n)
    assert a < 4, f"{a} is too big"
    return await name_of(a)


@env.task
async def chain_stops_before_what_changes(n: int) -> list[object]:
    seen: list[int] = []

    def see(value: int) -> int:
        seen.append(value)
        return value

    a = await add(n)
    holds = see(a) < see(3) < see(a + 1)
    rest = [1, 5, 7]
    popped = a < rest.pop() < a + rest.pop()
    if holds:
        seen.append(await add(10))
    return [holds, popped, rest, seen]


@env.task
async def chain_stops_before_what_raises(n: int) -> list[object]:
    a, none = await add(n), []
    b = 0
    if 2 < a < (b := a + 5) < 9:
        b += 100
    return [b, 2 < a < none[0]]


CASES = [
    *[("walrus_everywhere", {"n": n}) for n in (0, 1, 2, 3)],
    *[("walrus_or_default", {"n": n}) for n in (0, 1, 2, 3)],
    *[("membership", {"n": n}) for n in (0, 1, 2, 3)],
    *[("conditional_arguments", {"n": n}) for n in (0, 1, 2, 3)],
    *[("first_that_works", {"n": n}) for n in (0, 1, 2, 3)],
    *[("and_chain", {"n": n}) for n in (0, 1, 2, 3)],
    *[("not_and_parentheses", {"n": n}) for n in (0, 1, 2, 3)],
    *[("assertion_at_run_time", {"n": n}) for n in (0, 1, 2, 3)],
    *[("short_circuit_saves_a_pod", {"n": n}) for n in (0, 1, 2, 3)],
    *[("chain_of_awaits", {"n": n}) for n in (0, 1, 2, 3)],
    *[("any_and_all_of_tasks", {"n": n}) for n in (0, 1, 2, 3)],
    *[("comparison_of_containers", {"n": n}, 1) for n in (0, 1, 3)],  # ROUND
    ("comparison_of_containers", {"n": 2}),
    *[("is_and_is_not", {"n": n}) for n in (0, 1, 2, 3)],
    *[("conditional_in_fstring", {"n": n}) for n in (0, 1, 2, 3)],
    *[("assigned_conditionally", {"n": n}) for n in (0, 1, 2, 3)],
    *[("lambda_with_condition", {"n": n}) for n in (0, 1, 2, 3)],
    ("nested_boolean_arms", {"n": 0}, 1),  # ROUND
    *[("nested_boolean_arms", {"n": n}) for n in (1, 2, 3)],
    ("assertion_is_caught", {"n": 0}, 1),  # CATCH
    *[("assertion_is_caught", {"n": n}) for n in (1, 2)],
    ("assertion_is_caught", {"n": 3}, 2),  # RAISE, CATCH
    *[("chain_stops_before_what_changes", {"n": n}) for n in (0, 1, 3, 8)],
    *[("chain_stops_before_what_raises", {"n": n}) for n in (0, 1, 2, 3)],
]
