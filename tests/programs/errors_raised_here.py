"""What a `try` finds where an exception that is known is raised: what was set right before it."""

import tiphys as flyte

env = flyte.TaskEnvironment("raised-here")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def behind_a_task(n: int) -> str:
    word = "none"
    try:
        word = "a"
        await add(n)
        word = "b"
        raise ValueError("x")
    except ValueError:
        return word


@env.task
async def in_an_arm(n: int) -> str:
    word = "none"
    try:
        word = "a"
        if await add(n) > 3:
            word = "b"
            raise ValueError("x")
        word = "c"
        raise KeyError
    except (ValueError, KeyError):
        return word


@env.task
async def in_a_round(n: int) -> str:
    word = "none"
    try:
        for i in range(await add(n)):
            word = f"round {i}"
            if i == 2:
                word = "two"
                raise ValueError(word)
            await add(i)
    except ValueError:
        return word
    return "end " + word


@env.task
async def in_a_case(n: int) -> str:
    word = "none"
    try:
        match await add(n):
            case 1 | 2 as number:
                word = f"low {await add(number)}"
            case 3:
                word = "three"
                await add(n, [0][n])
            case _:
                word = "other"
                raise ValueError(word)
    except (ValueError, TypeError) as error:
        return f"{word} {type(error).__name__}"
    return word


CASES = [
    *[("behind_a_task", {"n": n}, 1) for n in (0, 1, 5)],  # CATCH
    *[("in_an_arm", {"n": n}, 1) for n in (0, 1, 5)],  # CATCH
    ("in_a_round", {"n": 0}, 2),  # INPUT, BEHIND
    ("in_a_round", {"n": 1}, 3),  # 2 INPUT, BEHIND
    ("in_a_round", {"n": 5}, 5),  # 2 INPUT, RAISE, CATCH, BEHIND
    *[("in_a_case", {"n": n}, 1) for n in (0, 1)],  # BEHIND
    ("in_a_case", {"n": 2}),
    ("in_a_case", {"n": 5}, 2),  # CATCH, BEHIND
]
