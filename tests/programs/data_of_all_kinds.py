"""Values that travel: dataclasses, NamedTuples, enums, pydantic models, bytes, sets, large values, odd texts."""

import asyncio
import dataclasses
import datetime
import decimal
import enum
import pathlib
from typing import Any, NamedTuple

import pydantic

import tiphys as flyte

env = flyte.TaskEnvironment("data")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Status(str, enum.Enum):
    OK = "ok"
    BAD = "bad"


class Pair(NamedTuple):
    left: int
    right: str = "r"

    def both(self) -> str:
        return f"{self.left}{self.right}"


@dataclasses.dataclass
class Row:
    name: str
    score: float
    tags: list[str] = dataclasses.field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.name}:{self.score}"

    def raised(self, by: float) -> "Row":
        return dataclasses.replace(self, score=self.score + by)

    def add_tag(self, tag: str) -> None:
        self.tags.append(tag)


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: int = 0

    def __add__(self, other: "Point") -> "Point":
        return Point(self.x + other.x, self.y + other.y)


@dataclasses.dataclass
class Checked:
    value: int

    def __post_init__(self) -> None:
        self.doubled = self.value * 2


class Model(pydantic.BaseModel):
    name: str
    size: int = 1


@env.task
async def row(name: str, score: float) -> Row:
    return Row(name, score, [name])


@env.task
async def point(x: int) -> Point:
    return Point(x, x * 2)


@env.task
async def pair(n: int) -> Pair:
    return Pair(n, str(n))


@env.task
async def color(n: int) -> Color:
    return Color.RED if n % 2 else Color.BLUE


@env.task
async def model(n: int) -> Model:
    return Model(name="m" * n, size=n)


@env.task
async def echo(value: Any) -> Any:
    return value


@env.task
async def score_of(given: Row) -> float:
    return given.score


@env.task
async def dataclasses_(n: int) -> list[object]:
    r = await row("a", n / 2)
    made = Row("b", r.score, [r.name])
    made.score += 1
    made.tags.append("new")
    s = await score_of(made)
    higher = r.raised(2)
    return [r, made, r.label, made.label, s, higher, r.score > 1, dataclasses.replace(r, name="z"), r == made, r.tags[0],
            dataclasses.asdict(r), Checked(n).doubled]  # fmt: skip


@env.task
async def methods_that_change(n: int) -> list[object]:
    r = await row("a", n)
    r.add_tag("x")
    r.score = 7.0
    same = r
    same.tags.append("y")
    return [r, same is r, len(r.tags)]


@env.task
async def frozen_ones(n: int) -> list[object]:
    p = await point(n)
    q = Point(n, p.y)
    return [p, p.x, q, p + q, p == q, p == Point(n, n * 2), Point(x=p.x), q.x]


@env.task
async def named_tuples(n: int) -> list[object]:
    p = await pair(n)
    left, right = p
    made = Pair(p.left + 1)
    return [
        p,
        left,
        right,
        p.left,
        made,
        made.right,
        p.both(),
        made.both(),
        p._replace(left=0),
        p[1],
        made[0],
        Pair(1, "k"),
    ]


@env.task
async def enums(n: int) -> list[object]:
    c = await color(n)
    return [c, c is Color.RED, c == Color.BLUE, c.value, c.name, Color("red"), Color["BLUE"], await echo(Color.RED), Level.HIGH,
            Color(c.value), list(Color), {Color.RED: 1, c: 2}]  # fmt: skip


@env.task
async def pydantic_models(n: int) -> list[object]:
    m = await model(n)
    made = Model(name=m.name, size=3)
    return [m, m.size + 1, made, made.name, Model(name="k"), m.model_dump(), (await echo(made)).size, m == made]


@env.task
async def many_types(n: int) -> list[object]:
    given = [
        None, True, 1, 1.0, 1.5, "s", b"\x00\xff", (1, "a"), [1, [2]], {"a": {"b": 1}}, {1, 2}, frozenset([3]), {1: "a", (2, 3): "b"},
        datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5), datetime.timedelta(seconds=5), decimal.Decimal("1.10"),
        pathlib.PurePosixPath("/a/b"), range(3), 1 + 2j, float("inf"), -0.0, 10**30, "", [], {}, set(), (), bytearray(b"x"),
        Point(1), Pair(1), Color.RED, Row("a", 1.0), {"$t": 1}, {"v": 1, "k": 2}, "null", "true", "1", [None], float("nan"),
    ]  # fmt: skip
    results = await asyncio.gather(*(echo(value) for value in given))
    return results


ODD = [
    "{{workflow.name}}", "{{=1+1}}", "{{inputs.parameters.at}}", "${HOME}", "$(date)", "`ls`", "ünïcödé ✓ 𝄞", "'single' \"double\"",
    "line\nbreak\r\ttab", "nul\0byte", "\\back\\slash\\n", "@file", "-n", "--help", "", " ", "a'b\"c{d}e", "{", "}}", "{{",
    "{\\u007b", "y", "no", "1e5", "0x10", "~", "&anchor", "*alias", "%x", "#comment", ": colon", "\u2028\u2029", "\x7f", "<b>&amp;</b>",
]  # fmt: skip


