"""Retries, limits of time, and limits of size: what plain Python gives where they are not reached, or are caught."""

import asyncio
import json
from datetime import timedelta

import tiphys as flyte
from tiphys import errors

env = flyte.TaskEnvironment("patience")


class Transient(Exception):
    pass


class Busy(Transient):
    pass


def made_here() -> type[Exception]:
    class Local(Exception):
        pass

    return Local


Local = made_here()


@env.task(retries=flyte.RetryStrategy(1, on=Local))
async def local(n: int) -> int:
    if n == 1:
        raise Local("tried twice")
    if n == 2:
        raise ValueError("tried once")
    return n


@env.task(retries=flyte.RetryStrategy(2, on=[Transient, ConnectionError]))
async def picky(n: int) -> int:
    if n == 1:
        raise Busy("always")
    if n == 2:
        raise ValueError("once is enough")
    if n == 3:
        raise ConnectionResetError("a subclass")
    return n


@env.task(retries=flyte.RetryStrategy(1, on=["json.JSONDecodeError", "flyte.errors.OOMError"]))
async def parsed(text: str) -> int:
    if text == "killed":
        raise errors.OOMError("said so itself")
    return len(json.loads(text))


@env.task
async def classes_by_another_name(n: int) -> str:
    """`json` offers the class of one of its modules, and `flyte.errors` those of the runtime."""
    try:
        return str(await parsed(("[1, 2]", "no JSON", "killed", "3")[n]))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@env.task(retries=flyte.RetryStrategy(1, flyte.Backoff(base=timedelta(milliseconds=10))))
async def stubborn(n: int) -> int:
    if n:
        raise errors.NonRecoverableError(f"no use: {n}")
    return n


@env.task(timeout=flyte.Timeout(max_runtime=30, deadline=60), retries=1)
async def limited(n: int) -> int:
    if n == 1:
        raise errors.DeadlineExceeded("said so itself")
    return n + 1


@env.task(timeout=flyte.Timeout(max_queued_time=3600))
async def queued(n: int) -> int:
    return n * 2


@env.task(max_inline_io_bytes=100_000)
async def measured(texts: list[str]) -> str:
    return "".join(texts)


@env.task(retries=flyte.RetryStrategy(1, on="KeyError"))
async def orchestrator_with_on(n: int) -> int:
    a = await queued(n)
    return await picky(a)


@env.task
async def retried_on_some(n: int) -> str:
    try:
        return f"{await picky(n)}"
    except Transient as error:
        return f"transient {type(error).__name__}: {error}"
    except ValueError as error:
        return f"value: {error}"


@env.task
async def a_class_that_a_function_made(n: int) -> str:
    try:
        return f"{await local(n)}"
    except Local as error:
        return f"local: {error}"
    except ValueError as error:
        return f"value: {error}"


@env.task
async def fails_as_the_task(n: int) -> int:
    return await picky(n)


@env.task
async def never_again(n: int) -> str:
    try:
        return f"{await stubborn(n)}"
    except errors.NonRecoverableError as error:
        return f"gave up, {error}"


@env.task
async def within_limits(n: int) -> list[int]:
    return list(await asyncio.gather(limited(0), queued(n), limited.override(timeout=0)(n)))


@env.task
async def errors_of_limits(n: int) -> str:
    try:
        found = await limited(n)
    except errors.MaxRuntimeExceeded:
        return "one attempt"
    except errors.TaskTimeoutError as error:
        return f"{isinstance(error, TimeoutError)} {type(error).__name__} {error}"
    return str(found)


@env.task
async def small_enough(n: int) -> int:
    text = await measured(["x" * 10 for _ in range(n)])
    return len(text)


@env.task
async def orchestrators(n: int) -> str:
    try:
        return f"{await orchestrator_with_on(n)}"
    except ValueError as error:
        return f"not again: {error}"


CASES = [
    *[("retried_on_some", {"n": n}) for n in (0, 4)],
    ("retried_on_some", {"n": 1}, 3),  # CATCH, and two attempts more
    ("retried_on_some", {"n": 2}, 1),  # CATCH
    ("a_class_that_a_function_made", {"n": 0}),
    ("a_class_that_a_function_made", {"n": 1}, 2),  # CATCH, and an attempt more
    ("a_class_that_a_function_made", {"n": 2}, 1),  # CATCH
    ("classes_by_another_name", {"n": 0}),
    *[("classes_by_another_name", {"n": n}, 2) for n in (1, 2)],  # CATCH, and an attempt more
    ("classes_by_another_name", {"n": 3}, 1),  # CATCH: a TypeError is not tried again
    *[("fails_as_the_task", {"n": n}) for n in (0, 2, 3)],
    ("never_again", {"n": 0}),
    ("never_again", {"n": 7}, 1),  # CATCH
    ("within_limits", {"n": 3}),
    ("errors_of_limits", {"n": 0}, 1),  # BEHIND
    ("errors_of_limits", {"n": 1}, 2),  # CATCH, and an attempt more
    ("small_enough", {"n": 5}),
    ("orchestrators", {"n": 0}, 1),  # ROUND
    ("orchestrators", {"n": 1}, 3),  # ROUND, CATCH, CATCH
]
