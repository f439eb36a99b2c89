"""Runs what an async function returned. The only importer of asyncio: a sync task never pays for it."""

from __future__ import annotations

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

GRACE = 1.0  # seconds that cancelled coroutines get for their `finally`


async def awaited(work: Awaitable[object]) -> object:
    return await work


async def slept(seconds: float) -> None:
    """Sleep while others run."""
    await asyncio.sleep(seconds)


def run(work: Awaitable[object]) -> object:
    """Give the result of an awaitable. After a deadline nothing is waited for, as threads may never end."""
    from tiphys_runtime.deadline import Deadline

    runner = asyncio.Runner()
    try:
        result = runner.run(awaited(work))
    except Deadline:
        abandon(runner.get_loop())
        raise
    except BaseException:
        runner.close()
        raise
    runner.close()
    return result


def abandon(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what runs, give it a moment for its `finally`, and leave the rest."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=GRACE))
    asyncio.set_event_loop(None)
    loop.set_exception_handler(lambda _loop, _context: None)
    executor = getattr(loop, "_default_executor", None)
    if executor is not None:
        executor.shutdown(wait=False)
    loop.close()
