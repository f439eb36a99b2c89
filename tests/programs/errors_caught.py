"""`try` and `except` around tasks: classes, tuples, bases, fields, re-raise, `raise ... from`, `else`."""

import tiphys as flyte
from tiphys import errors

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
def unannotated(n):
    if n > 2:
        raise LookupError("not found", n)
    return n


@env.task
async def report(text: str) -> str:
    return f"<{text}>"


@env.task
async def fallback(n: int) -> int:
    try:
        value = await load(n)
    except ValueError:
        value = -1
    return value


@env.task
async def fallback_task(n: int) -> str:
    try:
        value = await load(n)
    except PipelineError:
        value = await add(n, 1000)
    return await report(f"{value}")


@env.task
async def else_clause(n: int) -> list[object]:
    trace: list[object] = []
    try:
        value = await load(n)
    except PipelineError:
        trace.append("caught")
    else:
        trace.append(await add(value))
    trace.append("after")
    return trace


@env.task
async def bound_in_the_try(n: int) -> list[object]:
    a = "before"
    try:
        a = await add(n)
        b = await load(n)
        a = "after"
    except (ValueError, KeyError):
        b = "handled"
    return [a, b]


@env.task
async def index_error_in_glue(n: int) -> list[int]:
    values = [await add(n), await add(n, 2)]
    try:
        return [values[n]]
    except IndexError:
        return [await add(0)]


@env.task
async def type_error_in_glue(n: int) -> str:
    value = await unannotated.aio(n)
    try:
        text = "a" + value if n == 1 else "a" + str(value)
    except TypeError:
        text = "no text"
    return await report(text)


@env.task
async def coroutine_made_before_awaited_inside(n: int) -> object:
    job = load(n)
    try:
        return await job
    except ValueError:
        return await add(n)


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
    *[("fallback", {"n": n}) for n in (0, 1, 2)],
    ("fallback", {"n": 3}, 1),  # CATCH
    *[("fallback_task", {"n": n}) for n in (0, 3)],
    *[("fallback_task", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("else_clause", {"n": n}) for n in (0, 3)],
    *[("else_clause", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("bound_in_the_try", {"n": n}) for n in (0, 1, 2)],
    ("bound_in_the_try", {"n": 3}, 1),  # CATCH
    *[("index_error_in_glue", {"n": n}, 1) for n in (0, 1)],  # RAISE
    *[("index_error_in_glue", {"n": n}, 2) for n in (2, 3)],  # RAISE, CATCH
    *[("type_error_in_glue", {"n": n}, 1) for n in (0, 2)],  # RAISE
    ("type_error_in_glue", {"n": 1}, 2),  # RAISE, CATCH
    ("type_error_in_glue", {"n": 3}),
    *[("coroutine_made_before_awaited_inside", {"n": n}) for n in (0, 1, 2)],
    ("coroutine_made_before_awaited_inside", {"n": 3}, 1),  # CATCH
]
