"""Programs that ask for their context."""

import datetime
import os
from typing import Any

import tiphys

env = tiphys.TaskEnvironment("contexts")
About = tuple[str, str, str, int, dict[str, str], bool, bool]


@env.task
async def about() -> About:
    found: Any = tiphys.ctx()
    return (
        found.action.run_name, found.action.name, found.mode, found.attempt_number, found.custom_context,
        found.is_in_cluster(), bool(found),
    )  # fmt: skip


@env.task
async def inner() -> About:
    return await about()


@env.task(retries=1)
async def second_time() -> int:
    number = tiphys.ctx().attempt_number
    if not number:
        raise ValueError("the first time")
    return number


@env.task
async def main() -> tuple[About, About, int]:
    with tiphys.custom_context(who="me"):
        return await about(), await inner(), await second_time()


@env.task
async def wrong() -> About:
    with tiphys.custom_context(a=1):  # type: ignore[arg-type]
        return await about()


@env.task
async def who() -> str:
    return tiphys.ctx().custom_context["who"]


@env.task
async def texts() -> str:
    with tiphys.custom_context(who="me"):
        await who()
        return tiphys.ctx().custom_context["who"]


@env.task
async def mode() -> tuple[str, str, dict[str, str]]:
    return os.environ["MODE"], os.environ["OTHER"], dict(tiphys.ctx().custom_context)


@env.task
async def modes() -> tuple[tuple[str, str, dict[str, str]], str]:
    with tiphys.custom_context(inner="1"):
        seen = await mode.override(env_vars={"MODE": "own", "OTHER": "own"})()
    return seen, tiphys.ctx().custom_context["who"]


@env.task
async def asks_for_more() -> int | None:
    await about()
    return tiphys.ctx().attempt_number


@env.task
async def typed(n: int, names: list[str], day: datetime.date) -> int:
    return n
