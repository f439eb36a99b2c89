"""Lists, dicts, sets and objects that branches, loops and handlers change in place, and what tasks saw of them.

Why they wait:
star_arguments: refused: how many arguments are passed is known only at run time.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("containers")


@dataclass
class State:
    step: int = 0
    log: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def star_arguments(n: int) -> int:
    args = [n]
    kwargs = {}
    a = await add(n)
    if a > 2:
        kwargs["b"] = a
    else:
        args.append(40)
    return await add(*args, **kwargs)


CASES = [
    *[("star_arguments", {"n": n}) for n in (0, 2, 5)],
]
