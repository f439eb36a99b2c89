"""What holds after a branch: variables bound on some arms, containers changed in one arm, aliases, deleted names."""

import dataclasses
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("merging")


@dataclasses.dataclass
class Report:
    title: str
    lines: list[str] = dataclasses.field(default_factory=list)
    score: float | None = None


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def text(n: int) -> str:
    return f"t{n}"


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def unbound_is_caught(n: int) -> str:
    a = await add(n)
    if a > 3:
        extra = a * 2
    try:
        return f"{extra}"
    except UnboundLocalError:
        return "unbound"


@env.task
async def describe(value: Any) -> str:
    return f"{type(value).__name__}:{value}"


@env.task
async def different_types(n: int) -> str:
    a = await add(n)
    if a > 5:
        value: object = [a, a + 1]
    elif a > 3:
        value = {"a": a}
    elif a > 2:
        value = None
    else:
        value = await text(a)
    return await describe(value)


@env.task
async def dict_filled_in_arms(n: int) -> dict[str, int]:
    found: dict[str, int] = {}
    a = await add(n)
    found["a"] = a
    if a > 3:
        found["b"] = await add(a, 10)
    if a > 5:
        found["c"] = await add(a, 20)
        del found["a"]
    return found


@env.task
async def report_of_optional_parts(n: int) -> Report:
    report = Report("run")
    a = await add(n)
    report.lines.append(f"a={a}")
    if a > 3:
        report.score = a / 10
        report.lines.append(await text(a))
    if report.score is None:
        report.title = "failed run"
    return report


@env.task
async def deleted_in_an_arm(n: int) -> str:
    a = await add(n)
    note = "note"
    if a > 3:
        del note
    try:
        return note
    except UnboundLocalError:
        return "deleted"


@env.task
async def shadowed_names(n: int) -> list[object]:
    list_ = [n]
    sum = await add(n)
    if sum > 3:
        len = await add(sum, 100)
        return [len, sum, list_]
    max = min(sum, 2)
    return [max, sum]


@env.task
async def merged_then_branched(n: int) -> str:
    a = await add(n)
    if a > 3:
        level = "high"
        b = await add(a)
    else:
        level = "low"
        b = 0
    if level == "high" and b > 5:
        return await text(b)
    elif level == "high":
        return "high"
    return level


@env.task
async def four_levels(n: int) -> list[object]:
    trace = []
    a = await add(n)
    if a > 0:
        trace.append("a")
        if a > 2:
            b = await add(a)
            trace.append(b)
            if b > 4:
                trace.append("c")
                if b > 5:
                    trace.append(await add(b))
            else:
                trace.append("d")
        trace.append("e")
    return trace


@env.task
async def tuple_of_merged(n: int) -> tuple[int, str, bool]:
    a = await add(n)
    pair: tuple[int, str] = (1, "x")
    if a > 3:
        pair = (a, await text(a))
    number, label = pair
    return number, label, label == "x"


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


@env.task
async def list_made_in_an_arm(n: int) -> list[int]:
    a = await add(n)
    if a > 3:
        values = [a, await add(a)]
    else:
        values = await numbers(a)
    values.append(99)
    return values


@env.task
async def bound_on_one_path(n: int) -> int:
    a = await add(n)
    if a > 3:
        extra = await add(a, 10)
    if a > 3:
        return extra
    return 0


@env.task
async def alias_chosen(n: int) -> list[list[int]]:
    left, right = [1], [2]
    a = await add(n)
    target = left if a > 3 else right
    target.append(a)
    return [left, right, target]


CASES = [
    *[("list_made_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("unbound_on_some_paths", {"n": n}) for n in (0, 5)],
    *[("assigned_before_and_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("appended_in_one_arm", {"n": n}) for n in (0, 5)],
    *[("appended_in_both_arms", {"n": n}) for n in (0, 5)],
    *[("changed_slot", {"n": n}) for n in (0, 5)],
    *[("nested_container", {"n": n}) for n in (0, 5, 3)],
    *[("swapped", {"n": n}) for n in (0, 5)],
    *[("unpacked_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("augmented", {"n": n}) for n in (0, 5)],
    *[("equal_on_both_arms", {"n": n}) for n in (0, 5)],
    *[("closure_reads_merged", {"n": n}) for n in (0, 5)],
    *[("sets_in_arms", {"n": n}) for n in (0, 5)],
    *[("dict_filled_in_arms", {"n": n}) for n in (0, 5, 3)],
    *[("report_of_optional_parts", {"n": n}) for n in (0, 5)],
    ("deleted_in_an_arm", {"n": 0}, 1),  # RAISE
    ("deleted_in_an_arm", {"n": 5}, 2),  # RAISE, CATCH
    *[("shadowed_names", {"n": n}) for n in (0, 5)],
    *[("merged_then_branched", {"n": n}) for n in (0, 5, 3)],
    *[("tuple_of_merged", {"n": n}) for n in (0, 5)],
    *[("different_types", {"n": n}) for n in (0, 2, 3, 7)],
    *[("four_levels", {"n": n}) for n in (-1, 1, 2, 3, 7)],
    ("unbound_is_caught", {"n": 0}, 3),  # RAISE, CATCH, BEHIND
    ("unbound_is_caught", {"n": 5}, 2),  # RAISE, BEHIND
    *[("bound_on_one_path", {"n": n}) for n in (0, 5)],
    *[("alias_chosen", {"n": n}) for n in (0, 5)],
]
