"""What variables hold in a handler when a loop that calls no task, or a helper with one, has failed half-way."""

import tiphys as flyte

env = flyte.TaskEnvironment("half-way")


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def inc(x: int) -> int:
    return x + 1


@env.task
async def raised_in_a_loop(n: int) -> list[object]:
    found: list[object] = []
    try:
        for x in await numbers(n):
            if x == 2:
                raise ValueError("two")
            found.append(x)
    except ValueError as error:
        found.append(str(error))
    return found


@env.task
async def failed_in_a_loop(n: int) -> list[object]:
    found: list[object] = []
    rounds = 0
    try:
        for x in await numbers(n):
            rounds += 1
            found.append(10 // (x - 2))
    except ZeroDivisionError as error:
        found.append(str(error))
    finally:
        found.append(rounds)
    return found


@env.task
async def entries_of_a_dict(n: int) -> dict[object, object]:
    table: dict[object, object] = {}
    items = await numbers(n)
    try:
        for x in items:
            table[x] = ["a", "b"][x]
    except IndexError:
        table["failed"] = len(table)
    table["task"] = await inc(len(table))
    return table


@env.task
async def a_while_loop(n: int) -> list[object]:
    left = await inc(n)
    seen = []
    try:
        while True:
            seen.append(left)
            left -= 1
            if 10 / left > 100:
                break
    except ZeroDivisionError:
        pass
    return [seen, left]


@env.task
async def in_a_helper(n: int) -> list[object]:
    def fill(found: list[object], items: list[int]) -> None:
        for x in items:
            if x == 2:
                raise KeyError(x)
            found.append(x)

    found: list[object] = []
    try:
        fill(found, await numbers(n))
    except KeyError as error:
        found.append(error.args[0])
    return found


@env.task
async def again_and_again(n: int) -> list[object]:
    found: list[object] = []
    items = await numbers(n)
    for number in range(2):
        try:
            for x in items:
                if x == number:
                    raise ValueError(x)
                found.append((number, x))
        except ValueError as error:
            found.append(str(error))
    return found


@env.task
async def with_tasks_behind(n: int) -> list[int]:
    found = []
    try:
        for x in await numbers(n):
            if x == 2:
                raise ValueError("two")
            found.append(x)
        found.append(await inc(100))
    except ValueError:
        found.append(await inc(len(found)))
    return found


@env.task
async def left_by_break(n: int) -> list[object]:
    found: list[object] = []
    try:
        for x in await numbers(n):
            if x == 3:
                break
            found.append(6 // (2 - x))
        else:
            found.append("through")
    except ZeroDivisionError:
        found.append("zero")
    return found


CASES = [
    *[("raised_in_a_loop", {"n": n}, 1) for n in (0, 2)],  # BEHIND; CATCH where it fails
    *[("raised_in_a_loop", {"n": n}, 2) for n in (3, 5)],  # BEHIND; CATCH where it fails
    *[("failed_in_a_loop", {"n": n}, 1) for n in (0, 2)],  # BEHIND; CATCH where it fails
    *[("failed_in_a_loop", {"n": n}, 3) for n in (3, 5)],  # BEHIND; CATCH where it fails
    *[("entries_of_a_dict", {"n": n}, 1) for n in (0, 2)],  # CATCH where it fails
    *[("entries_of_a_dict", {"n": n}, 2) for n in (3, 5)],  # CATCH where it fails
    *[("a_while_loop", {"n": n}, 2) for n in (0, 2, 3, 5)],  # CATCH, BEHIND
    *[("in_a_helper", {"n": n}, 1) for n in (0, 2)],  # BEHIND; CATCH where it fails
    *[("in_a_helper", {"n": n}, 2) for n in (3, 5)],  # BEHIND; CATCH where it fails
    ("again_and_again", {"n": 0}, 4),  # BEHIND, CATCH of each
    *[("again_and_again", {"n": n}, 6) for n in (2, 3, 5)],  # BEHIND, CATCH of each
    *[("with_tasks_behind", {"n": n}) for n in (0, 2)],
    *[("with_tasks_behind", {"n": n}, 2) for n in (3, 5)],  # BEHIND; CATCH where it fails
    *[("left_by_break", {"n": n}, 1) for n in (0, 2)],  # BEHIND; CATCH where it fails
    *[("left_by_break", {"n": n}, 2) for n in (3, 5)],  # BEHIND; CATCH where it fails
]
