"""Loops in loops, in branches, in `try`; branches and `try` in loops; several ways out at once."""

import tiphys as flyte

env = flyte.TaskEnvironment("loops-nested")


class Bad(Exception):
    def __init__(self, item: int) -> None:
        super().__init__(f"bad {item}")
        self.item = item


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def checked(item: int) -> int:
    if item % 3 == 2:
        raise Bad(item)
    return item * 10


@env.task
async def try_in_a_loop(n: int) -> list[object]:
    found: list[object] = []
    for item in await numbers(n):
        try:
            found.append(await checked(item))
        except Bad as error:
            found.append(f"skipped {error.item}")
    return found


@env.task
async def loop_in_a_try(n: int) -> list[object]:
    found: list[object] = []
    try:
        for item in await numbers(n):
            found.append(await checked(item))
    except Bad as error:
        found.append(str(error))
    return found


@env.task
async def break_in_a_handler(n: int) -> list[object]:
    found: list[object] = []
    for item in await numbers(n):
        try:
            value = await checked(item)
        except Bad:
            found.append("stop")
            break
        found.append(value)
    else:
        found.append("all")
    return found


@env.task
async def continue_in_a_handler(n: int) -> int:
    total, failures = 0, 0
    for item in await numbers(n):
        try:
            value = await checked(item)
        except Bad:
            failures += 1
            continue
        total = await add(total, value)
    return total * 100 + failures


@env.task
async def break_inside_try_finally_inside_for_inside_if(n: int) -> list[object]:
    trace: list[object] = []
    if await add(n, 0) > 1:
        for item in await numbers(n):
            try:
                value = await add(item, 1)
                if value == 3:
                    break
                trace.append(value)
            finally:
                trace.append(f"f{item}")
        else:
            trace.append("else")
    else:
        trace.append("small")
    return trace


@env.task
async def inner_names_leak(n: int) -> list[object]:
    inner = "unset"
    for outer in await numbers(n):
        for inner in await numbers(outer):
            last = await add(inner, outer)
    return [inner]


@env.task
async def grid(n: int) -> list[list[int]]:
    return [[10 * i + j for j in range(i + 1)] for i in range(n)]


@env.task
async def groups(n: int) -> dict[str, list[int]]:
    return {name: list(range(i)) for i, name in enumerate("abcd"[:n])}


@env.task
async def rows_and_cells(n: int) -> list[int]:
    found = []
    for row in await grid(n):
        for cell in row:
            found.append(await add(cell))
    return found


@env.task
async def sums_of_rows(n: int) -> list[int]:
    found = []
    for row in await grid(n):
        total = 0
        for cell in row:
            total = await add(total, cell)
        found.append(total)
    return found


@env.task
async def break_only_the_inner(n: int) -> list[list[int]]:
    found = []
    for row in await grid(n):
        kept: list[int] = []
        for cell in row:
            value = await add(cell, 1)
            if value % 10 == 2:
                break
            kept.append(value)
        else:
            kept.append(-1)
        found.append(kept)
    return found


@env.task
async def break_both_by_flag(n: int) -> list[object]:
    hit = None
    for i, row in enumerate(await grid(n)):
        for cell in row:
            if await add(cell, 0) == 21:
                hit = (i, cell)
                break
        if hit is not None:
            break
    return [hit]


@env.task
async def for_else_continue_break(n: int) -> list[int]:
    visited = []
    for row in await grid(n):
        for cell in row:
            visited.append(await add(cell, 0))
            if cell == 11:
                break
        else:
            continue
        break
    return visited


@env.task
async def return_from_the_inner(n: int) -> str:
    for row in await grid(n):
        for cell in row:
            if await add(cell) > 20:
                return f"found {cell}"
    return "nothing"


@env.task
async def while_in_for(n: int) -> list[int]:
    found = []
    for item in await numbers(n):
        value = item
        while value < 5:
            value = await add(value, item + 1)
        found.append(value)
    return found


@env.task
async def for_in_while(n: int) -> list[int]:
    size = await add(n, 0)
    totals = []
    while size > 0:
        total = 0
        for item in await numbers(size):
            total = await add(total, item)
        totals.append(total)
        size -= 2
    return totals


@env.task
async def loop_in_a_branch(n: int) -> list[int]:
    a = await add(n, 0)
    found = [a]
    if a > 2:
        for item in await numbers(a):
            found.append(await add(item, 100))
    elif a:
        found.append(await add(a, 50))
    return found


@env.task
async def branch_in_a_loop(n: int) -> dict[str, list[int]]:
    kinds: dict[str, list[int]] = {"even": [], "odd": []}
    for item in await numbers(n):
        if item % 2 == 0:
            kinds["even"].append(await add(item, 0))
        else:
            kinds["odd"].append(await add(item, item))
    return kinds


@env.task
async def branch_merges_in_a_loop(n: int) -> int:
    value = 1
    for item in await numbers(n):
        if value % 2:
            value = await add(value, item)
        elif item > 2:
            value = value * 3
        value += 1
    return value


@env.task
async def over_groups(n: int) -> dict[str, int]:
    totals = {}
    for name, members in (await groups(n)).items():
        totals[name] = 0
        for member in members:
            totals[name] = await add(totals[name], member)
    return totals


@env.task
async def bubble(n: int) -> list[int]:
    values = [x * 7 % 5 for x in await numbers(n)]
    swapped = True
    while swapped:
        swapped = False
        for i in range(len(values) - 1):
            if values[i] > values[i + 1]:
                values[i], values[i + 1] = values[i + 1], values[i]
                swapped = True
    return [await add(sum(values), 0), *values]


