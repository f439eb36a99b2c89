"""caching: a cached parent that tolerates failures only in its second call."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task(cache="auto")
async def part(x: int) -> int:
    if x < 0:
        raise RuntimeError(f"item {x}")
    return x * x


@env.task(cache="auto")
async def parent(items: list[int], tolerant: bool = False) -> list[int | None]:
    results = await asyncio.gather(*[part(x) for x in items], return_exceptions=True)
    failed = [r for r in results if isinstance(r, BaseException)]
    if failed and not tolerant:
        raise RuntimeError(f"{len(failed)} failed")
    return [None if isinstance(r, BaseException) else r for r in results]


@env.task
async def main(items: list[int]) -> list[int | None]:
    try:
        return await parent(items)
    except Exception:
        return await parent.override(cache="disable")(items, tolerant=True)
