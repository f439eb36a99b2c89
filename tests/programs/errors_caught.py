"""`try` and `except` around tasks: classes, tuples, bases, fields, re-raise, `raise ... from`, `else`."""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-caught")


class PipelineError(Exception):
    pass


class BadRow(PipelineError):
    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")
        self.row = row
        self.reason = reason


class Quota(PipelineError):
    pass


class HttpError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status

    def __str__(self) -> str:
        return f"status {self.status}"


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def load(n: int) -> int:
    match n:
        case 1:
            raise BadRow(7, "empty")
        case 2:
            raise Quota("used up")
        case 3:
            raise ValueError("bad value")
        case 4:
            raise KeyError("missing")
        case 5:
            raise HttpError(503)
        case 6:
            raise ZeroDivisionError
    return n * 10


@env.task
async def report(text: str) -> str:
    return f"<{text}>"


@env.task
async def else_that_fails(n: int) -> str:
    try:
        value = await add(n)
    except ValueError:
        return "not here"
    else:
        value = await load(value)
    return f"{value}"


@env.task
async def reraised(n: int) -> int:
    try:
        return await load(n)
    except ValueError:
        raise


@env.task
async def reraised_after_a_task(n: int) -> int:
    try:
        return await load(n)
    except Exception:
        await report("about to fail")
        raise


@env.task
async def raised_from(n: int) -> str:
    try:
        value = await load(n)
    except ValueError as error:
        raise PipelineError(f"load failed: {error}") from error
    except Quota as error:
        raise RuntimeError("hidden") from None
    return await report(str(value))


@env.task
async def raised_by_the_orchestrator(n: int) -> str:
    value = await add(n)
    if value > 3:
        raise BadRow(value, "too big")
    return await report(f"{value}")


@env.task
async def unhandled(n: int) -> int:
    try:
        return await load(n)
    except KeyError:
        return 0


CASES = [
    *[("else_that_fails", {"n": n}) for n in (0, 1, 2, 3)],
    *[("reraised", {"n": n}) for n in (0, 1, 2, 3)],
    *[("reraised_after_a_task", {"n": n}) for n in (0, 1, 2, 3)],
    *[("raised_from", {"n": n}) for n in (0, 1, 2, 3)],
    *[("raised_by_the_orchestrator", {"n": n}) for n in (0, 1, 2, 3)],
    *[("unhandled", {"n": n}) for n in (0, 1, 2, 3)],
]
