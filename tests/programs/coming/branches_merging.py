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
async def describe(value: Any) -> str:
    return f"{type(value).__name__}:{value}"


@env.task
async def bound_on_one_path(n: int) -> int:
    a = await add(n)
    if a > 3:
        extra = await add(a, 10)
    if a > 3:
        return extra
    return 0


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
async def list_made_in_an_arm(n: int) -> list[int]:
    a = await add(n)
    if a > 3:
        values = [a, await add(a)]
    else:
        values = await numbers(a)
    values.append(99)
    return values


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
async def alias_chosen(n: int) -> list[list[int]]:
    left, right = [1], [2]
    a = await add(n)
    target = left if a > 3 else right
    target.append(a)
    return [left, right, target]


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


CASES = [
    *[("bound_on_one_path", {"n": n}) for n in (0, 5)],
    *[("unbound_is_caught", {"n": n}) for n in (0, 5)],
    *[("list_made_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("dict_filled_in_arms", {"n": n}) for n in (0, 5, 3)],
    *[("alias_chosen", {"n": n}) for n in (0, 5)],
    *[("report_of_optional_parts", {"n": n}) for n in (0, 5)],
    *[("deleted_in_an_arm", {"n": n}) for n in (0, 5)],
    *[("shadowed_names", {"n": n}) for n in (0, 5)],
    *[("merged_then_branched", {"n": n}) for n in (0, 5, 3)],
    *[("tuple_of_merged", {"n": n}) for n in (0, 5)],
    *[("different_types", {"n": n}) for n in (0, 2, 3, 7)],
    *[("four_levels", {"n": n}) for n in (-1, 1, 2, 3, 7)],
]
