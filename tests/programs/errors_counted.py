"""Loops that count: what went through is added up, what failed is counted and told, and the loop goes on or ends."""

from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("errors-counted")


class Bad(Exception):
    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


@env.task
async def load(n: int) -> int:
    if n in (1, 4):
        raise Bad(n)
    if n == 5:
        raise ValueError("five")
    return n * 10


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def counted(n: int) -> list[Any]:
    total = failed = 0
    told: list[str] = []
    for item in range(n):
        try:
            value = await load(item)
        except Bad as error:
            failed += error.row
            told.append(str(error))
            continue
        except ValueError:
            failed += 100
            break
        total += value
    else:
        told.append("through")
    return [total, failed, told]


@env.task
async def last_of_run_time(n: int) -> list[Any]:
    total = 0
    last = None
    for item in await numbers(n):
        try:
            value = await load(item)
        except (Bad, ValueError) as error:
            last = str(error)
            continue
        total += value
    return [total, last]


# INPUT, where the loop starts; each round that goes on has what it adds up BEHIND the `try`, one that fails its CATCH too
CASES: list[Any] = [
    ("counted", {"n": 0}, 1),
    ("counted", {"n": 1}, 2),
    ("counted", {"n": 2}, 4),
    ("counted", {"n": 4}, 6),
    *[("counted", {"n": n}, 10) for n in (6, 7)],
    ("last_of_run_time", {"n": 0}),
    ("last_of_run_time", {"n": 1}, 1),
    ("last_of_run_time", {"n": 2}, 3),
    ("last_of_run_time", {"n": 6}, 9),
]
