"""Tools of any image between Python tasks: what `sort` and `uniq` make of a text, for each of its lines.

tiphys run examples/container.py main --text "to be or not to be"
"""

import asyncio

import tiphys
from tiphys.extras import ContainerTask, shell

IMAGE = "debian:12-slim"

count = shell.create(
    "count",
    image=IMAGE,
    inputs={"text": str},
    outputs={"table": str},
    script="printf '%s' {inputs.text} | tr -cs '[:alnum:]' '\\n' | sort | uniq -c | sort -rn > {outputs.table}",
    retries=1,
)
first = ContainerTask(
    "first", image=IMAGE, command=["sed", "-n", "1w /var/outputs/line", "/var/inputs/table"],
    inputs={"table": str}, outputs={"line": str},
)  # fmt: skip
tools = tiphys.TaskEnvironment.from_task("tools", count, first)
env = tiphys.TaskEnvironment("words", depends_on=[tools])


@env.task
async def lines(text: str) -> list[str]:
    return text.splitlines()


async def most_frequent(line: str) -> str:
    return await first(table=await count(text=line))


@env.task
async def main(text: str = "to be or not to be\nthe more the better") -> dict[str, int]:
    found = await asyncio.gather(*[most_frequent(line) for line in await lines(text)])
    return {word: int(times) for times, word in (line.split() for line in found)}
