"""Control flow decided when the program is compiled; containers changed in place; sub-orchestrators."""

import asyncio
import dataclasses
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("known")
other = flyte.TaskEnvironment("other", depends_on=[env])
STEPS = ["load", "clean", "save"]
CONFIG = {"depth": 2, "names": ["a", "b"], "on": True}


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def label(kind: str, n: int) -> str:
    return f"{kind}-{n}"


@env.task
async def total(values: list[int]) -> int:
    return sum(values)


@env.task
async def echo(value: Any) -> Any:
    return value


@env.task
async def loops(n: int) -> list[object]:
    found: list[object] = []
    depth = 0
    while depth < CONFIG["depth"]:
        depth += 1
        n = await add(n, depth)
    for i, step in enumerate(STEPS, start=1):
        if step == "clean":
            continue
        found.append(await label(step, i))
        if i == 3:
            break
    else:
        found.append("never")
    for _ in range(2):
        pass
    else:
        found.append("else")
    while True:
        break
    return [*found, n, depth, i, step]


@env.task
async def matched(n: int) -> list[object]:
    found: list[object] = []
    shapes: list[object] = [("p", 1, 2), {"kind": "x", "v": 3}, [1, 2, 3, 4], "text", 7, None, (n, 1)]
    for shape in shapes:
        match shape:
            case ("p", x, y):
                found.append(await add(x, y))
            case {"kind": kind, **rest}:
                found.append([kind, rest])
            case [first, *middle, last]:
                found.append([first, middle, last])
            case str() as s if s.startswith("t"):
                found.append(s)
            case 7 | 8:
                found.append("seven")
            case None:
                found.append("none")
            case _:
                found.append("other")
    return found


@env.task
async def conditions(n: int) -> list[object]:
    if CONFIG["on"] and len(STEPS) == 3:
        a = await add(n)
    else:
        a = await add(n, 100)
    b = await add(a) if STEPS else 0
    c = CONFIG.get("missing") or await add(b)
    assert STEPS, "there are steps"
    if (d := CONFIG["depth"]) > 5:
        return [d]
    elif d > 1:
        e = [await add(x) for x in range(d) if x != 1]
    return [a, b, c, d, e]


@env.task
async def early_return(n: int) -> int:
    for i in range(10):
        a = await add(n, i)
        if i == 2:
            return a
    return -1


@env.task
async def known_errors(n: int) -> list[object]:
    found: list[object] = []
    try:
        CONFIG["nope"]
    except KeyError as error:
        found.append(str(error))
    else:
        found.append("not here")
    finally:
        found.append("finally")
    try:
        raise ValueError("mine")
    except (TypeError, ValueError) as error:
        found.append(repr(error))
    return [*found, await add(n)]


@env.task
async def changed_in_place(n: int) -> list[object]:
    xs = [3, 1]
    alias = xs
    a = await add(n)
    xs.append(a)
    xs.insert(0, 9)
    xs.extend([a, 5])
    xs += [a + 1]
    xs[1] = a
    del xs[0]
    popped = xs.pop()
    xs.reverse()
    d = {"a": a}
    same = d
    d["b"] = a + 1
    d.update(c=a, d=4)
    d |= {"e": a}
    del d["a"]
    ys = await numbers(a)
    zs = ys
    ys.append(a)
    ys.sort(reverse=True)
    ys[0] = 100
    ys += [7]
    s = {1, 2}
    t = s
    s |= {a}
    s.add(5)
    return [xs, alias, alias is xs, popped, same, ys, zs, t, len(alias), sum(xs)]


@env.task
async def sorted_in_place(n: int) -> list[object]:
    a = await add(n)
    xs = [5, a, 3]
    same = xs
    xs.sort()
    ys = [3, 2, 1]
    ys.sort()
    zs = sorted([a, 0, 9], key=lambda x: -x)
    return [xs, same, ys, zs, xs[0], max(xs)]


@env.task
async def passed_then_changed(n: int) -> list[object]:
    xs = [1, 2]
    first = await total(xs)
    xs.append(await add(n))
    second = await total(xs)
    xs.clear()
    return [first, second, xs]


@env.task
async def nested_containers(n: int) -> dict[str, object]:
    a, b = await asyncio.gather(add(n), add(n, 2))
    tree = {"a": [a, {"b": b}], "t": (a, [b])}
    tree["a"][1]["c"] = a + b
    tree["t"][1].append(3)
    inner = tree["a"]
    inner.append("x")
    deep = [[0] * 2 for _ in range(2)]
    deep[0][1] = a
    row = [0]
    shared = [row, row]
    shared[0].append(a)
    return {"tree": tree, "deep": deep, "shared": shared, "given": await echo(tree)}


