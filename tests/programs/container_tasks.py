"""Tasks that are containers: files in, files out; here their commands are processes of this computer, both ways."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timezone
from enum import Enum

import tiphys as flyte
from tiphys.extras import ContainerTask, shell

env = flyte.TaskEnvironment("containers")
IMAGE = "registry.local/python:3.11"
SHELL = ["/bin/sh", "-c"]
HOSTILE = "it's \"a\" $(touch /x) `b` {{workflow.name}} {{=1+1}} $HOME \\ ; exit 9 # \n é"


class Colour(Enum):
    RED = 1


@dataclass
class Point:
    x: int
    label: str


greet = ContainerTask(
    "greet", IMAGE, [*SHELL, "echo 'Hello, {{.inputs.name}}!' > /var/outputs/greeting"],
    inputs={"name": str}, outputs={"greeting": str},
)  # fmt: skip
double = ContainerTask(
    "double", IMAGE, [*SHELL, "echo $(($(cat /var/inputs/n) * 2)) > /var/outputs/twice"],
    inputs={"n": int}, outputs={"twice": int},
)  # fmt: skip
words = ContainerTask(
    "words", IMAGE, ["python3", "-c", "import json, sys; json.dump(sys.argv[1:], open('/var/outputs/all', 'w'))"],
    arguments=["{{.inputs.text}}", "--n={{ .inputs.n }}", "$HOME", "{{item}}"],
    inputs={"text": str, "n": float}, outputs={"all": list[str]},
)  # fmt: skip
quoting = ContainerTask(
    "quoting", IMAGE,
    ["sh", "-ec", "# it's a comment\nprintf '%s|%s|' \"<{{.inputs.text}}>\" {{.inputs.text}} > /opt/out/said\n"
     "printf '%s' '<{{.inputs.text}}>' >> /opt/out/said"],
    inputs={"text": str}, outputs={"said": bytes}, input_data_dir="/opt/in", output_data_dir="/opt/out",
)  # fmt: skip
kinds = ContainerTask(
    "kinds", IMAGE, [*SHELL, "cd /var/inputs; for name in *; do cp $name /var/outputs/$name; done"],
    inputs={"when": datetime, "day": date, "colour": Colour, "point": Point, "rows": list[dict[str, int]],
            "flag": bool, "raw": bytes, "half": float},
    outputs={"when": datetime, "day": date, "colour": Colour, "point": Point, "rows": list[dict[str, int]],
             "flag": bool, "raw": bytes, "half": float},
)  # fmt: skip
has_file = ContainerTask(
    "has-file", IMAGE, [*SHELL, "test -e /var/inputs/note && cat /var/inputs/note > /var/outputs/note || printf none > /var/outputs/note"],
    inputs={"note": str | None}, outputs={"note": str},
)  # fmt: skip
ends = ContainerTask("ends", IMAGE, [*SHELL, 'exit "$(cat /var/inputs/code)"'], inputs={"code": int})
forgets = ContainerTask("forgets", IMAGE, ["true"], outputs={"x": int})
lies = ContainerTask("lies", IMAGE, [*SHELL, "echo many > /var/outputs/x"], outputs={"x": int})


count = shell.create(
    "count", image=IMAGE, inputs={"text": str, "rows": list[str], "more": int}, outputs={"chars": int, "first": str},
    script="""
    # it's counted in bytes
    printf '%s' "{inputs.text}" | wc -c | sed "s/$/ + {inputs.more}/" > sum
    echo $(( $(cat sum) )) > {outputs.chars}
    head -c 2 {inputs.rows} > '{outputs.first}'
    """,
)  # fmt: skip
stops = shell.create("stops", image=IMAGE, script="false\necho never")
scripts = flyte.TaskEnvironment.from_task("scripts", count, stops)


@env.task
async def add(a: int, b: int) -> int:
    return a + b


@env.task
async def greeting(name: str) -> str:
    return (await greet(name=name)).upper()


@env.task
async def all_words(text: str) -> list[str]:
    return [*await words(text=text, n=0.5), text]


@env.task
async def all_quotes(text: str) -> bytes:
    return await quoting(text=text)


@env.task
async def all_kinds(n: int) -> list:
    found = await kinds(
        when=datetime(2024, 2, 29, 12, tzinfo=timezone.utc), day=date(2024, 2, 29), colour=Colour.RED,
        point=Point(await add(n, 1), "a b"), rows=[{"a": n}], flag=n > 1, raw=b"\x00\xff", half=n / 2,
    )  # fmt: skip
    return list(found)


@env.task
async def absent(note: str) -> list[str]:
    return [await has_file(note=None), await has_file(note=note)]


@env.task
async def fan_out(n: int) -> int:
    first = await add(n, 0)
    return sum(await asyncio.gather(*[double(n=item) for item in range(first)]))


@env.task
async def loop(n: int) -> int:
    value = await add(n, 0)
    while value < 20:
        value = await double(n=value + 1)
    return value


@env.task
async def caught(code: int) -> str:
    try:
        await ends(code=code)
    except flyte.errors.ContainerError as error:
        return f"{error}: {error.exit_code}"
    return "well"


@env.task
async def killed(code: int) -> str:
    try:
        await ends(code=code)
    except flyte.errors.OOMError:
        return "memory"
    return "well"


@env.task
async def forgotten() -> str:
    try:
        await forgets()
    except flyte.errors.ContainerError as error:
        return str(error)
    return "well"


@env.task
async def raised() -> int:
    return await lies()


@env.task
async def quick(n: int) -> int:
    return await double.override(retries=2, timeout=60)(n=n)


@env.task
async def counted(text: str) -> list[object]:
    chars, first = await count(text=text, rows=["a"], more=5)
    return [chars, first]


@env.task
async def stopped() -> None:
    await stops()


@env.sandbox.orchestrator(timeout_ms=60_000, retries=1)
async def traced(n: int) -> int:
    return await double(n=n)


CASES = [
    ("counted", {"text": "héllo $HOME {outputs.first}"}),
    ("stopped", {}),
    ("traced", {"n": 4}),
    ("greeting", {"name": "you"}),
    ("greeting", {"name": HOSTILE}),
    ("all_words", {"text": HOSTILE}),
    ("all_words", {"text": ""}),
    ("all_quotes", {"text": HOSTILE}),
    ("all_kinds", {"n": 3}),
    ("absent", {"note": "a\n\n"}),
    ("fan_out", {"n": 3}, 1),  # BEHIND
    ("loop", {"n": 2}),
    ("caught", {"code": 0}),
    *[("caught", {"code": code}, 1) for code in (3, 64)],  # CATCH
    ("killed", {"code": 0}),
    ("killed", {"code": 137}, 1),  # CATCH
    ("forgotten", {}, 1),  # CATCH
    ("raised", {}),
    ("quick", {"n": 4}),
]
