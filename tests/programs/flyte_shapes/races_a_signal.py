"""advanced: work is raced against a signal and cancelled when that comes first."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main() -> str:
    signal = await flyte.new_condition.aio("cancel", prompt="Stop?", data_type=bool)
    watcher = asyncio.ensure_future(signal.wait.aio())
    both = asyncio.gather(work(1), work(2))
    await asyncio.wait({watcher, both}, return_when=asyncio.FIRST_COMPLETED)
    if watcher.done() and watcher.result():
        both.cancel()
        return "cancelled"
    return f"{await both}"
