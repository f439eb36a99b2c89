"""patterns: a helper that raises the memory of a task by steps up to a limit."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


async def until_it_fits(task, *args, start: int = 250, step: int = 200, most: int = 700):
    size, attempt = start, 1
    while size <= most:
        try:
            return await task.override(resources=flyte.Resources(cpu=1, memory=f"{size}Mi"))(*args)
        except flyte.errors.OOMError:
            if size + step > most:
                break
            size += step
            attempt += 1
    raise RuntimeError(f"no success in {attempt} attempts")


@env.task
async def main(x: int) -> int:
    return await until_it_fits(work, x)
