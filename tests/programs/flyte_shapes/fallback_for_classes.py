"""patterns: a helper given two tasks: the second runs where the first failed with one of some classes."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def simple(x: int) -> int:
    return x


async def with_fallback(first, second, *args, classes: list | None = None, **kwargs):
    try:
        return await first(*args, **kwargs)
    except Exception as error:
        wanted = classes is None or any(isinstance(error, each) for each in classes)
        if not wanted and hasattr(error, "code") and classes:
            wanted = any(each.__name__ == str(error.code) for each in classes)
        if wanted:
            try:
                return await second(*args, **kwargs)
            except Exception as worse:
                raise worse
        else:
            raise error


@env.task
async def main(x: int) -> int:
    return await with_fallback(work, simple, x, classes=[ValueError, TimeoutError])