@env.task
async def inner_list_from_a_task(n: int) -> int:
    total = 0
    for item in await numbers(n):
        for inner in await numbers(item):
            total = await add(total, inner + item)
    return total


@env.task
async def three_deep(n: int) -> int:
    count = 0
    for a in await numbers(n):
        for b in await numbers(a):
            for c in await numbers(b):
                count = await add(count, a + b + c)
    return count


@env.task
async def known_outer_runtime_inner(n: int) -> list[list[int]]:
    found = []
    for offset in (100, 200):
        row = []
        for item in await numbers(n):
            row.append(await add(item, offset))
        found.append(row)
    return found


@env.task
async def runtime_outer_known_inner(n: int) -> list[int]:
    found = []
    for item in await numbers(n):
        for offset in (1, 2):
            value = await add(item, offset)
            if value == 3:
                continue
            found.append(value)
    return found


CASES = [
    *[("inner_list_from_a_task", {"n": n}) for n in (0, 1, 2, 4)],
    *[("three_deep", {"n": n}) for n in (0, 1, 2, 4)],
    *[("known_outer_runtime_inner", {"n": n}) for n in (0, 1, 2, 4)],
    *[("runtime_outer_known_inner", {"n": n}) for n in (0, 1, 2, 4)],
    ("rows_and_cells", {"n": 0}),
    ("rows_and_cells", {"n": 1}),
    ("rows_and_cells", {"n": 2}),
    ("rows_and_cells", {"n": 4}),
    ("sums_of_rows", {"n": 0}),
    ("sums_of_rows", {"n": 1}, 1),  # BEHIND
    ("sums_of_rows", {"n": 2}, 2),  # 2 BEHIND
    ("sums_of_rows", {"n": 4}, 4),  # 4 BEHIND
    ("break_only_the_inner", {"n": 0}),
    ("break_only_the_inner", {"n": 1}, 1),  # BEHIND
    ("break_only_the_inner", {"n": 2}, 2),  # 2 BEHIND
    ("break_only_the_inner", {"n": 4}, 4),  # 4 BEHIND
    ("break_both_by_flag", {"n": 0}),
    ("break_both_by_flag", {"n": 1}, 2),  # INPUT, BEHIND
    ("break_both_by_flag", {"n": 2}, 4),  # 2 INPUT, 2 BEHIND
    ("break_both_by_flag", {"n": 4}, 6),  # 3 INPUT, 3 BEHIND
    ("for_else_continue_break", {"n": 0}),
    ("for_else_continue_break", {"n": 1}),
    *[("for_else_continue_break", {"n": n}) for n in (2, 4)],
    ("return_from_the_inner", {"n": 0}),
    ("return_from_the_inner", {"n": 1}),
    ("return_from_the_inner", {"n": 2}),
    ("return_from_the_inner", {"n": 4}),
    ("while_in_for", {"n": 0}),
    ("while_in_for", {"n": 1}, 1),  # BEHIND
    ("while_in_for", {"n": 2}, 2),  # 2 BEHIND
    ("while_in_for", {"n": 4}, 4),  # 4 BEHIND
    ("for_in_while", {"n": 0}),
    *[("for_in_while", {"n": n}, 1) for n in (1, 2)],  # BEHIND
    ("for_in_while", {"n": 4}, 2),  # 2 BEHIND
    *[("loop_in_a_branch", {"n": n}) for n in (0, 1, 2, 4)],
    ("branch_in_a_loop", {"n": 0}),
    ("branch_in_a_loop", {"n": 1}),
    ("branch_in_a_loop", {"n": 2}),
    ("branch_in_a_loop", {"n": 4}),
    *[("branch_merges_in_a_loop", {"n": n}) for n in (0, 1)],
    ("branch_merges_in_a_loop", {"n": 2}, 1),  # ROUND
    ("branch_merges_in_a_loop", {"n": 4}, 2),  # 2 ROUND
    ("over_groups", {"n": 0}),
    ("over_groups", {"n": 1}, 1),  # INPUT
    ("over_groups", {"n": 2}, 2),  # 2 INPUT
    ("over_groups", {"n": 4}, 4),  # 4 INPUT
    *[("bubble", {"n": n}) for n in (0, 1, 2, 4)],
    ("try_in_a_loop", {"n": 0}),
    ("try_in_a_loop", {"n": 1}, 1),  # BEHIND
    ("try_in_a_loop", {"n": 2}, 2),  # 2 BEHIND
    ("try_in_a_loop", {"n": 4}, 5),  # CATCH, 4 BEHIND
    *[("loop_in_a_try", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    ("loop_in_a_try", {"n": 4}, 2),  # CATCH, BEHIND
    ("break_in_a_handler", {"n": 0}, 1),  # BEHIND
    ("break_in_a_handler", {"n": 1}, 2),  # 2 BEHIND
    ("break_in_a_handler", {"n": 2}, 3),  # 3 BEHIND
    ("break_in_a_handler", {"n": 4}, 4),  # CATCH, 3 BEHIND
    ("continue_in_a_handler", {"n": 0}, 1),  # BEHIND
    ("continue_in_a_handler", {"n": 1}, 1),  # BEHIND
    ("continue_in_a_handler", {"n": 2}, 1),  # BEHIND
    ("continue_in_a_handler", {"n": 4}, 2),  # CATCH, BEHIND
    *[("break_inside_try_finally_inside_for_inside_if", {"n": n}) for n in (0, 1)],
    ("break_inside_try_finally_inside_for_inside_if", {"n": 2}, 1),  # BEHIND
    ("break_inside_try_finally_inside_for_inside_if", {"n": 4}, 1),  # BEHIND
    *[("inner_names_leak", {"n": n}) for n in (0, 1, 2, 4)],
]
