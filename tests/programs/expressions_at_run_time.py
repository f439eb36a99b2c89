"""Expressions over results: operators, f-strings, builtins, methods, comprehensions, conditions. None costs a pod."""

import datetime
import math
import random
import uuid
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("expressions")
LIMIT = 3
TABLE = {"a": 1, "b": [1, 2]}


@env.task
async def number(n: int) -> int:
    return n


@env.task
async def text(n: int) -> str:
    return "héllo wörld {x}" * n


@env.task
async def numbers(n: int) -> list[int]:
    return [i * 7 % 5 for i in range(n)]


@env.task
async def mapping(n: int) -> dict[str, int]:
    return {f"k{i}": i for i in range(n)}


@env.task
async def anything(n: int) -> Any:
    return {"xs": [1, 2, 3], "name": "n", "deep": {"er": (1, 2)}, "n": n}


@env.task
async def arithmetic(n: int) -> list[object]:
    a = await number(n)
    b = a * 2 + 1
    c = -a
    c += 5
    c *= b
    return [
        a + b,
        a - b,
        a * b,
        a / b,
        a // b,
        a % b,
        a**2,
        a << 1,
        a >> 1,
        a | 8,
        a & 1,
        a ^ 3,
        ~a,
        +a,
        not a,
        c,
        10 - a,
    ]


@env.task
async def comparisons(n: int) -> list[object]:
    a = await number(n)
    xs = await numbers(4)
    none = None
    return [
        a > 1,
        a == 3,
        1 < a < 5,
        1 < a <= 2 < 9,
        a in xs,
        a not in [1, 2, 3],
        a is None,
        none is None,
        a is not None,
        a != n,
        xs == [0, 2, 4, 1],
        "x" in "xyz",
        (a, 1) < (a, 2),
    ]


@env.task
async def booleans(n: int) -> list[object]:
    a = await number(n)
    return [
        a and 5,
        a or 7,
        a > 2 and a < 9,
        not a or a > 1,
        "yes" if a > 2 else "no",
        a if a else None,
        a > 2 or 1 / 0,
        (1 if a == 3 else 2 if a == 4 else 3),
        a and a > 0 and [a],
        0 and a,
        1 and a,
        0 or a,
    ]


@env.task
async def strings(n: int) -> list[object]:
    s = await text(n)
    a = await number(n)
    width = 12
    return [
        f"{s}",
        f"{s!r}",
        f"{a:>5}|{a:05d}|{a / 3:.2f}|{a:{width}}|{a!s:>4}",
        f"{s.upper()[:3]!a}",
        f"{{}}{a}{{{{",
        f"{a=}",
        f"{'nested ' + s[0]}",
        f"{s:>40}",
        s.replace("l", "L"),
        s.split(),
        s[1:3],
        s[-1],
        s[::-1],
        s.startswith("h"),
        "-".join([s, "x"]),
        ",".join(str(x) for x in [a, a + 1]),
        s.encode(),
        len(s),
        s + "!",
        "%s-%d" % (s, a),
        "{} {b}".format(a, b=s),
        str(a),
        repr(s),
        s.partition(" "),
        a * "ab",
        f"{'a' if a > 1 else 'b'}",
        s.title(),
        f"plain{LIMIT}",
        s.center(60, "*"),
        s.find("w"),
        f"{a:x}",
        f"{a:,}",
    ]


@env.task
async def builtins_over_results(n: int) -> list[object]:
    xs = await numbers(n)
    d = await mapping(n)
    a = await number(n)
    return [
        sum(xs),
        max(xs),
        min(xs, default=0),
        len(xs),
        sorted(xs),
        sorted(xs, reverse=True),
        sorted(xs, key=lambda x: (x % 2, -x)),
        list(reversed(xs)),
        any(x > 3 for x in xs),
        all(xs),
        list(enumerate(xs)),
        list(zip(xs, d, strict=False)),
        list(map(str, xs)),
        list(filter(lambda x: x > 1, xs)),
        abs(-a),
        round(a / 7, 2),
        divmod(a, 2),
        pow(a, 2),
        int("5") + a,
        float(a),
        str(a),
        bool(a),
        tuple(xs),
        set(xs),
        dict(d),
        isinstance(a, int),
        max(a, 2),
        min(a, 2),
        sum(x * x for x in xs),
        sum(d.values()),
        list(range(a)),
        math.sqrt(a),
        math.pi,
        hash(a),
        ord("a") + a,
        chr(97 + a),
        list(d),
        list(d.items()),
        d.get("k1"),
        d.get("zz", 9),
        "k0" in d,
        max(d, key=d.get),
        frozenset(xs),
        bytes(xs),
        {**d, "more": a},
        [*xs, a],
        (*xs, a),
        {*xs, 77},
        sum(xs, start=10),
        type(a).__name__,
        min((a, "x"), (a, "y")),
    ]


@env.task
async def indexing(n: int) -> list[object]:
    xs = await numbers(5)
    d = await mapping(3)
    v = await anything(n)
    i = await number(1)
    return [
        xs[0],
        xs[-1],
        xs[1:3],
        xs[i],
        xs[i:],
        xs[::2],
        d["k1"],
        d[f"k{i}"],
        v["xs"][0],
        v["deep"]["er"][1],
        v["n"] + 1,
        v["xs"][i:][0],
        ["a", "b", "c"][i],
        {"x": 1, 1: "one"}[i],
        "abc"[i],
        (10, 20)[i],
        TABLE["b"][i],
        [[1, 2], xs][i],
    ]