@env.task
async def odd_texts(s: str) -> list[object]:
    known = await asyncio.gather(*(echo(one) for one in ODD))
    given = await echo(s)
    return [known, given, f"{{{{workflow.name}}}} {given}", s, [s + "{{=2}}"], await echo({"{{=1}}": ["{{=1}}", s]})]


@env.task
async def odd_result(s: str) -> str:
    return await echo(s)


@env.task
async def odd_number(n: int) -> int:
    return await echo(n)


@env.task
async def given_back(s: str) -> str:
    await echo(s)
    return s


@env.task
async def large(n: int) -> str:
    return "0123456789" * n


@env.task
async def size(value: Any, more: Any = None) -> int:
    return len(value) + len(more or ())


@env.task
async def large_values(n: int) -> list[object]:
    a = await large(n)
    b = await size(a)
    known = "k" * 5000
    c = await size(known)
    d = await size([a, known], {"x": a})
    return [b, c, d, a[:5], len(a)]


@env.task
async def large_result(n: int) -> list[str]:
    return [await large(n), "x" * 3000]


@env.task
async def plain_inputs(
    i: int, f: float, s: str, b: bool, xs: list[int], d: dict[str, float], o: int | None = None
) -> list[object]:
    return [
        await echo(i),
        await echo(f),
        await echo(s),
        await echo(b),
        await echo(xs),
        await echo(d),
        await echo(o),
        i + 1,
        xs,
        d,
    ]


@env.task
async def typed_inputs(
    when: datetime.date, c: Color, r: Row, p: Pair = Pair(3), t: tuple[int, str] = (1, "a")
) -> list[object]:
    return [await echo(when), await echo(c), await echo(r.name), await echo(p), await echo(t), when.year, p.left]


@env.task
async def forty(
    a: int,
    b: int,
    c: int,
    d: int,
    e: int,
    f: int,
    g: int,
    h: int,
    i: int,
    j: int,
    k: int,
    l: int,
    m: int,
    n: int,
    o: int,
    p: int,
    q: int,
    r: int,
    s: int,
    t: int,
    u: int,
    v: int,
    w: int,
    x: int,
    y: int,
    z: int,
    aa: int,
    ab: int,
    ac: int,
    ad: int,
    ae: int,
    af: int,
    ag: int,
    ah: int,
    ai: int,
    aj: int,
    ak: int,
    al: int,
    am: int,
    an: int,
) -> int:  # noqa: E741
    return (a - b) * (y - z) + an * 2 - am + l * 100 + o


@env.task
async def forty_arguments(n: int) -> int:
    return await forty(*range(20), *(n + i for i in range(20)))


@env.task
async def kinds_of_parameters(a: int, /, b: int, *, c: int = 3, d: str = "d") -> list[object]:
    return [a, b, c, d]


@env.task
async def calls_kinds(n: int) -> list[object]:
    return [
        await kinds_of_parameters(n, 2),
        await kinds_of_parameters(1, b=n, d="x"),
        await kinds_of_parameters(n, n, c=n),
    ]


@env.task
async def status(n: int) -> Status:
    return Status.OK if n % 2 else Status.BAD


@env.task
async def level(n: int) -> Level:
    return Level(n % 2 + 1)


@env.task
async def enums_of_texts_and_numbers(n: int) -> list[object]:
    said, found, count = await status(n), Status.OK, Level.LOW
    if await level(n) > Level.LOW:
        found, count = Status.BAD, Level.HIGH
    table = {Status.OK: 1, Status.BAD: Level.HIGH}
    table[said] += count
    return [said is Status.BAD, said == "bad", said in (Status.OK, "bad"), found, count, found.name, f"{said.value}", table]


@env.task
async def enums_in_a_loop(n: int) -> list[Status]:
    found = []
    for x in range(n):
        said = await status(x)
        if said is Status.BAD:
            said = Status.OK
        elif said == Status.OK:
            said = Status("bad")
        found.append(said)
    return found


CASES = [
    *[("enums_of_texts_and_numbers", {"n": n}) for n in (0, 1)],
    *[("enums_in_a_loop", {"n": n}) for n in (0, 3)],
    *[
        (name, {"n": 3})
        for name in (
            "dataclasses_", "methods_that_change", "frozen_ones", "named_tuples", "enums", "pydantic_models", "calls_kinds",
            "forty_arguments",
        )
    ],
    ("many_types", {"n": 1}),
    *[("odd_texts", {"s": one}) for one in ("plain", "{{workflow.name}}", "5", "null", "{\"a\": 1}", "nul\0 \n\"'", "ü✓")],
    *[("odd_result", {"s": one}) for one in ODD],
    ("given_back", {"s": "{{=1+1}}"}),
    ("odd_number", {"n": -5}),
    ("large_values", {"n": 500}),
    ("large_values", {"n": 30_000}),
    ("large_result", {"n": 20_000}),
    ("large", {"n": 15_000}),
    ("plain_inputs", {"i": 1, "f": 2.0, "s": "1.0", "b": True, "xs": [1, 2], "d": {"a": 1.5}}),
]  # fmt: skip
