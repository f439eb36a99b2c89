"""A program whose results become variables of other tasks."""

import os
from typing import Any

import tiphys

env = tiphys.TaskEnvironment("variables", env_vars={"OLD": "old"})


@env.task
async def mode(n: int) -> str:
    return "{{workflow.name}} $(HOME) $$ \u00e9\n" * n


@env.task
async def seen() -> list[str | None]:
    return [os.environ.get(name) for name in ("OLD", "MODE", "FIXED")]


@env.task
async def main(n: int = 1) -> list[list[str | None]]:
    text = await mode(n)
    first = await seen.override(env_vars={"MODE": text, "FIXED": "yes"})()
    each = [await seen.override(env_vars={"MODE": word})() for word in text.split()[:n]]
    return [first, *each, await seen()]


@env.task
async def wrong(n: int = 1) -> list[str | None]:
    size: Any = len(await mode(n))
    return await seen.override(env_vars={"MODE": size})()


@env.task
async def number(n: int) -> int:
    return n


@env.task
async def third_time() -> int:
    attempt = tiphys.ctx().attempt_number
    if attempt is None or attempt < 2:
        raise ValueError(f"attempt {attempt}")
    return attempt


@env.task
async def tried(n: int = 2) -> list[int | str]:
    found: list[int | str] = []
    count = await number(n)
    for fewer in (0, 1, 2):
        try:
            found.append(await third_time.override(retries=count - fewer)())
        except ValueError as error:
            found.append(str(error))
    return found


@env.task
async def too_often(n: int = -1) -> int:
    return await third_time.override(retries=await number(n))()
