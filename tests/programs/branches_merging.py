"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names."""

import tiphys as flyte

env = flyte.TaskEnvironment("merging")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def unbound_on_some_paths(n: int) -> int:
    a = await add(n)
    if a > 3:
        extra = await add(a, 10)
    return await add(extra)


@env.task
async def assigned_before_and_in_an_arm(n: int) -> list[int]:
    a = await add(n)
    kind, factor, unused = 1, 2, 3
    if a > 3:
        kind = await add(kind, a)
        unused = a
    else:
        factor = a
    return [kind, await add(factor, kind)]


@env.task
async def appended_in_one_arm(n: int) -> int:
    values = [1, 2]
    a = await add(n)
    if a > 3:
        values.append(a)
    values.append(7)
    return await total(values)


@env.task
async def appended_in_both_arms(n: int) -> list[int]:
    values = [n]
    a = await add(n)
    if a > 3:
        values.append(await add(a, 1))
        values.append(await add(a, 2))
    else:
        values.append(await add(a, 3))
    return values


@env.task
async def changed_slot(n: int) -> list[int]:
    values = [0, 0, 0]
    a = await add(n)
    if a > 3:
        values[0] = await add(a, 1)
    else:
        values[2] = a
    values[1] = 5
    return values


@env.task
async def aliases(n: int) -> list[object]:
    values = [1]
    same = values
    a = await add(n)
    if a > 3:
        same.append(a)
    else:
        values = [a]
        values.append(2)
    return [values, same, values is same]


@env.task
async def nested_container(n: int) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {"low": [], "high": []}
    for value in (n, n + 3, n + 6):
        a = await add(value, 0)
        if a > 5:
            groups["high"].append(a)
        else:
            groups["low"].append(a)
    return groups


@env.task
async def swapped(n: int) -> list[int]:
    a = await add(n)
    b = await add(a, 3)
    if a % 2:
        a, b = b, a
    return [a, b]


@env.task
async def unpacked_in_an_arm(n: int) -> list[object]:
    a = await add(n)
    first, *rest = [0, 1]
    if a > 3:
        first, *rest = await numbers(a)
    return [first, rest]


@env.task
async def augmented(n: int) -> int:
    value = 1
    a = await add(n)
    if a > 3:
        value += a
    else:
        value -= a
    value *= 2
    return await add(value)


@env.task
async def equal_on_both_arms(n: int) -> int:
    a = await add(n)
    if a > 3:
        await add(a)
        step = 4
    else:
        step = 4
    return await add(0, b=[10, 20, 30, 40, 50][step])


@env.task
async def closure_reads_merged(n: int) -> int:
    a = await add(n)
    factor = 2

    def scaled(x: int) -> int:
        return x * factor

    if a > 3:
        factor = await add(a)
    return await add(scaled(a))


@env.task
async def sets_in_arms(n: int) -> list[int]:
    seen = {1, 2}
    a = await add(n)
    if a in seen:
        seen.discard(a)
    else:
        seen.add(a)
    return sorted(seen)


CASES = [
    *[("unbound_on_some_paths", {"n": n}) for n in (0, 5)],
    *[("assigned_before_and_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("appended_in_one_arm", {"n": n}) for n in (0, 5)],
    *[("appended_in_both_arms", {"n": n}) for n in (0, 5)],
    *[("changed_slot", {"n": n}) for n in (0, 5)],
    *[("aliases", {"n": n}) for n in (0, 5)],
    *[("nested_container", {"n": n}) for n in (0, 5, 3)],
    *[("swapped", {"n": n}) for n in (0, 5)],
    *[("unpacked_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("augmented", {"n": n}) for n in (0, 5)],
    *[("equal_on_both_arms", {"n": n}) for n in (0, 5)],
    *[("closure_reads_merged", {"n": n}) for n in (0, 5)],
    *[("sets_in_arms", {"n": n}) for n in (0, 5)],
]
