"""`match` on what tasks gave: values, classes, sequences, mappings, captures, guards."""

import enum
from dataclasses import dataclass
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("matching")


class Stage(enum.Enum):
    NEW = "new"
    READY = "ready"
    BROKEN = "broken"


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Failure:
    code: int
    reason: str = ""


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def status(n: int) -> str:
    return ["new", "running", "done", "lost"][n % 4]


@env.task
async def stage(n: int) -> Stage:
    return list(Stage)[n % 3]


@env.task
async def event(n: int) -> dict[str, Any]:
    return [
        {"kind": "order", "items": [1, 2]},
        {"kind": "refund", "amount": 30, "note": "late"},
        {"kind": "order", "items": []},
        {"kind": "ping"},
        {},
    ][n]


@env.task
async def sequence(n: int) -> list[int]:
    return [[], [1], [1, 2], [1, 2, 3], [9, 8, 7, 6]][n]


@env.task
async def thing(n: int) -> Any:
    return [Point(0, 3), Point(4, 4), Failure(3, "disk"), Failure(1), 12, "text", None, 2.5, (1, 2), True][n]


@env.task
async def by_value(n: int) -> str:
    match await status(n):
        case "new":
            return f"start {await add(n)}"
        case "running" | "done":
            return "known"
        case other:
            return f"unknown {other}"


@env.task
async def merged_after_match(n: int) -> int:
    match await add(n):
        case 1:
            value = await add(10)
        case 2:
            value = 7
        case _:
            value = await add(n, n)
    return await add(value)


@env.task
async def no_case_matches(n: int) -> str:
    verdict = "unchanged"
    match await add(n):
        case 1:
            verdict = "one"
        case 2:
            verdict = f"two {await add(2)}"
    return verdict


@env.task
async def guards(n: int) -> str:
    match await add(n):
        case x if x > 10:
            return f"huge {x}"
        case x if x > 3 and x % 2:
            return f"odd {await add(x)}"
        case 0 | 1 | 2 as small:
            return f"small {small}"
    return "other"


@env.task
async def enums(n: int) -> str:
    match await stage(n):
        case Stage.NEW:
            return "created"
        case Stage.READY:
            return f"go {await add(n)}"
        case Stage.BROKEN:
            return "fix"
    return "never"


@env.task
async def mappings(n: int) -> list[object]:
    match await event(n):
        case {"kind": "order", "items": [first, *_]}:
            return ["order", await add(first)]
        case {"kind": "order"}:
            return ["empty order"]
        case {"kind": "refund", "amount": amount, **rest} if amount > 10:
            return ["refund", amount, rest]
        case {"kind": kind}:
            return [kind]
        case _:
            return []


@env.task
async def sequences(n: int) -> list[object]:
    match await sequence(n):
        case []:
            return ["none"]
        case [only]:
            return ["one", await add(only)]
        case [first, second]:
            return ["two", first, second]
        case [1, *middle, last]:
            return ["from one", middle, await add(last)]
        case [*everything]:
            return ["many", everything]
    return ["never"]


@env.task
async def classes(n: int) -> str:
    match await thing(n):
        case Point(x=0, y=y):
            return f"on the axis {await add(y)}"
        case Point(x, y) if x == y:
            return "diagonal"
        case Failure(code=3, reason=why):
            return f"failed: {why}"
        case Failure(code):
            return f"failed with {code}"
        case bool():
            return "flag"
        case int(value):
            return f"number {value}"
        case str() | None:
            return "text or nothing"
        case (a, b):
            return f"pair {a} {b}"
        case _:
            return "something"


@env.task
async def match_in_a_loop(n: int) -> list[str]:
    found = []
    for i in range(3):
        match await status(n + i):
            case "done":
                found.append("done")
                break
            case "lost":
                continue
            case word:
                found.append(word)
        found.append(f"after {i}")
    else:
        found.append("all")
    return found


@env.task
async def match_on_several(n: int) -> str:
    a = await add(n)
    b = await status(n)
    match (a > 2, b):
        case (True, "done"):
            return "big and done"
        case (True, _):
            return "big"
        case (False, "new" | "running"):
            return await status(n + 2)
    return "small"


@env.task
async def match_known_against_runtime(n: int) -> str:
    limits = await sequence(3)
    match 2:
        case x if x in limits[:n]:
            return "found"
        case _:
            return "missing"


@env.task
async def nested_matches(n: int) -> str:
    match await event(n):
        case {"items": items}:
            match items:
                case []:
                    return "nothing ordered"
                case [_, second]:
                    return f"second {await add(second)}"
        case {"amount": int() as amount}:
            return f"amount {amount}"
    return "rest"


CASES = [
    *[("by_value", {"n": n}) for n in (0, 1, 2, 3)],
    *[("merged_after_match", {"n": n}) for n in (0, 1, 5)],
    *[("no_case_matches", {"n": n}) for n in (0, 1, 5)],
    *[("guards", {"n": n}) for n in (0, 3, 4, 20)],
    *[("enums", {"n": n}) for n in (0, 1, 2)],
    *[("mappings", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("sequences", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("classes", {"n": n}) for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    *[("match_in_a_loop", {"n": n}) for n in (0, 2, 3)],
    *[("match_on_several", {"n": n}) for n in (0, 1, 2, 3, 4)],
    *[("match_known_against_runtime", {"n": n}) for n in (0, 1, 2)],
    *[("nested_matches", {"n": n}) for n in (0, 1, 2, 3)],
]