@env.task
async def counted(n: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in ["a", "b", "a"]:
        counts[name] = counts.get(name, 0) + await add(n)
    total = 0
    for key, value in counts.items():
        total += value * len(key)
    counts["total"] = total
    return counts


@env.task
async def child(x: int, scale: int = 2, *, name: str = "c") -> dict[str, object]:
    a = await add(x, scale)
    return {"a": a, "text": f"{name}:{a}", "pair": (a, scale)}


@env.task
async def grandchild(x: int) -> int:
    got = await child(x, 3)
    return got["a"] + 1


@env.task
async def great(x: int) -> tuple[int, list[int]]:
    a = await grandchild(x)
    b = await grandchild(a)
    return a, [b, a + b]


@other.task
async def nested(n: int) -> list[object]:
    a, (b, c) = await great(n)
    d = await child(a)
    e = await child(n + 1, name="e")
    f, g = await asyncio.gather(child(b, scale=c), great(c))
    return [a, b, c, d, e, f, g, d["text"], e["pair"][0]]


@env.task
async def fan(xs: list[int], twice: bool) -> list[int]:
    found = await asyncio.gather(*(add(x) for x in xs))
    if twice:
        found = await asyncio.gather(*(add(x) for x in found))
    return found


@other.task
async def specialised(n: int) -> list[object]:
    return [
        await fan([1, 2], True),
        await fan([n, 2, 3], False),
        await fan([1, 2], True),
        await fan(xs=[], twice=False),
    ]


@env.task
async def countdown(k: int, n: int) -> int:
    if k == 0:
        return await add(n)
    return await countdown(k - 1, await add(n, k))


@env.task
async def counts_down(n: int) -> int:
    return await countdown(3, n)


@env.task
async def passes_glue(n: int) -> int:
    return await grandchild(n * 2 + 1)


@env.task
async def returns_input(x: int) -> int:
    return x


@env.task
async def returns_known() -> list[int]:
    return [1, 2, 3]


@env.task
async def returns_glue(x: int) -> int:
    a = await add(x)
    b = await add(x, 2)
    return a * b + x


@env.task
async def calls_returners(n: int) -> list[object]:
    a = await returns_input(n)
    b = await returns_known()
    b.append(a)
    c = await returns_glue(a)
    return [a, b, c, await returns_input(5)]


@dataclasses.dataclass
class Config:
    depth: int
    names: list[str]


@env.task
async def configured(config: Config, n: int) -> list[object]:
    found = [await add(n, i) for i in range(config.depth)]
    return [found, config.names, config]


@env.task
async def calls_configured(n: int) -> list[object]:
    return [
        await configured(Config(2, ["x"]), n),
        await configured(config=Config(depth=1, names=STEPS), n=await add(n)),
    ]


@env.task
async def does_nothing() -> None:
    return None


@env.task
async def orders_only(n: int) -> None:
    await add(n)
    await does_nothing()


@env.task
async def calls_without_results(n: int) -> list[object]:
    return [await orders_only(n), await does_nothing()]


@env.task
async def deleted(n: int) -> list[int]:
    a = await add(n)
    b = a
    del a
    xs = [1, 2, 3]
    del xs[0], xs[-1]
    return [b, *xs]


@env.task
async def augmented(n: int) -> list[object]:
    a = await add(n)
    a += 1
    a -= 2
    a *= 3
    a //= 2
    a **= 2
    text = "x"
    text += str(a)
    pair = (1,)
    pair += (a,)
    xs = [1] * 2
    xs *= 2
    d = {"n": 1}
    d["n"] += a
    d["n"] *= 2
    return [a, text, pair, xs, d]


CASES = [
    *[
        (name, {"n": 3})
        for name in (
            "loops", "matched", "conditions", "early_return", "known_errors", "changed_in_place", "sorted_in_place",
            "passed_then_changed", "counted", "specialised", "calls_configured", "calls_without_results",
            "deleted", "augmented", "counts_down", "calls_returners", "nested_containers",
        )
    ],
    # what a called orchestrator leaves to compute at its end is computed by whoever uses it
    ("passes_glue", {"n": 3}, 1),  # BEHIND
    ("nested", {"n": 3}, 4),  # 4 BEHIND
]  # fmt: skip