@env.task
async def comprehensions(n: int) -> list[object]:
    xs = await numbers(5)
    a = await number(n)
    known = [1, 2, 3]
    return [
        [x + 1 for x in xs],
        [x for x in xs if x > 1],
        {x % 2 for x in xs},
        {x: x * a for x in xs},
        [x * a for x in known],
        [x for x in known if x != a],
        [(x, y) for x in xs for y in known if x > y],
        [[y for y in range(x)] for x in xs],
        {k: v for k, v in zip("abc", xs)},
        sum(x for x in xs if x % 2),
        [x for x in known if x > LIMIT - 2],
        {x: [a] for x in known},
        [i for i, x in enumerate(xs) if x > 1],
        {str(k): v for k, v in TABLE.items()},
        [*(x * 2 for x in xs)],
        [y for x in known if (y := x * 2) > 2],
        [lambda_(a) for lambda_ in (lambda q: q + 1, str)],
        {a: 1, a + 1: 2},
        {x for x in (a, 1, 2)},
        {a, 1},
        {"k": a},
        {f"{a}": a},
        [x for x in [[a], [1]] if len(x)],
    ]  # noqa: C416


@env.task
async def walrus(n: int) -> list[object]:
    if (known := 5) > 3:
        a = await number(n)
    b = (c := a + 1) * 2
    return [known, b, c, [y := 1, y**2], (z := await number(n)) + z]


@env.task
async def modules_and_constants(n: int) -> list[object]:
    a = await number(n)
    return [a > LIMIT, math.floor(a / 2), LIMIT + 1, TABLE, datetime.timedelta(days=a), datetime.date(2024, 1, a + 1)]


@env.task
async def computed_once(n: int) -> list[object]:
    now = datetime.datetime.now()
    draw = random.random()
    key = str(uuid.uuid4())
    a = await number(n)
    again = now
    b = await number(a)
    return [now == again, draw == draw, key == f"{key}", (now - again).total_seconds(), 0 <= draw < 1, len(key), a + b]


@env.task
async def stamp(when: str, also: str) -> bool:
    return when == also


@env.task
async def computed_once_for_all(n: int) -> list[object]:
    key = uuid.uuid4().hex
    first = await stamp(key, key)
    second = await stamp(f"{key}!", key + "!")
    return [first, second, key == key]


@env.task
async def dict_methods(n: int) -> list[object]:
    d = await mapping(n)
    a = await number(n)
    known = {"x": a, "y": 2}
    merged = {**known, "z": 3}
    known["w"] = a + 1
    known.setdefault("v", 5)
    popped = known.pop("y")
    return [
        list(d.keys()),
        sorted(d.values()),
        d | known,
        merged,
        known,
        popped,
        known.get("x"),
        known.get("nope", a),
        "w" in known,
        len(known),
        list(known.items()),
        [k for k in known],
        dict(sorted(d.items(), reverse=True)),
        d.copy(),
        {**d},
        {k: v + 1 for k, v in known.items()},
        known == {"x": a},
        dict(a=a, b=2),
        dict([("p", a)]),
        dict(zip("ab", [a, 1])),
    ]


@env.task
async def set_operations(n: int) -> list[object]:
    xs = set(await numbers(n))
    a = await number(n)
    known = {1, 2, 3}
    known.add(9)
    known.discard(1)
    return [
        xs | known,
        xs & {0, 2},
        xs - {0},
        xs ^ {1, 99},
        known | {5},
        sorted(xs),
        a in known,
        known <= {2, 3, 9, 10},
        len(xs),
        known.union([a]),
        xs.issuperset([0]),
        max(known),
        frozenset(known),
        {a} | known,
    ]


@env.task
async def tuples_and_unpacking(n: int) -> list[object]:
    xs = await numbers(4)
    first, *middle, last = xs
    p, q = (await number(1), await number(2))
    (r, s), t = (p, q), 3
    q, p = p, q
    head, *rest = [p, q, r]
    [u, v] = xs[:2]
    return [first, middle, last, p, q, r, s, t, head, rest, u, v, (p, q)[0], (p,) + (q,), (p,) * 2, [0] * 2, [p] * 2]


@env.task
async def nothing(n: int) -> None:
    return None


@env.task
async def nones(n: int) -> list[object]:
    x = await nothing(n)
    y = await nothing(2)
    return [x, x is None, y, [x, y], x or 5, {"x": x}]


@env.task
async def texts_that_grow(n: int) -> list[str]:
    words = (await text(n)).split()
    line = ", ".join(word.title() for word in words)
    if len(words) > n:
        line += f" ({max(words, key=len)})"
    total = "{:>5}".format(math.ceil(len(line) / 2))
    if n > 3:
        total += hex(len(line))
    return [line, total]


CASES = [
    *[
        (name, {"n": n})
        for n in (3, 4)
        for name in (
            "arithmetic", "comparisons", "booleans", "strings", "builtins_over_results", "indexing", "comprehensions",
            "walrus", "modules_and_constants", "dict_methods", "set_operations", "tuples_and_unpacking",
            "nones", "texts_that_grow",
        )
    ],
    ("booleans", {"n": 5}),
    # what reads a clock or draws a number before the first call has a pod of its own
    ("computed_once", {"n": 3}),
    ("computed_once_for_all", {"n": 3}),
    ("arithmetic", {"n": 0}),
]  # fmt: skip
