"""advanced: short names by decorator and by call."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task(short_name="friendly")
async def part() -> str:
    return "a"


@env.task(short_name="start")
async def main() -> str:
    first = await part()
    return first + await part.override(short_name="again")()
